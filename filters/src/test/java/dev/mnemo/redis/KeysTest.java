package dev.mnemo.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two different pairs of ids never share a key, and no id moves a key out of its slot. */
class KeysTest {

    private static final String ALPHABET = "ab:{}%uU25A-_.@ \u00e9\u4f60\ud83d\ude00*";

    @Test
    void areInjective() {
        Random random = new Random(7);
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            String tenant = id(random);
            String user = id(random);
            String name = random.nextBoolean() ? "profile" : "interactions";
            String key = new String(Keys.user(tenant, user, name), US_ASCII);
            String pair = tenant + "\u0000" + user + "\u0000" + name;

            assertThat(seen.merge(key, pair, (before, now) -> before)).isEqualTo(pair);
        }
    }

    @Test
    void ofOneUserShareASlot() {
        Random random = new Random(8);
        for (int i = 0; i < 1_000; i++) {
            String tenant = id(random);
            String user = id(random);

            assertThat(SlotHash.getSlot(Keys.user(tenant, user, "profile")))
                    .isEqualTo(SlotHash.getSlot(Keys.user(tenant, user, "snapshot:" + Keys.encoded(id(random)))));
        }
    }

    private static String id(Random random) {
        StringBuilder id = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}

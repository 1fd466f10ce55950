package dev.mnemo.seal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mnemo.tenant.SealKeys;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SealTest {

    private static final String RECORD = "interaction:0123456789abcdef";
    private static final byte[] TEXT = "my dentist is Dr. Okonkwo".getBytes(UTF_8);
    private static final byte[] SALT = salt(1);
    private static final byte[] OLD = key(1);
    private static final byte[] NEW = key(2);

    private final List<Unreadable> told = new ArrayList<>();

    @Test
    void opensWhatItSealed() {
        Random random = new Random(3);
        for (int size : new int[] {0, 1, 15, 16, 17, 1_000, 20_000}) {
            byte[] value = new byte[size];
            random.nextBytes(value);

            byte[] stored = seal(keys(OLD), "acme", "ann").seal(RECORD, value);

            assertThat(stored).hasSize(size + Seal.OVERHEAD);
            assertThat(seal(keys(OLD), "acme", "ann").open(RECORD, stored)).isEqualTo(value);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void opensForNobodyAndNothingElse() {
        byte[] stored = seal(keys(OLD), "acme", "ann").seal(RECORD, TEXT);

        isForeign(seal(keys(OLD), "acme", "bob"), RECORD, stored);
        isForeign(seal(keys(OLD), "globex", "ann"), RECORD, stored);
        isForeign(seal(keys(OLD), "acme", "ann"), "interaction:0123456789abcdee", stored);
        isForeign(seal(keys(OLD), "acme", "ann"), "snapshot:0123456789abcdef", stored);
        isForeign(seal(keys(OLD), "acme", "ann"), "", stored);
        isForeign(Seal.of(keys(OLD), "acme", "ann", salt(2), told::add), RECORD, stored);
    }

    @Test
    void noBitMayChange() {
        Seal seal = seal(keys(OLD), "acme", "ann");
        byte[] stored = seal.seal(RECORD, TEXT);
        for (int i = 0; i < 8 * stored.length; i++) {
            byte[] changed = stored.clone();
            changed[i / 8] ^= (byte) (1 << i % 8);

            told.clear();
            assertThat(seal.open(RECORD, changed)).as("bit %s", i).isNull();
            assertThat(told)
                    .as("bit %s", i)
                    .containsExactly(i < 8 ? Unreadable.UNSEALED : i < 40 ? Unreadable.KEY : Unreadable.FOREIGN);
        }
    }

    @Test
    void theKeyIdIsCheckedToo() {
        byte[] stored = seal(keys(OLD), "acme", "ann").seal(RECORD, TEXT);
        byte[] other = seal(keys(NEW), "acme", "ann").seal(RECORD, TEXT);
        System.arraycopy(other, 1, stored, 1, Integer.BYTES);

        isForeign(seal(keys(OLD, NEW), "acme", "ann"), RECORD, stored);
    }

    @Test
    void nothingMayBeCutOrAdded() {
        Seal seal = seal(keys(OLD), "acme", "ann");
        byte[] stored = seal.seal(RECORD, TEXT);
        for (int size = 1; size < stored.length; size++) {
            isForeign(seal, RECORD, Arrays.copyOf(stored, size));
        }
        isForeign(seal, RECORD, Arrays.copyOf(stored, stored.length + 1));
        isAbsent(Unreadable.UNSEALED, seal, RECORD, new byte[0]);
    }

    @Test
    void aKeyIsReplacedWithoutLosingAnything() {
        byte[] before = seal(keys(OLD), "acme", "ann").seal(RECORD, TEXT);

        Seal both = seal(keys(NEW, OLD), "acme", "ann");
        assertThat(both.open(RECORD, before)).isEqualTo(TEXT);
        byte[] after = both.seal(RECORD, TEXT);

        Seal dropped = seal(keys(NEW), "acme", "ann");
        assertThat(dropped.open(RECORD, after)).isEqualTo(TEXT);
        assertThat(told).isEmpty();
        isAbsent(Unreadable.KEY, dropped, RECORD, before);
    }

    @Test
    void plainValuesAreReadOnlyWhereTheTenantAllowsIt() {
        byte[] sealed = seal(keys(OLD), "acme", "ann").seal(RECORD, TEXT);

        isAbsent(Unreadable.UNSEALED, seal(keys(OLD), "acme", "ann"), RECORD, TEXT);
        Seal turningOn = seal(new SealKeys(List.of(OLD), true), "acme", "ann");
        assertThat(turningOn.open(RECORD, TEXT)).isEqualTo(TEXT);
        assertThat(turningOn.open(RECORD, new byte[0])).isEmpty();
        assertThat(turningOn.open(RECORD, sealed)).isEqualTo(TEXT);
        assertThat(turningOn.seal(RECORD, TEXT)).hasSize(TEXT.length + Seal.OVERHEAD);
        assertThat(told).isEmpty();
        isForeign(turningOn, "preferences", sealed);
    }

    @Test
    void withoutSealingValuesStayAsTheyAreAndSealedOnesAreAbsent() {
        byte[] sealed = seal(keys(OLD), "acme", "ann").seal(RECORD, TEXT);

        assertThat(Seal.NONE.seal(RECORD, TEXT)).isEqualTo(TEXT);
        assertThat(Seal.NONE.open(RECORD, TEXT)).isEqualTo(TEXT);
        assertThat(Seal.NONE.open(RECORD, new byte[0])).isEmpty();
        assertThat(Seal.NONE.open(RECORD, sealed)).isNull();
        isAbsent(Unreadable.KEY, Seal.none(told::add), RECORD, sealed);
        isAbsent(Unreadable.KEY, Seal.none(told::add), RECORD, Arrays.copyOf(sealed, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Seal.NONE.seal(RECORD, sealed));
    }

    @Test
    void noTextAndNoVersionBeginsAsASealedValueDoes() {
        byte first = seal(keys(OLD), "acme", "ann").seal(RECORD, TEXT)[0];

        assertThat(first).isNegative();
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                assertThat(Character.toString(point).getBytes(UTF_8)[0]).isNotEqualTo(first);
            }
        }
    }

    @Test
    void nothingIsSealedTwiceWithTheSameNonce() {
        Seal seal = seal(keys(OLD), "acme", "ann");
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            nonces.add(new String(seal.seal(RECORD, TEXT), 5, 12, ISO_8859_1));
        }
        assertThat(nonces).hasSize(10_000);
    }

    @Test
    void tagsAreEqualForTheSameUserAndKeyOnly() {
        long tag = seal(keys(OLD), "acme", "ann").tag(42);

        assertThat(seal(keys(OLD), "acme", "ann").tag(42)).isEqualTo(tag).isNotEqualTo(42);
        assertThat(seal(keys(OLD, NEW), "acme", "ann").tag(42)).isEqualTo(tag);
        assertThat(seal(keys(OLD), "acme", "ann").tag(43)).isNotEqualTo(tag);
        assertThat(seal(keys(OLD), "acme", "bob").tag(42)).isNotEqualTo(tag);
        assertThat(seal(keys(OLD), "globex", "ann").tag(42)).isNotEqualTo(tag);
        assertThat(seal(keys(NEW, OLD), "acme", "ann").tag(42)).isNotEqualTo(tag);
        assertThat(Seal.of(keys(OLD), "acme", "ann", salt(2), told::add).tag(42))
                .isNotEqualTo(tag);
        assertThat(Seal.NONE.tag(42)).isEqualTo(42);
    }

    @Test
    void namesWithSeparatorsAreNeverTheSameBytes() {
        String alphabet = "a:{}/\u0000\u0001\u00e9?\ufffd\ud83d\ude00";
        Random random = new Random(7);
        Map<ByteBuffer, List<String>> seen = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            List<String> names = List.of(name(alphabet, random), name(alphabet, random), name(alphabet, random));
            ByteBuffer framed = ByteBuffer.wrap(Seal.framed(names.toArray(String[]::new)));

            assertThat(seen.merge(framed, names, (before, now) -> before)).isEqualTo(names);
        }
    }

    @Test
    void whatReadsAlikeTogetherIsNotTheSameOwner() {
        byte[] stored = seal(keys(OLD), "acme", "ann").seal("preferences", TEXT);

        isForeign(seal(keys(OLD), "acm", "eann"), "preferences", stored);
        isForeign(seal(keys(OLD), "acme", "annpref"), "erences", stored);
        isForeign(seal(keys(OLD), "acmeann", ""), "preferences", stored);
        byte[] surrogate = seal(keys(OLD), "acme", "\ud83d").seal("preferences", TEXT);
        isForeign(seal(keys(OLD), "acme", "\ud83e"), "preferences", surrogate);
        isForeign(seal(keys(OLD), "acme", "?"), "preferences", surrogate);
    }

    @Test
    void printsNothingOfItsKeys() {
        Seal seal = seal(keys(OLD), "acme", "ann");

        assertThat(seal).hasToString("Seal[***]");
        assertThat(Seal.NONE).hasToString("Seal[none]");
    }

    @Test
    void aSaltOfAnotherSizeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Seal.of(keys(OLD), "acme", "ann", new byte[0], told::add))
                .withMessage("a salt has 16 bytes, not 0");
        assertThat(Seal.newSalt()).hasSize(Seal.SALT).isNotEqualTo(Seal.newSalt());
    }

    @Test
    void manyThreadsMayUseOne() throws Exception {
        Seal seal = seal(keys(OLD), "acme", "ann");
        long tag = seal.tag(42);
        Callable<Boolean> work = () -> {
            for (int i = 0; i < 500; i++) {
                byte[] value = (Thread.currentThread().threadId() + ":" + i).getBytes(UTF_8);
                if (!Arrays.equals(seal.open(RECORD, seal.seal(RECORD, value)), value) || seal.tag(42) != tag) {
                    return false;
                }
            }
            return true;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Boolean> right : threads.invokeAll(List.of(work, work, work, work))) {
                assertThat(right.get()).isTrue();
            }
        }
        assertThat(told).isEmpty();
    }

    private Seal seal(SealKeys keys, String tenant, String user) {
        return Seal.of(keys, tenant, user, SALT, told::add);
    }

    private void isForeign(Seal seal, String record, byte[] stored) {
        isAbsent(Unreadable.FOREIGN, seal, record, stored);
    }

    private void isAbsent(Unreadable reason, Seal seal, String record, byte[] stored) {
        assertThat(seal.open(record, stored)).isNull();
        assertThat(told).containsExactly(reason);
        told.clear();
    }

    private static SealKeys keys(byte[]... keys) {
        return new SealKeys(List.of(keys), false);
    }

    private static byte[] key(int seed) {
        byte[] key = new byte[32];
        new Random(seed).nextBytes(key);
        return key;
    }

    private static byte[] salt(int seed) {
        return Arrays.copyOf(key(100 + seed), Seal.SALT);
    }

    private static String name(String alphabet, Random random) {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            name.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return name.toString();
    }
}

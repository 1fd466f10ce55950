package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a call was given, as bytes in Redis. */
class CallRecordCodecTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Test
    void whatIsPackedIsReadAgainAndIsSmall() {
        ObjectNode usual = usual(new Random(7));

        byte[] stored = CallRecordCodec.encode(usual);

        assertThat(CallRecordCodec.decode(stored)).isEqualTo(usual);
        assertThat(usual.toString().length()).isGreaterThan(600);
        assertThat(stored.length).isLessThan(220);
    }

    @Test
    void whatPackingDoesNotMakeSmallerStandsAsItIs() {
        ObjectNode small = JSON.createObjectNode().put("q", 1);

        assertThat(CallRecordCodec.encode(small)).isEqualTo("{\"q\":1}".getBytes(UTF_8));
        assertThat(CallRecordCodec.decode("{\"q\":1}".getBytes(UTF_8))).isEqualTo(small);
    }

    /** A record written by an earlier version must stay readable: what packing begins with is a part of the format. */
    @Test
    void whatWasPackedOnceIsReadForEver() {
        byte[] stored = HexFormat.of().parseHex(PACKED);

        assertThat(CallRecordCodec.decode(stored)).isEqualTo(usual(new Random(7)));
    }

    private static final String PACKED =
            "0160d201fd0500424b1d169025c903ff8094b5c56c46e88530b224f933127726060102a90cc86325c79d51233fdb8af5"
                    + "7ba74165e8066eea8c67a468eec63c0a63b3d0ad0c4ac32c19659d416e1a8f66a9f7c2755d8c799ad2b6bf17f12b2af3"
                    + "293324569f33b55f5e3f4e58ea40951a82f4028299245e9aa06880331002781c20f0622418ec013b0820cc08b84930b1"
                    + "09c04f1b49cd0a2f2def98032cff0d0c570d0cf7391f9466795f86638cd51c24da65b0313ff30fdf081ee1b6cd05cb27"
                    + "c388d6401010";

    @Test
    void whatIsDamagedCountsAsAbsent() {
        byte[] stored = CallRecordCodec.encode(usual(new Random(7)));

        for (int length = 0; length < stored.length; length++) {
            assertThat(CallRecordCodec.decode(Arrays.copyOf(stored, length))).isNull();
        }
        assertThat(CallRecordCodec.decode("[1]".getBytes(UTF_8))).isNull();
        assertThat(CallRecordCodec.decode(new byte[] {1, -96, -1, -1, -1, 127, 0}))
                .isNull();
    }

    /** With what cannot be guessed: ids, a conversation, a time. */
    static ObjectNode usual(Random random) {
        ObjectNode told = JSON.createObjectNode()
                .put(
                        "at",
                        "2026-11-2%dT%02d:17:23.%03dZ"
                                .formatted(random.nextInt(10), random.nextInt(24), random.nextInt(1_000)))
                .put("user", "user-" + random.nextInt(100_000))
                .put("dialect", "openai-chat")
                .put("model", "gpt-5.4-mini")
                .put("upstream", "openai")
                .put("conversation", Interaction.toHex(random.nextLong()))
                .put("outcome", "complete")
                .put("status", 200)
                .put("prompt", 1_000 + random.nextInt(9_000));
        told.putObject("usage").put("input", 1_000 + random.nextInt(9_000)).put("output", random.nextInt(900));
        told.put("cap", 2_000)
                .put("granted", 2_000)
                .put("tokens", 800 + random.nextInt(900))
                .put("snapshot", false);
        ObjectNode context = told.putObject("context");
        context.putObject("preferences")
                .put("version", random.nextInt(20))
                .put("tokens", random.nextInt(90))
                .put("shown", 5);
        var each = context.putObject("recent")
                .put("tokens", 700 + random.nextInt(900))
                .putArray("interactions");
        for (int i = 0; i < 5; i++) {
            each.addObject().put("id", id(random)).put("tokens", 50 + random.nextInt(300));
        }
        var left = context.putArray("left_out");
        left.addObject().put("id", id(random)).put("why", "repeated");
        left.addObject().put("id", id(random)).put("why", "room");
        return told.put("interaction", id(random));
    }

    private static String id(Random random) {
        return Interaction.toHex(1_795_000_000_000L + random.nextInt(600_000_000) << 22 | random.nextInt(1 << 22));
    }
}

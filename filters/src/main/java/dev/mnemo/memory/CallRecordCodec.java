package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A call's record as it stands in Redis: JSON, or a byte and the same packed, where that is smaller. Thread-safe. */
final class CallRecordCodec {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private static final byte PACKED = 1;

    /** Beyond it a record is damaged. */
    private static final int LARGEST = 64 * 1024;

    /**
     * What packing begins with: records are small and much alike, and what stands here costs them next to nothing. It is a
     * part of the format: another text needs another first byte.
     */
    private static final byte[] ALIKE = """
            {"status":429,"code":"budget_exhausted"}"status":502,"code":"upstream_unreachable"}"status":504,"code":"upstream_timeout"\
            "reason":"unavailable""reason":"budget""reason":"full""reason":"empty""retrieved":{"tokens":512,"interactions":[{"id":"\
            "left_out_beside":"left_out":[{"id":"","why":"repeated"},{"id":"","why":"rated"},{"id":"","why":"room"}]"client_gone""upstream_failed""refused""stopped""status":500"cached":1024"written":\
            {"at":"2026-11-25T10:00:00.000Z","user":"user-1","dialect":"anthropic-messages""gemini""ollama-chat""openai-responses"\
            "model":"claude-opus-4-8""gemini-3.1-pro""dialect":"openai-chat","model":"gpt-5.4-mini","upstream":"openai",\
            "conversation":"","outcome":"complete","status":200,"prompt":1200,"usage":{"input":1600,"output":300},"cap":2000,\
            "granted":2000,"tokens":412,"snapshot":true,"snapshot":false,"context":{"preferences":{"version":3,"tokens":40,\
            "shown":5},"recent":{"tokens":350,"interactions":[{"id":"","tokens":70},{"id":"","tokens":120}]}},"interaction":\
            """.getBytes(UTF_8);

    /** Making one costs more than packing a record does. */
    private static final ZstdCompressCtx PACKER = new ZstdCompressCtx()
            .setLevel(3)
            .setDictID(false)
            .setMagicless(true)
            .loadDict(ALIKE);

    private static final ZstdDecompressCtx UNPACKER =
            new ZstdDecompressCtx().setMagicless(true).loadDict(ALIKE);

    private CallRecordCodec() {}

    static byte[] encode(ObjectNode told) {
        byte[] json = MAPPER.writeValueAsBytes(told);
        byte[] packed;
        synchronized (PACKER) {
            packed = PACKER.compress(json);
        }
        if (packed.length + 1 >= json.length) {
            return json;
        }
        byte[] stored = new byte[1 + packed.length];
        stored[0] = PACKED;
        System.arraycopy(packed, 0, stored, 1, packed.length);
        return stored;
    }

    /** Null for what is damaged: it counts as absent. */
    static @Nullable ObjectNode decode(byte[] stored) {
        try {
            byte[] json = stored.length > 1 && stored[0] == PACKED ? unpacked(stored) : stored;
            return MAPPER.readTree(json) instanceof ObjectNode told ? told : null;
        } catch (JacksonException | ZstdException e) {
            return null;
        }
    }

    private static byte[] unpacked(byte[] stored) {
        byte[] packed = Arrays.copyOfRange(stored, 1, stored.length);
        long size = Zstd.getFrameContentSize(packed, 0, packed.length, true);
        if (size < 0 || size > LARGEST) {
            throw new ZstdException(Zstd.errCorruptionDetected(), "no record is so large");
        }
        synchronized (UNPACKER) {
            return UNPACKER.decompress(packed, (int) size);
        }
    }
}

package dev.mnemo.tenant;

import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import dev.mnemo.tenant.MemoryPolicy.Retrieve;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code memory}. */
final class MemoryReader {

    /** Stands among the keys of {@code seal}. */
    private static final String PLAIN = "plain";

    private final Credentials credentials;

    MemoryReader(Credentials credentials) {
        this.credentials = credentials;
    }

    /**
     * @param upstreams of the tenant
     */
    MemoryPolicy read(Fields memory, List<Upstream> upstreams, Problems problems) {
        int before = problems.size();
        int recent = (int) memory.amount("recent");
        int keep = (int) memory.amount("keep");
        if (recent > keep && problems.size() == before) {
            String message = "recent is " + recent + ", but keep is " + keep;
            memory.bad(memory.has("recent") ? "recent" : "keep", message, "Show no more than is kept.");
        }
        before = problems.size();
        int archive = (int) memory.amount("archive");
        Retrieve retrieve = memory.constant("retrieve", Retrieve.class);
        if (retrieve != Retrieve.OFF && archive == 0 && problems.size() == before) {
            memory.bad("retrieve", "there is no archive to retrieve from", "Set archive too, such as archive: 1k.");
        }
        return new MemoryPolicy(
                (int) memory.amount("context"),
                memory.is("preferences", "true"),
                recent,
                keep,
                memory.time("ttl"),
                memory.is("record", "true"),
                memory.is("partial", "keep"),
                marker(memory.text("cache")),
                memory.is("unavailable", "refuse"),
                archive,
                retrieve,
                memory.share("holdout"),
                seal(memory),
                summary(memory, upstreams),
                memory.time("calls"));
    }

    private static CacheMarker marker(String life) {
        return switch (life) {
            case "5m" -> CacheMarker.FIVE_MINUTES;
            case "1h" -> CacheMarker.HOUR;
            default -> CacheMarker.OFF;
        };
    }

    /** Null when there is none, and when its keys are absent and may be. */
    private @Nullable SealKeys seal(Fields memory) {
        List<byte[]> keys = new ArrayList<>();
        Map<Integer, Value> byId = new HashMap<>();
        boolean plain = false;
        List<Value> values = memory.credentials("seal");
        for (int i = 0; i < values.size(); i++) {
            Value value = values.get(i);
            if (value.text().equals(PLAIN)) {
                if (i == 0) {
                    value.bad("plain stands first", "Give a key before it: the first one seals.");
                } else if (plain) {
                    value.bad("plain stands twice", "Remove one.");
                }
                plain = true;
                continue;
            }
            byte[] key = key(value);
            Value same = key == null ? null : byId.putIfAbsent(SealKeys.id(key), value);
            if (same != null) {
                value.bad("the same key as " + same.path(), "Remove one.");
            } else if (key != null) {
                keys.add(key);
            }
        }
        return keys.isEmpty() ? null : new SealKeys(keys, plain);
    }

    private byte @Nullable [] key(Value value) {
        String text = credentials.read(value);
        if (text == null) {
            return null;
        }
        byte[] key = {};
        try {
            key = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // said below
        }
        if (key.length != SealKeys.BYTES) {
            value.bad("not 32 bytes in base64", "Make a key with: openssl rand -base64 32.");
            return null;
        }
        return key;
    }

    private static @Nullable SummaryPolicy summary(Fields memory, List<Upstream> upstreams) {
        if (!memory.has("summary")) {
            return null;
        }
        Fields summary = memory.group("summary");
        String model = summary.text("model");
        String name = summary.text("upstream");
        Upstream upstream = upstreams.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElse(null);
        if (name.isEmpty()) {
            return null;
        }
        if (upstream == null) {
            summary.bad("upstream", "no upstream has this name", "Give the name of one of the tenant's upstreams.");
        } else if (!model.isEmpty() && !upstream.serves(model)) {
            summary.bad("model", "the upstream does not serve it", "Add it to the upstream's models, or name another.");
        }
        return new SummaryPolicy(model, name);
    }
}

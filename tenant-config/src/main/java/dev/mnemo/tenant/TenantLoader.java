package dev.mnemo.tenant;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a directory of tenant files: all of them, or none and every reason why. Thread-safe. It reads files: it blocks. */
public final class TenantLoader {

    private static final int MAX_BYTES = 1_000_000;
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private final Function<String, @Nullable String> environment;

    /**
     * What was checked.
     *
     * @param absent credentials whose variable or file is not here, and which were not checked
     */
    public record Checked(int tenants, int absent) {}

    /**
     * @param environment the value of a variable, such as {@code System::getenv}; null when it is not set. Thread-safe:
     *     files are read in parallel
     */
    public TenantLoader(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /**
     * Reads each {@code *.yaml} and {@code *.yml} of a directory, through symbolic links (Kubernetes mounts files so),
     * but not what begins with a dot.
     *
     * @throws TenantProblemsException when anything at all is wrong; it lists everything
     */
    public TenantCatalog load(Path directory) {
        return read(look(directory), null, true, Instant.EPOCH).catalog();
    }

    /**
     * Reads them to see whether they are right, where their credentials may not be at hand.
     *
     * @param strict whether an absent credential is a problem
     * @throws TenantProblemsException when anything else is wrong; it lists everything
     */
    public Checked check(Path directory, boolean strict) {
        Reading reading = read(look(directory), null, strict, Instant.EPOCH);
        return new Checked(reading.catalog().tenants().size(), reading.absent());
    }

    private static Look look(Path directory) {
        try {
            return Look.at(directory, Set.of());
        } catch (IOException e) {
            throw new TenantProblemsException(List.of(unreadable(directory)));
        }
    }

    static TenantProblemsException.TenantProblem unreadable(Path directory) {
        Problems problems = new Problems(directory.toString());
        problems.add(
                "no directory that can be read", "Create it, or set MNEMO_TENANTS to the directory of tenant files.");
        return problems.found().getFirst();
    }

    /** Reads what the look saw. A file that has not changed since it was read before is not read again. */
    Reading read(Look look, @Nullable Reading before, Instant now) {
        return read(look, before, true, now);
    }

    private Reading read(Look look, @Nullable Reading before, boolean strict, Instant now) {
        List<TenantFile> read = look.files().keySet().parallelStream()
                .map(name -> read(name, look, before, new Credentials(environment, strict)))
                .toList();
        SortedMap<String, TenantFile> files = new TreeMap<>();
        read.forEach(file -> files.put(file.name(), file));
        return new Reading(look, look.isQuiet(now), files);
    }

    private static TenantFile read(String name, Look look, @Nullable Reading before, Credentials credentials) {
        TenantFile known = before == null ? null : before.files().get(name);
        return before == null || known == null
                ? parse(name, bytes(look, name), credentials)
                : again(look, before, known, credentials);
    }

    private static TenantFile again(Look look, Reading before, TenantFile known, Credentials credentials) {
        boolean trusted = before.settled() && !known.sha256().isEmpty();
        byte @Nullable [] bytes = null;
        if (!trusted || !look.hasSame(known.name(), before.look())) {
            bytes = bytes(look, known.name());
            if (bytes == null || !sha256(bytes).equals(known.sha256())) {
                return parse(known.name(), bytes, credentials);
            }
        }
        for (Map.Entry<String, @Nullable String> source : known.sources().entrySet()) {
            String path = source.getKey();
            boolean same = trusted && source.getValue() != null && look.hasSameCredential(path, before.look());
            if (!same && !Objects.equals(credentials.value(path), source.getValue())) {
                return parse(known.name(), bytes == null ? bytes(look, known.name()) : bytes, credentials);
            }
        }
        return known;
    }

    /** Null when the file cannot be read. */
    private static byte @Nullable [] bytes(Look look, String name) {
        Path path = look.root().resolve(name);
        if (!Files.isRegularFile(path)) {
            // Reading a pipe would wait for whoever writes to it.
            return null;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            return null;
        }
    }

    private static TenantFile parse(String name, byte @Nullable [] bytes, Credentials credentials) {
        Problems problems = new Problems(name);
        String id = name.substring(0, name.lastIndexOf('.'));
        if (!ID.matcher(id).matches()) {
            problems.add("not a tenant's name", "Use 1 to 63 of a-z 0-9 - before .yaml, a letter or digit first.");
        }
        Node root = root(bytes, problems);
        Tenant tenant = root == null ? null : new TenantReader(credentials).read(id, root, problems);
        return new TenantFile(
                name,
                bytes == null ? "" : sha256(bytes),
                credentials.sources(),
                tenant,
                List.copyOf(problems.found()),
                List.copyOf(problems.once()));
    }

    private static @Nullable Node root(byte @Nullable [] bytes, Problems problems) {
        if (bytes == null) {
            problems.add("cannot be read", "Check its rights, and where it links to.");
            return null;
        }
        if (bytes.length > MAX_BYTES) {
            problems.add("larger than 1 MB", "A tenant file is a few KB; is this one?");
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return YamlNodes.read(text.startsWith("\uFEFF") ? text.substring(1) : text, problems);
        } catch (CharacterCodingException e) {
            problems.add("not UTF-8", "Save the file as UTF-8.");
            return null;
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

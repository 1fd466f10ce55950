package dev.mnemo.tenant;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts environment variables and files into a credential. What it puts in is not read again, and never in a message. */
final class Credentials {

    private static final int MAX_BYTES = 64 * 1024;
    private static final Pattern PLACE = Pattern.compile("\\$\\{(?:file:(/[^}]+)|([A-Za-z_][A-Za-z0-9_]*))}");
    private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e](?:[\\x20-\\x7e]*[\\x21-\\x7e])?");

    private final Function<String, @Nullable String> environment;

    Credentials(Function<String, @Nullable String> environment) {
        this.environment = environment;
    }

    /** The member {@code credential}; null when it is absent or wrong. */
    @Nullable
    Secret read(Fields upstream) {
        String text = upstream.text("credential");
        if (text.isEmpty()) {
            return null;
        }
        if (PLACE.matcher(text).replaceAll("").contains("${")) {
            upstream.bad("credential", "a ${...} that is none", "Write ${NAME} or ${file:/absolute/path}.");
            return null;
        }
        StringBuilder value = new StringBuilder();
        Matcher matcher = PLACE.matcher(text);
        while (matcher.find()) {
            String part =
                    matcher.group(1) == null ? variable(matcher.group(2), upstream) : file(matcher.group(1), upstream);
            if (part == null) {
                return null;
            }
            matcher.appendReplacement(value, Matcher.quoteReplacement(part));
        }
        matcher.appendTail(value);
        if (!SENDABLE.matcher(value).matches()) {
            upstream.bad(
                    "credential",
                    "holds what a header cannot carry",
                    "Use visible ASCII: no line break, no space at its ends.");
            return null;
        }
        return new Secret(value.toString());
    }

    private @Nullable String variable(String name, Fields upstream) {
        String value = environment.apply(name);
        if (value == null || value.isEmpty()) {
            upstream.bad("credential", "environment variable " + name + " is not set", "Set it where Mnemo runs.");
            return null;
        }
        return value;
    }

    private static @Nullable String file(String path, Fields upstream) {
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            byte[] bytes = in.readNBytes(MAX_BYTES);
            String text = new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\r?\\n$", "");
            if (text.isEmpty() || bytes.length == MAX_BYTES) {
                upstream.bad("credential", "file " + path + " is empty or too large", "Put the credential in it.");
                return null;
            }
            return text;
        } catch (IOException | InvalidPathException e) {
            upstream.bad("credential", "file " + path + " cannot be read", "Create it, or check its mount and rights.");
            return null;
        }
    }
}

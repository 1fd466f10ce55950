package dev.mnemo.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script, sent by its digest. Immutable and thread-safe.
 *
 * @param text the script as Redis compiles it
 * @param sha1 its digest: 40 lower-case hex digits
 */
public record Script(byte[] text, String sha1) {

    /**
     * Reads a script that lies beside a class.
     *
     * @param owner a class of the package that holds the script
     * @param name the file's name, such as {@code reserve.lua}
     */
    public static Script of(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("script: " + name + " (expected: beside " + owner.getName() + ")");
            }
            byte[] text = in.readAllBytes();
            return new Script(
                    text,
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}

package dev.mnemo.gateway;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The user of Redis' access lists that docs/install.md tells to make, word for word. */
final class RedisUser {

    private static final String PASSWORD = "p@ss:w/rd#?%41";

    private RedisUser() {}

    /** Makes it, and returns its password: one that in a url would have to be escaped. */
    static String made(RedisCommands<String, String> admin) {
        CommandArgs<String, String> words = new CommandArgs<>(StringCodec.UTF8);
        List.of(documented().replace("PASSWORD", PASSWORD).split(" ")).stream()
                .skip(1)
                .forEach(words::add);
        admin.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), words);
        return PASSWORD;
    }

    private static String documented() {
        try {
            return Files.readAllLines(Path.of("../docs/install.md")).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("ACL SETUSER mnemo "))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdDecompressCtx;
import dev.mnemo.memory.Preferences.Member;
import dev.mnemo.memory.Version.Edit;
import dev.mnemo.memory.Version.Kind;
import dev.mnemo.seal.Seal;
import dev.mnemo.tenant.SealKeys;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VersionCodecTest {

    private static final Instant AT = Instant.parse("2026-11-24T10:00:00.123Z");

    private final ZstdDecompressCtx unpacker = new ZstdDecompressCtx();

    static Stream<Version> versions() {
        return Stream.of(
                new Version(1, new Edit(Kind.PUT, 0, "web", AT), List.of("\"a\":1")),
                new Version(
                        123_456_789_012_345_678L,
                        new Edit(Kind.PATCH, 0, "ключ", AT),
                        List.of("\"a\":1", "\"ß\":\"\"")),
                new Version(9, new Edit(Kind.PUT, 0, "web", AT), List.of()),
                new Version(10, new Edit(Kind.DELETE, 0, "web", AT), null),
                new Version(11, new Edit(Kind.RESTORE, 9, "web", AT), List.of("\"a\":\"" + "long ".repeat(900) + '"')));
    }

    @ParameterizedTest
    @MethodSource("versions")
    void comesBackAsItWas(Version version) {
        assertThat(decoded(stored(version))).isEqualTo(version);
    }

    @Test
    void isPackedWhereThatIsSmaller() {
        Edit edit = new Edit(Kind.PUT, 0, "web", AT);

        assertThat(VersionCodec.encode(edit, List.of(new Member("\"a\":1", 1)), Seal.NONE))
                .hasSize(25 + 3 + 5);
        assertThat(VersionCodec.encode(edit, List.of(new Member("\"a\":\"" + "long ".repeat(900) + '"', 1)), Seal.NONE))
                .hasSizeLessThan(100);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void sealedItOpensForItsUserAlone(Version version) {
        SealKeys keys = new SealKeys(List.of(new byte[SealKeys.BYTES]), false);
        byte[] salt = new byte[Seal.SALT];
        Seal ada = Seal.of(keys, "acme", "ada", salt, reason -> {});
        byte[] stored = stored(version, ada);

        assertThat(VersionCodec.decode(stored, unpacker, ada)).isEqualTo(version);
        assertThat(VersionCodec.decode(stored, unpacker, Seal.of(keys, "acme", "bob", salt, reason -> {})))
                .isNull();
        assertThat(decoded(stored)).isNull();
        assertThat(new String(stored, ISO_8859_1))
                .startsWith(version.number() + " ")
                .doesNotContain(version.edit().author());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void whatIsCutShortCountsAsAbsent(Version version) {
        byte[] stored = stored(version);

        for (int length = 0; length < stored.length; length++) {
            assertThat(decoded(Arrays.copyOf(stored, length)))
                    .as("%d bytes", length)
                    .isNull();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void damageBreaksNothing(Version version) {
        byte[] stored = stored(version);
        int header = String.valueOf(version.number()).length() + 1;

        for (int i = 0; i < stored.length; i++) {
            byte[] damaged = stored.clone();
            damaged[i] ^= 0x55;
            Version read = decoded(damaged);
            if (i >= header && i < header + 2) {
                assertThat(read).as("format, packing").isNull();
            } else {
                assertThat(read).as("byte %d", i).isNotEqualTo(version);
            }
        }
    }

    private static byte[] stored(Version version) {
        return stored(version, Seal.NONE);
    }

    private static byte[] stored(Version version, Seal seal) {
        List<String> members = version.members();
        byte[] entry = VersionCodec.encode(
                version.edit(),
                members == null
                        ? null
                        : members.stream().map(json -> new Member(json, 1)).toList(),
                seal);
        return (version.number() + " " + new String(entry, ISO_8859_1)).getBytes(ISO_8859_1);
    }

    private @Nullable Version decoded(byte[] stored) {
        return VersionCodec.decode(stored, unpacker, Seal.NONE);
    }
}

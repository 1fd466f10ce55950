package dev.mnemo.memory;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mnemo.memory.Preferences.Member;
import dev.mnemo.seal.Seal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Preferences as they stand in Redis: one member a line (compact JSON has no line breaks), and their tokens. */
final class PreferencesCodec {

    /** What they are called where they are sealed. */
    private static final String MEMBERS = "preferences";

    private static final String TOKENS = "preferences:tokens";

    private PreferencesCodec() {}

    static byte[] members(List<Member> members, Seal seal) {
        return seal.seal(
                MEMBERS,
                members.stream()
                        .map(Member::json)
                        .collect(Collectors.joining("\n"))
                        .getBytes(UTF_8));
    }

    static byte[] tokens(List<Member> members, Seal seal) {
        return seal.seal(
                TOKENS,
                members.stream()
                        .map(member -> String.valueOf(member.tokens()))
                        .collect(Collectors.joining(","))
                        .getBytes(US_ASCII));
    }

    /** Preferences that are damaged, or do not open, count as absent, and break no call. */
    static Preferences decode(
            byte @Nullable [] version, byte @Nullable [] members, byte @Nullable [] tokens, Seal seal) {
        return decoded(version, opened(MEMBERS, members, seal), opened(TOKENS, tokens, seal));
    }

    private static byte @Nullable [] opened(String record, byte @Nullable [] stored, Seal seal) {
        return stored == null ? null : seal.open(record, stored);
    }

    private static Preferences decoded(byte @Nullable [] version, byte @Nullable [] members, byte @Nullable [] tokens) {
        try {
            long number = version == null ? 0 : Long.parseLong(new String(version, US_ASCII));
            if (members == null || tokens == null) {
                return new Preferences(number, false, List.of());
            }
            if (members.length == 0) {
                return new Preferences(number, true, List.of());
            }
            String[] lines = new String(members, UTF_8).split("\n", -1);
            String[] counts = new String(tokens, US_ASCII).split(",", -1);
            List<Member> decoded = new ArrayList<>(lines.length);
            for (int i = 0; i < lines.length && i < counts.length; i++) {
                decoded.add(new Member(lines[i], Integer.parseInt(counts[i])));
            }
            return new Preferences(number, true, decoded);
        } catch (NumberFormatException e) {
            return Preferences.NONE;
        }
    }
}

package dev.mnemo.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a user comes back to: words with counts that fade. Bounded whatever comes. A word that is seen for the first time is
 * only marked by its hash, so that what is said once is nowhere in it; from then on it has a place of its own, as long as
 * it is not the least of all. Immutable.
 *
 * @param marks one bit for each hash of a word that was seen; emptied when half of them are set
 * @param entries heaviest first
 */
public record Subjects(byte[] marks, List<Entry> entries) {

    private static final int MARKS = 128;
    static final int MOST = 40;

    /** What all words may take, in bytes, encoded. */
    private static final int ROOM = 720;

    /** Of one interaction. */
    private static final int TAKEN = 16;

    private static final int ONE = 256;

    /** Each interaction takes a 64th: a subject that is dropped has half its weight after 44 others. */
    private static final int FADES = 6;

    /** Less than this is forgotten. */
    private static final int LEAST = ONE / 4;

    private static final Comparator<Entry> HEAVIEST =
            Comparator.comparingInt((Entry e) -> -e.weight).thenComparing(Entry::word);

    static final Subjects NONE = new Subjects(new byte[MARKS], List.of());

    /**
     * @param weight faded count, in 256ths; at most 65,535
     * @param seen interactions that had the word since it has a place, at most 255
     */
    public record Entry(String word, int weight, int seen) {

        /** Encoded. */
        int size() {
            int bytes = 4;
            for (int i = 0; i < word.length(); i++) {
                char c = word.charAt(i);
                // Each half of a pair makes two bytes of four.
                bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
            return bytes;
        }

        /** In two interactions at the least: a mark alone may be another word's. */
        boolean isShown() {
            return seen >= 2;
        }
    }

    /**
     * @param words of the user's text and how often they stand there
     * @param answered words that the answer has taken up
     */
    Subjects plus(Map<String, Integer> words, Set<String> answered) {
        byte[] marked = half() ? new byte[MARKS] : marks.clone();
        List<Entry> next = new ArrayList<>(entries.size() + TAKEN);
        for (Entry entry : entries) {
            boolean again = words.containsKey(entry.word);
            int weight = entry.weight - (entry.weight >> FADES) + (again ? ONE : 0);
            if (weight >= LEAST) {
                next.add(new Entry(entry.word, Math.min(weight, 0xFFFF), Math.min(0xFF, entry.seen + (again ? 1 : 0))));
            }
        }
        Set<String> known = entries.stream().map(Entry::word).collect(Collectors.toSet());
        words.entrySet().stream()
                .filter(word -> !known.contains(word.getKey()))
                .sorted(Comparator.comparingInt((Map.Entry<String, Integer> word) ->
                                -word.getValue() - (answered.contains(word.getKey()) ? 2 : 0))
                        .thenComparing(word -> -word.getKey().length())
                        .thenComparing(Map.Entry::getKey))
                .limit(TAKEN)
                .map(Map.Entry::getKey)
                .filter(word -> !mark(marked, word))
                .forEach(word -> next.add(new Entry(word, ONE, 1)));
        next.sort(HEAVIEST);
        return new Subjects(marked, bounded(next));
    }

    private static List<Entry> bounded(List<Entry> sorted) {
        int room = ROOM;
        int kept = 0;
        for (Entry entry : sorted) {
            room -= entry.size();
            if (room < 0 || kept == MOST) {
                break;
            }
            kept++;
        }
        return List.copyOf(sorted.subList(0, kept));
    }

    /** Whether the word was marked just now, so that nothing like it was seen before. */
    private static boolean mark(byte[] marks, String word) {
        int hash = word.hashCode() * 0x9E3779B1;
        boolean fresh = false;
        for (int bit : new int[] {hash >>> 22, hash >>> 12 & 0x3FF}) {
            fresh |= (marks[bit >> 3] & 1 << (bit & 7)) == 0;
            marks[bit >> 3] |= (byte) (1 << (bit & 7));
        }
        return fresh;
    }

    private boolean half() {
        int set = 0;
        for (byte b : marks) {
            set += Integer.bitCount(b & 0xFF);
        }
        return set * 2 > MARKS * 8;
    }

    /** The heaviest that may be shown, in alphabetical order, so that it changes only when their set does. */
    List<String> shown(int most) {
        return entries.stream()
                .filter(Entry::isShown)
                .limit(most)
                .map(Entry::word)
                .sorted()
                .toList();
    }

    void encode(ByteBuffer out) {
        out.put(marks).put((byte) entries.size());
        for (Entry entry : entries) {
            byte[] word = entry.word.getBytes(UTF_8);
            out.put((byte) word.length).put(word).putShort((short) entry.weight).put((byte) entry.seen);
        }
    }

    /**
     * @throws IllegalArgumentException when it is damaged
     */
    static Subjects decode(ByteBuffer in) {
        byte[] marks = new byte[MARKS];
        in.get(marks);
        int count = in.get() & 0xFF;
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[in.get() & 0xFF];
            in.get(bytes);
            String word = new String(bytes, UTF_8);
            // It goes into a prompt: what is stored is not trusted to be what was written.
            if (!word.codePoints().allMatch(c -> Character.isLetter(c) || Reading.isMark(c))) {
                throw new IllegalArgumentException("no word");
            }
            entries.add(new Entry(word, in.getShort() & 0xFFFF, in.get() & 0xFF));
        }
        return new Subjects(marks, List.copyOf(entries));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Subjects(byte[] theirs, List<Entry> words)
                && Arrays.equals(marks, theirs)
                && entries.equals(words);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(marks) + entries.hashCode();
    }
}

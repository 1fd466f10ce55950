package dev.mnemo.retrieval;

import dev.mnemo.text.Language;
import dev.mnemo.text.Token;
import dev.mnemo.text.Token.Kind;
import dev.mnemo.text.Words;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is looked for: the words of a conversation's first message, and their vector. Immutable. */
public final class Query {

    /** Longer ones are looked at from both ends: a question stands before or behind what was pasted. */
    private static final int LONGEST = 4_000;

    /** Of what a model reads, for which a call waits: a quarter of a millisecond for each piece of a word, and more. */
    private static final int LONGEST_EMBEDDED = 200;

    private static final int MOST_TOKENS = 96;

    /** For each language the terms, ascending, and which of the tokens each stands for. */
    private final int[][] terms = new int[Language.count()][];

    private final int[][] tokenOf = new int[Language.count()][];

    final int tokens;
    final byte @Nullable [] vector;
    final int embedder;

    private Query(Set<Token> tokens, byte @Nullable [] vector, int embedder) {
        this.tokens = tokens.size();
        this.vector = vector;
        this.embedder = embedder;
        for (Language language : Language.values()) {
            Language.Stemmer stemmer = language.stemmer();
            long[] sorted = new long[tokens.size()];
            int i = 0;
            for (Token token : tokens) {
                sorted[i] = (long) Terms.of(token, stemmer) << 32 | i;
                i++;
            }
            Arrays.sort(sorted);
            terms[language.code] =
                    Arrays.stream(sorted).mapToInt(each -> (int) (each >> 32)).toArray();
            tokenOf[language.code] =
                    Arrays.stream(sorted).mapToInt(each -> (int) each).toArray();
        }
    }

    /**
     * Stems the words, and embeds the text if the embedder is ready and reads its language, which takes milliseconds then.
     *
     * @param embedder null to compare words alone
     */
    public static Query of(String text, @Nullable Embedder embedder) {
        String ends = ends(text, LONGEST);
        List<Token> all = Words.of(ends);
        Language language = Language.of(all);
        Set<Token> told = new LinkedHashSet<>();
        for (Token token : all) {
            boolean says = token.kind() != Kind.WORD || !language.isStopWord(token.text()) && !isLetter(token);
            if (says && told.size() < MOST_TOKENS) {
                told.add(token);
            }
        }
        boolean dense = embedder != null && !told.isEmpty() && embedder.isReady() && embedder.reads(language.iso);
        byte[] vector = dense && embedder != null
                ? Vectors.of(embedder, () -> embedder.query(ends(text, LONGEST_EMBEDDED)))
                : null;
        return embedder == null || vector == null
                ? new Query(told, null, 0)
                : new Query(told, vector, IndexCodec.embedder(embedder.id()));
    }

    /** By its vector alone, to measure what each part is worth. */
    public static Query ofVector(String text, Embedder embedder) {
        return new Query(
                Set.of(),
                Vectors.quantised(embedder.query(ends(text, LONGEST_EMBEDDED))),
                IndexCodec.embedder(embedder.id()));
    }

    /** Whether there is nothing to look for, as in a greeting: then nothing is found. */
    public boolean isEmpty() {
        return tokens == 0 && vector == null;
    }

    /** Whether it compares vectors too. */
    public boolean isDense() {
        return vector != null;
    }

    int[] terms(int language) {
        return terms[language];
    }

    int[] tokenOf(int language) {
        return tokenOf[language];
    }

    private static boolean isLetter(Token token) {
        return token.text().length() == 1;
    }

    private static String ends(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        return text.substring(0, longest / 2) + "\n" + text.substring(text.length() - longest / 2);
    }
}

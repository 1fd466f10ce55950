package dev.mnemo.text;

import dev.mnemo.text.Token.Kind;
import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells the language of a text, also one whose words are not stemmed: by its script, else by its stop words. */
public final class Languages {

    /** The characters that tell it; what follows costs time and seldom says otherwise. */
    private static final int ENOUGH = 1_000;

    private static final Pattern PERSIAN = Pattern.compile("[پچژگ]");

    /** Scripts that tell a language by themselves. */
    private static final Map<UnicodeScript, String> ALONE = Map.of(
            UnicodeScript.HANGUL, "ko",
            UnicodeScript.GREEK, "el",
            UnicodeScript.HEBREW, "he",
            UnicodeScript.THAI, "th",
            UnicodeScript.DEVANAGARI, "hi",
            UnicodeScript.BENGALI, "bn",
            UnicodeScript.TAMIL, "ta",
            UnicodeScript.GEORGIAN, "ka",
            UnicodeScript.ARMENIAN, "hy");

    private Languages() {}

    /** By ISO 639-1; null where the text does not tell. Who must have one in any case, as for stems, asks {@link Language}. */
    public static @Nullable String of(String whole) {
        String text = whole.length() > ENOUGH ? whole.substring(0, ENOUGH) : whole;
        Map<UnicodeScript, Integer> scripts = new EnumMap<>(UnicodeScript.class);
        int letters = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isLetter(c)) {
                letters++;
                // Those below are Latin, which tells nothing; asking for a script takes a search.
                if (c > 0x7F) {
                    scripts.merge(UnicodeScript.of(c), 1, Integer::sum);
                }
            }
        }
        int kana = scripts.getOrDefault(UnicodeScript.HIRAGANA, 0) + scripts.getOrDefault(UnicodeScript.KATAKANA, 0);
        int east = kana + scripts.getOrDefault(UnicodeScript.HAN, 0);
        // A few words in Latin letters stand in most technical texts.
        if (east * 3 > letters) {
            return kana * 5 > east ? "ja" : "zh";
        }
        for (Map.Entry<UnicodeScript, Integer> script : scripts.entrySet()) {
            if (script.getValue() * 2 > letters && ALONE.containsKey(script.getKey())) {
                return ALONE.get(script.getKey());
            }
        }
        if (scripts.getOrDefault(UnicodeScript.ARABIC, 0) * 2 > letters) {
            return PERSIAN.matcher(text).find() ? "fa" : "ar";
        }
        return elected(Words.withoutDatesInDigits(text));
    }

    /** At least two of its words, and more than of any other. */
    private static @Nullable String elected(List<Token> tokens) {
        Map<String, Integer> votes = new HashMap<>();
        for (Token token : tokens) {
            if (token.kind() == Kind.WORD) {
                StopWords.languages(token.text()).forEach(language -> votes.merge(language, 1, Integer::sum));
            }
        }
        String best = null;
        int most = 1;
        boolean tie = false;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            tie = vote.getValue() == most || vote.getValue() < most && tie;
            if (vote.getValue() > most) {
                best = vote.getKey();
                most = vote.getValue();
            }
        }
        return tie ? null : best;
    }
}

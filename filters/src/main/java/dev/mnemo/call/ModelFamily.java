package dev.mnemo.call;

import dev.mnemo.dialect.TextUnits;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many tokens a model's vocabulary has for one of o200k, by script: where learning begins. Of Claude, Gemini and unknown
 * models only a factor for all scripts is known. Sources: tiktoken's table of models (which of OpenAI's vocabularies is whose);
 * Anthropic's migration guide (4.7 and later: about 30 % more); its note that tiktoken undercounts Claude by 15 to 20 %.
 */
enum ModelFamily {
    /** gpt-4o, gpt-4.1, gpt-4.5, gpt-5 and the o-series. */
    O200K(1, 1, 1, 1, 1, 1),
    /** gpt-4 and gpt-3.5; measured. */
    CL100K(0.99, 1.17, 1.85, 1.37, 1.41, 1.73),
    /** Up to 4.6. */
    CLAUDE(1.2),
    /** From 4.7. */
    CLAUDE_47(1.55),
    GEMINI(1.1),
    UNKNOWN(1.3);

    /** No model's name is longer. */
    private static final int LONGEST = 128;

    private static final List<String> NEW_OPENAI =
            List.of("gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "chatgpt-4o");
    private static final Pattern O_SERIES = Pattern.compile("(^|[/.])o[134](-|$)");

    /** A version of one or two numbers; the date behind it has eight digits. */
    private static final Pattern VERSION = Pattern.compile("(?<!\\d)(\\d{1,2})(?:[-.](\\d{1,2}))?(?!\\d)");

    private final double[] factors;

    ModelFamily(double... factors) {
        this.factors = factors.length > 1 ? factors : filled(factors[0]);
    }

    private static double[] filled(double factor) {
        double[] all = new double[TextUnits.SCRIPTS];
        Arrays.fill(all, factor);
        return all;
    }

    double factor(TextUnits.Script script) {
        return factors[script.ordinal()];
    }

    /** Before anything is learned. */
    double tokens(TextUnits units) {
        double tokens = 0;
        for (TextUnits.Script script : TextUnits.Script.values()) {
            tokens += units.of(script) * factor(script);
        }
        return tokens;
    }

    static ModelFamily of(String model) {
        if (model.length() > LONGEST) {
            return UNKNOWN;
        }
        String name = model.toLowerCase(Locale.ROOT);
        if (name.contains("claude")) {
            return isNewClaude(name) ? CLAUDE_47 : CLAUDE;
        }
        if (name.contains("gemini") || name.contains("gemma")) {
            return GEMINI;
        }
        if (NEW_OPENAI.stream().anyMatch(name::contains)
                || O_SERIES.matcher(name).find()) {
            return O200K;
        }
        return name.contains("gpt-4") || name.contains("gpt-3") ? CL100K : UNKNOWN;
    }

    private static boolean isNewClaude(String name) {
        Matcher version = VERSION.matcher(name);
        if (!version.find(name.indexOf("claude"))) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        String minor = version.group(2);
        return major > 4 || (major == 4 && minor != null && Integer.parseInt(minor) >= 7);
    }
}

package dev.mnemo.call;

import java.util.Locale;

/** The headers of a call that Mnemo owns. */
public final class CallHeaders {

    public static final String USER = "X-Mnemo-User";
    public static final String MEMORY = "X-Mnemo-Memory";
    public static final String CONTEXT = "X-Mnemo-Context";
    public static final String BUDGET = "X-Mnemo-Budget";
    public static final String REQUEST = "X-Mnemo-Request";

    private static final String OWN = "x-mnemo-";

    private CallHeaders() {}

    /** Whether a header is Mnemo's own, in any spelling: servers behind us may take {@code _} for {@code -}. */
    public static boolean isOwn(String name) {
        return name.length() >= OWN.length()
                && name.substring(0, OWN.length())
                        .replace('_', '-')
                        .toLowerCase(Locale.ROOT)
                        .equals(OWN);
    }
}

package dev.mnemo.tenant;

/**
 * A text of a file that may be a credential, and where it stands.
 *
 * @param text empty when it is wrong, which has been said
 */
record Value(String text, Node at, String path, Problems problems) {

    /** A problem with it. */
    void bad(String message, String fix) {
        problems.add(at, path, message, fix);
    }

    /** Without the text. */
    @Override
    public String toString() {
        return "Value[" + path + "]";
    }
}

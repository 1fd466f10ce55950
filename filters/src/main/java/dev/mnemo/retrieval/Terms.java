package dev.mnemo.retrieval;

import dev.mnemo.text.Language;
import dev.mnemo.text.Token;
import dev.mnemo.text.Token.Kind;

/** What a token is looked for by: 24 bits of a hash of its stem. In a thousand interactions one of 300 looks is mistaken. */
final class Terms {

    static final int BITS = 24;

    private Terms() {}

    static int of(Token token, Language.Stemmer stemmer) {
        String text = token.kind() == Kind.WORD ? stemmer.stem(token.text()) : token.text();
        char sort = token.kind() == Kind.DATE ? 'd' : 'w';
        long hash = (0xcbf29ce484222325L ^ sort) * 0x100000001b3L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 32) * 0x9e3779b97f4a7c15L;
        return (int) (hash >>> 64 - BITS);
    }
}

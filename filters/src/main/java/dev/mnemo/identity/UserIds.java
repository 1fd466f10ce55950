package dev.mnemo.identity;

import dev.mnemo.call.Refusal;

/** What a user's id may be: up to 256 characters, none of them a control character. */
public final class UserIds {

    private static final int LONGEST = 256;

    private UserIds() {}

    /**
     * The id itself.
     *
     * @throws Refusal 400 when it cannot be one
     */
    public static String checked(String id) {
        if (id.isBlank() || id.length() > LONGEST || id.chars().anyMatch(Character::isISOControl)) {
            throw Refusal.badRequest(
                    "invalid_user",
                    "user: not an id (expected: 1 to " + LONGEST + " characters without control characters)");
        }
        return id;
    }
}

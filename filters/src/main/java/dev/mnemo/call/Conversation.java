package dev.mnemo.call;

import org.jspecify.annotations.Nullable;

/**
 * The conversation that a call belongs to.
 *
 * @param name unique within a user
 * @param older the name that it had before its first answer; null when that is the same
 * @param starts whether this call begins it: it was named by its first words and nothing has been answered yet, so a
 *     block frozen earlier for the same words belongs to another conversation
 * @param held whether the provider keeps its earlier turns, a block among them, so that each is sent once
 * @param provisional whether it is named by its first words alone, until its first answer gives it a better name
 */
public record Conversation(String name, @Nullable String older, boolean starts, boolean held, boolean provisional) {

    /** The name by which all its turns know it; the one that its first answer gives it comes later. */
    public String first() {
        return older == null ? name : older;
    }
}

package dev.mnemo.call;

/**
 * The conversation that a call belongs to.
 *
 * @param name unique within a user
 * @param starts whether this call begins it: it was named by its first words and nothing has been answered yet, so a
 *     block frozen earlier for the same words belongs to another conversation
 */
public record Conversation(String name, boolean starts) {}

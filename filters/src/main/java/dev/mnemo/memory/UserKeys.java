package dev.mnemo.memory;

import dev.mnemo.redis.Keys;

/** The keys of one user; all in one slot. */
final class UserKeys {

    private final String tenant;
    private final String user;

    UserKeys(String tenant, String user) {
        this.tenant = tenant;
        this.user = user;
    }

    /**
     * A hash: version, members (JSON) and their tokens, which are the preferences; revision, which rises when blocks become
     * stale; patterns and their number, written: the summary; salt, of the user's seal; bytes of the interactions; archived
     * and archivedBytes, of the archive; moved, which rises when interactions go into the archive or come in between.
     */
    byte[] profile() {
        return key("profile");
    }

    /** A list of records, newest last. */
    byte[] interactions() {
        return key("interactions");
    }

    /** A list of segments, newest last. */
    byte[] archive() {
        return key("archive");
    }

    /** A hash: what a user thinks of an interaction, by its id. */
    byte[] marks() {
        return key("marks");
    }

    /** A hash: the words to a mark. */
    byte[] comments() {
        return key("comments");
    }

    /** A list: the preferences as they were, newest first. */
    byte[] versions() {
        return key("versions");
    }

    /** A list: names of conversations that have a block, newest first. */
    byte[] conversations() {
        return key("conversations");
    }

    /** A list: names of turns that have a tail, newest first. */
    byte[] tails() {
        return key("tails");
    }

    /** A list: ids of calls, newest first. */
    byte[] calls() {
        return key("calls");
    }

    /** A list: ids of calls of a user who was erased, whose records are still to go. */
    byte[] orphans() {
        return key("orphans");
    }

    /** A string: somebody writes the user's profile. */
    byte[] writing() {
        return key("writing");
    }

    /** A string: the era that began when the user was erased; behind a space, the last version of the preferences before it. */
    byte[] erased() {
        return key("erased");
    }

    /** A string: the block of a conversation. */
    byte[] snapshot(String conversation) {
        return key(SNAPSHOT + Keys.encoded(conversation));
    }

    /** How the names of all snapshots begin. */
    byte[] snapshots() {
        return key(SNAPSHOT);
    }

    private static final String SNAPSHOT = "snapshot:";

    private byte[] key(String name) {
        return Keys.user(tenant, user, name);
    }
}

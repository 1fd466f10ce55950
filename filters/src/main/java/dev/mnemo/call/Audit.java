package dev.mnemo.call;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Is told of what must be found again later: who changed or erased what is known of users, and who was turned away. Never
 * told what the user's data say, nor a credential or anything made from it. Called on event loops: it must neither block nor
 * throw.
 */
public interface Audit {

    /** What a user's data went through. */
    enum Action {
        PREFERENCES_PUT,
        PREFERENCES_PATCH,
        /** Their versions stay. */
        PREFERENCES_DELETE,
        /** An earlier version became the newest. */
        PREFERENCES_RESTORE,
        /** What an experiment has counted was thrown away. */
        EXPERIMENT_DELETE,
        INTERACTIONS_IMPORT,
        INTERACTIONS_DELETE,
        INTERACTION_DELETE,
        INTERACTION_PIN,
        INTERACTION_UNPIN,
        FEEDBACK,
        SUMMARY_DELETE,
        /** Of all that is known of a user. */
        USER_ERASE
    }

    /** What came of an attempt to change or erase something of a user; also one that was refused. */
    void changed(Change change);

    /** A call, or a request to the API, was refused because of who sent it. */
    void refused(Refused refused);

    /**
     * An attempt to change something, by somebody whose key is known.
     *
     * @param tenant its id
     * @param key the id of the key, never the key
     * @param user as the client sent it, so far unchecked; null where it is about no single user
     * @param status of the answer; 0 where the client left before it, so that the change may have been made or not
     * @param version after the change; null when none is known
     * @param peer whose connection it came over; null when that is not known
     */
    record Change(
            Action action,
            String tenant,
            String key,
            @Nullable String user,
            int status,
            @Nullable String version,
            @Nullable InetSocketAddress peer) {}

    /**
     * Somebody who was turned away.
     *
     * @param why with status 401 or 403
     * @param peer whose connection it came over; null when that is not known
     * @param call its id; null for a request to the API
     */
    record Refused(
            Refusal why,
            @Nullable InetSocketAddress peer,
            @Nullable String call) {}
}

package dev.mnemo.tenant;

import dev.mnemo.tenant.TenantProblemsException.TenantProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tenants as their files are now. Whoever asks gets a whole catalogue: all files are read, all are checked, and then one
 * reference is set. As long as anything is wrong the last good catalogue stays. Thread-safe.
 */
public final class LiveTenants implements Supplier<TenantCatalog> {

    /** Is told of what has changed, on the thread of the poll. */
    @FunctionalInterface
    public interface Listener {
        /** Either the generation is another, or the problems are. */
        void changed(TenantState before, TenantState now);
    }

    /** How often one poll begins again when files change while it reads. The next poll is soon. */
    private static final int ATTEMPTS = 5;

    private final TenantLoader loader;
    private final Path directory;
    private final InstantSource clock;
    private final Listener listener;
    private Reading last;
    private volatile TenantState state;

    /**
     * Reads the files: it blocks.
     *
     * @param environment the value of a variable; null when it is not set
     * @throws TenantProblemsException when anything at all is wrong: there is no last good catalogue yet
     */
    public LiveTenants(
            Path directory, Function<String, @Nullable String> environment, InstantSource clock, Listener listener) {
        this.loader = new TenantLoader(environment);
        this.directory = directory;
        this.clock = clock;
        this.listener = listener;
        this.last = first();
        this.state = new TenantState(1, last.sha256(), clock.instant(), last.catalog(), List.of(), null);
    }

    private Reading first() {
        try {
            Reading reading = steady(look(Set.of()), null, false);
            if (reading != null) {
                return reading;
            }
        } catch (IOException e) {
            throw new TenantProblemsException(List.of(TenantLoader.unreadable(directory)));
        }
        Problems problems = new Problems(directory.toString());
        problems.add("files that keep changing", "Start again when they are all written.");
        throw new TenantProblemsException(problems.found());
    }

    /** The last good catalogue. */
    @Override
    public TenantCatalog get() {
        return state.catalog();
    }

    public TenantState state() {
        return state;
    }

    /** Looks whether any file has changed, and reads those that have. It blocks. It throws only what the listener does. */
    public synchronized void poll() {
        Reading reading;
        try {
            reading = changed();
        } catch (IOException e) {
            refuse(List.of(TenantLoader.unreadable(directory)));
            return;
        } catch (RuntimeException e) {
            Problems problems = new Problems(directory.toString());
            problems.add("cannot be read: " + e.getClass().getName(), "This is a mistake of Mnemo's: report it.");
            refuse(problems.found());
            return;
        }
        if (reading != null) {
            last = reading;
            judge(reading);
        }
    }

    /** Null when there is nothing new, or when it is being written. */
    private @Nullable Reading changed() throws IOException {
        Look look = look(last.credentialFiles());
        boolean known = last.settled() && look.equals(last.look());
        // What could not be read is tried again, though it may look the same.
        return known && state.problems().isEmpty() ? null : steady(look, last, true);
    }

    /**
     * Reads until what is read is what is there.
     *
     * @param patient whether to leave files alone that were written just now: they may be half of what they will be
     * @return null when files are being written
     */
    private @Nullable Reading steady(Look first, @Nullable Reading before, boolean patient) throws IOException {
        Look look = first;
        Reading known = before;
        for (int i = 0; i < ATTEMPTS; i++) {
            Instant now = clock.instant();
            if (patient && !look.isQuiet(now)) {
                return null;
            }
            Reading reading = loader.read(look, known, now);
            look = look(reading.credentialFiles());
            if (look.equals(reading.look())) {
                return reading;
            }
            known = reading;
        }
        return null;
    }

    /** A mount's old directory is removed as soon as its link leads to the new one, so a look may come too late. */
    private Look look(Set<String> credentials) throws IOException {
        for (int i = 1; ; i++) {
            try {
                return Look.at(directory, credentials);
            } catch (IOException e) {
                if (i == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void judge(Reading reading) {
        if (!reading.problems().isEmpty()) {
            refuse(reading.problems());
            return;
        }
        TenantState before = state;
        TenantCatalog catalog = reading.catalog();
        String sha256 = reading.sha256();
        if (!sha256.equals(before.sha256()) || !catalog.hasSame(before.catalog())) {
            set(new TenantState(before.generation() + 1, sha256, clock.instant(), catalog, List.of(), null));
        } else if (!before.problems().isEmpty()) {
            set(before.good());
        }
    }

    private void refuse(List<TenantProblem> problems) {
        if (!problems.equals(state.problems())) {
            set(state.bad(problems, clock.instant()));
        }
    }

    private void set(TenantState now) {
        TenantState before = state;
        state = now;
        listener.changed(before, now);
    }
}

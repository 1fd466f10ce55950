package dev.mnemo.call;

import dev.mnemo.tenant.ApiKey;
import dev.mnemo.tenant.Tenant;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Mnemo's own "no". It travels as an error to the line, which renders it once, in the caller's dialect.
 *
 * <p>It has no stack trace: it is an answer, not a fault.
 */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient @Nullable Duration retryAfter;
    private final boolean retryHelps;
    private final transient @Nullable Whose whose;

    /** The one who was refused, as far as that is proved. */
    private record Whose(String tenant, String key) {}

    private Refusal(int status, String code, String message, @Nullable Duration retryAfter, boolean retryHelps) {
        this(status, code, "mnemo: " + message, retryAfter, retryHelps, null);
    }

    private Refusal(
            int status,
            String code,
            String message,
            @Nullable Duration retryAfter,
            boolean retryHelps,
            @Nullable Whose whose) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
        this.retryHelps = retryHelps;
        this.whose = whose;
    }

    /** The call itself is wrong; sending it again changes nothing. */
    public static Refusal badRequest(String code, String message) {
        return of(400, code, message);
    }

    /** A refusal that sending the same call again does not change. */
    public static Refusal of(int status, String code, String message) {
        return new Refusal(status, code, message, null, false);
    }

    /** A refusal that time may lift. */
    public static Refusal later(int status, String code, String message, Duration retryAfter, boolean retryHelps) {
        return new Refusal(status, code, message, retryAfter, retryHelps);
    }

    /** The upstream failed before its first byte; the same call may succeed when it is sent again. */
    public static Refusal upstream(int status, String code, String message) {
        return new Refusal(status, code, message, null, true);
    }

    /** The same, said to the holder of a key: for the audit, never for the answer. */
    public Refusal to(Tenant tenant, ApiKey key) {
        return new Refusal(status, code, getMessage(), retryAfter, retryHelps, new Whose(tenant.id(), key.id()));
    }

    /** The id of the tenant that was refused; null when that is not known. */
    public @Nullable String tenant() {
        return whose == null ? null : whose.tenant();
    }

    /** The id of the key that was refused; null when that is not known. */
    public @Nullable String key() {
        return whose == null ? null : whose.key();
    }

    public int status() {
        return status;
    }

    /** For programs: lower case with underscores. */
    public String code() {
        return code;
    }

    /** How long to wait; null when waiting is not the point. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** Whether an SDK may send the call again by itself. */
    public boolean retryHelps() {
        return retryHelps;
    }

    /** The message; never null, and always beginning {@code mnemo:}. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}

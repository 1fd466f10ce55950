package dev.mnemo.call;

/** The stage that finds out who is calling. It needs no store: it never waits. Implementations are thread-safe. */
public interface Identity {

    /**
     * Credential → tenant and key, before anything of the body is read. A token names the user too.
     *
     * @throws Refusal 400, 401 or 403; 503 while a token cannot be verified
     */
    Caller authenticate(LlmCall call);

    /**
     * Header or body member → user, by the tenant's list; whom a token names remains.
     *
     * @throws Refusal when the user cannot be one, or is missing where the tenant wants one
     */
    Caller user(LlmCall call, Caller caller);
}

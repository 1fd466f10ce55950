package dev.mnemo.identity;

import dev.mnemo.call.Caller;
import dev.mnemo.call.Credential;
import dev.mnemo.call.Identity;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.ApiKey.Permission;
import dev.mnemo.tenant.TenantCatalog.KeyOwner;

/**
 * Identity by key, or else by token. Who has a key is believed when he names a user; who has a token is the user whom it
 * names, whatever the request says. Thread-safe.
 */
public final class CallerIdentity implements Identity {

    private final KeyIdentity keys;
    private final TokenIdentity tokens;

    public CallerIdentity(KeyIdentity keys, TokenIdentity tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    @Override
    public Caller authenticate(LlmCall call) {
        Credential credential = KeyIdentity.credential(call.headers());
        String sha256 = credential.sha256();
        KeyOwner owner = keys.find(sha256);
        Caller caller;
        if (owner != null) {
            caller = permitted(owner);
        } else if (tokens.isToken(credential.value())) {
            caller = tokens.caller(credential.value(), sha256);
        } else {
            throw KeyIdentity.unknown();
        }
        call.credential(credential);
        return caller;
    }

    private static Caller permitted(KeyOwner owner) {
        if (!owner.key().may(Permission.CHAT)) {
            throw Refusal.of(
                            403,
                            "key_not_permitted",
                            "key: \"" + owner.key().id() + "\" may not chat (expected: may: [chat])")
                    .to(owner.tenant(), owner.key());
        }
        return new Caller(owner.tenant(), owner.key(), null, null);
    }

    @Override
    public Caller user(LlmCall call, Caller caller) {
        return caller.byToken() ? TokenIdentity.named(caller) : RequestUser.find(call, caller);
    }
}

package dev.mnemo.identity;

import dev.mnemo.call.Caller;
import dev.mnemo.call.LlmCall;
import dev.mnemo.call.Refusal;
import dev.mnemo.tenant.Tenant.UserSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The user whom a request names in a header or in its body, where the tenant's list says. */
final class RequestUser {

    private RequestUser() {}

    /**
     * The caller with the user that the request names, if it names one.
     *
     * @throws Refusal 400 when that cannot be a user, 403 when there is none and the tenant wants one
     */
    static Caller find(LlmCall call, Caller caller) {
        for (UserSource source : caller.tenant().user()) {
            String found = read(call, source);
            if (found != null) {
                return caller.as(UserIds.checked(found), source);
            }
        }
        if (!caller.tenant().anonymous()) {
            throw Refusal.of(
                            403,
                            "user_required",
                            "user: missing (expected: "
                                    + expected(caller.tenant().user()) + ")")
                    .to(caller.tenant(), caller.key());
        }
        return caller;
    }

    private static @Nullable String read(LlmCall call, UserSource source) {
        return switch (source) {
            case UserSource.Header(String name) -> header(call, name);
            case UserSource.Body(String member) ->
                call.dialect().reads() ? present(call.request().carriers().get(member)) : null;
        };
    }

    private static @Nullable String header(LlmCall call, String name) {
        List<String> values = call.headers().get(name);
        if (values == null) {
            return null;
        }
        if (values.size() > 1) {
            throw Refusal.badRequest("ambiguous_user", name + ": sent " + values.size() + " times (expected: once)");
        }
        return present(values.getFirst());
    }

    private static @Nullable String present(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    private static String expected(List<UserSource> sources) {
        return String.join(
                " or ",
                sources.stream()
                        .map(source -> switch (source) {
                            case UserSource.Header(String name) -> "header " + name;
                            case UserSource.Body(String member) -> "body member " + member;
                        })
                        .toList());
    }
}

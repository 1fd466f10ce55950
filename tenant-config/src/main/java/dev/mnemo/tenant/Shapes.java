package dev.mnemo.tenant;

import dev.mnemo.tenant.Shape.Amount;
import dev.mnemo.tenant.Shape.Choice;
import dev.mnemo.tenant.Shape.Credential;
import dev.mnemo.tenant.Shape.Dollars;
import dev.mnemo.tenant.Shape.Group;
import dev.mnemo.tenant.Shape.ListOf;
import dev.mnemo.tenant.Shape.Member;
import dev.mnemo.tenant.Shape.One;
import dev.mnemo.tenant.Shape.Share;
import dev.mnemo.tenant.Shape.Text;
import dev.mnemo.tenant.Shape.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The members of a tenant file, said once. */
final class Shapes {

    /** Redis' Lua counts in doubles. */
    private static final long EXACT = (1L << 53) - 1;

    private static final Shape ANY_TEXT = new Text("[\\s\\S]+", "text", false);
    private static final Shape NAME = new Text("[A-Za-z0-9][A-Za-z0-9._-]{0,62}", "1 to 63 of A-Z a-z 0-9 . _ -", true);
    private static final Shape SLUG = new Text("[a-z0-9][a-z0-9-]{0,62}", "1 to 63 of a-z 0-9 -", false);
    private static final Shape SWITCH = new Choice(List.of("true", "false"));
    private static final Shape TOKENS = new Amount(0, Integer.MAX_VALUE);
    private static final Shape COUNT = new Amount(0, 1_000);
    private static final Shape LIMIT = new Amount(1, EXACT);
    private static final Shape TIME = new Time(false);

    /** In billionths of a dollar; below {@link #EXACT}. */
    private static final Shape USD = new Dollars(1, 9_007_199_000_000_000L, 9);

    /** Of a million tokens; a thousandth of a dollar is a billionth for one. */
    private static final Shape RATE = new Dollars(0, 10_000_000, 3);

    private static final Group KEY = group(
            required("id", NAME, "Shown in metrics and budgets, never the key."),
            required(
                    "sha256",
                    new Text("[0-9a-fA-F]{64}", "64 hex digits; from a key: printf %s \"$KEY\" | sha256sum", true),
                    "SHA-256 of the key, in hex."),
            optional("may", new ListOf(new Choice(List.of("chat", "memory"))), "chat", "What the key opens."),
            optional(
                    "expires",
                    new Text(
                            "\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2}))?",
                            "a day such as 2027-03-31, whose end in UTC it is, or a moment such as 2027-03-31T12:00:00Z",
                            false),
                    null,
                    "When the key stops working: at a moment, or at the end of a day in UTC."));

    private static final Group JWT = group(
            required("issuer", ANY_TEXT, "Who issues the tokens: their claim iss."),
            required("audience", ANY_TEXT, "Whom they are for: it stands in their claim aud."),
            required(
                    "jwks",
                    new Text(
                            "([hH][tT][tT][pP][sS]?://[^\\s#@]+|file:/[^\\s?#]+)",
                            "https://host[:port]/path, or file:/path",
                            true),
                    "Where the issuer's keys are: https, or file:/path; http only on this machine."),
            optional("user", ANY_TEXT, "sub", "The claim that names the user."),
            optional(
                    "algorithms",
                    new ListOf(new Text(
                            "(" + String.join("|", Jwt.ALGORITHMS) + ")",
                            "one of " + Jwt.ALGORITHMS + ", which sign with a private key;"
                                    + " with none or HS256 and its like, others could make tokens too",
                            false)),
                    null,
                    "What tokens may be signed with; absent: all that are known."),
            optional("skew", TIME, "60s", "How far clocks may be apart; at most 5m."));

    private static final Group USER = new Group(
            List.of(
                    optional(
                            "header",
                            new Text("[A-Za-z0-9!#$%&'*+.^_`|~-]+", "a header's name", false),
                            null,
                            "A request header."),
                    optional("body", ANY_TEXT, null, "A member of the JSON body: at its top, or metadata.name.")),
            List.of(One.of("header"), One.of("body")),
            List.of());

    private static final Group TIMEOUTS = group(
            optional("connect", TIME, "2s", "TCP and TLS."),
            optional("first-byte", TIME, "120s", "From the request's last byte to the answer's first."),
            optional("idle", TIME, "60s", "Between two pieces of the answer."),
            optional("total", TIME, "15m", "The whole call."));

    private static final Group UPSTREAM = group(
            required("name", NAME, "Unique within the tenant."),
            required(
                    "speaks",
                    new ListOf(new Choice(List.of("openai", "anthropic", "gemini", "ollama"))),
                    "What it understands."),
            required(
                    "url",
                    new Text("[hH][tT][tT][pP][sS]?://[^\\s?#@]+", "http(s)://host[:port][/path]", true),
                    "Its base: no user, no query."),
            optional(
                    "credential",
                    new Credential(),
                    null,
                    "Sent in place of the client's; absent: the client's own goes through."),
            optional("models", new ListOf(ANY_TEXT), "*", "The models it serves; * stands for any run of characters."),
            optional("timeouts", TIMEOUTS, null, "How long each phase of a call may last."));

    private static final Group SUMMARY = group(
            required("model", ANY_TEXT, "The model that writes it."),
            required("upstream", NAME, "The tenant's upstream that it is asked of."));

    private static final Group MEMORY = group(
            optional("context", TOKENS, "2k", "Tokens that the context block may take."),
            optional("preferences", SWITCH, "true", "Whether preferences are shown."),
            optional("recent", COUNT, "5", "Interactions shown; no more than keep."),
            optional("keep", COUNT, "20", "Interactions kept."),
            optional("ttl", TIME, "90d", "How long a user who is not seen is remembered."),
            optional("record", SWITCH, "true", "Whether interactions are recorded."),
            optional(
                    "partial",
                    new Choice(List.of("keep", "drop")),
                    "keep",
                    "An answer that was cut off: kept with a mark, or not recorded."),
            optional(
                    "cache",
                    new Choice(List.of("off", "5m", "1h")),
                    "off",
                    "A cache mark behind the block for Anthropic, where a slot is free; writing costs more than not caching."),
            optional("unavailable", new Choice(List.of("continue", "refuse")), "continue", "A call without memory."),
            optional("archive", new Amount(0, 10_000), "0", "Interactions kept for retrieval, beside those of keep."),
            optional(
                    "retrieve",
                    new Choice(List.of("off", "conversation", "turn")),
                    "off",
                    "Whether fitting interactions of the archive are shown: chosen once for a conversation, or for each turn."),
            optional("summary", SUMMARY, null, "Who writes a user's profile; absent: nobody."),
            optional(
                    "holdout",
                    new Share(0, 10_000, 2),
                    "0%",
                    "Of the users, those who get no context, to be compared with the others."),
            optional(
                    "seal",
                    new ListOf(new Credential(), true),
                    null,
                    "Keys of 32 bytes in base64: the first seals what is stored, all open it;"
                            + " plain besides: what is not sealed is read too. Absent: not sealed."),
            optional("calls", new Time(true), "7d", "How long is kept what a call was given; 0s: not at all."));

    private static final Group PRICE = group(
            required("input", RATE, "Of a prompt."),
            optional("cached", RATE, null, "Read from the provider's cache; absent: as input."),
            optional("written", RATE, null, "Written to the provider's cache for 5 minutes; absent: as input."),
            optional("written-hour", RATE, null, "Written to the provider's cache for an hour; absent: as written."),
            required("output", RATE, "Of an answer, reasoning included."));

    private static final Group MODEL = group(
            required("name", ANY_TEXT, "A model or deployment; * stands for any run of characters. First match wins."),
            optional("window", LIMIT, null, "Its context window, prompt and answer together."),
            optional("answer", LIMIT, null, "Its longest answer."),
            optional(
                    "edge",
                    LIMIT,
                    null,
                    "Prompts longer than this cost more: input twice, output 1.5 times its price; the block never pushes one over it."),
            optional("price", PRICE, null, "In dollars per million tokens."));

    private static final Group LIMIT_GROUP = new Group(
            List.of(
                    required("name", SLUG, "Unique within the tenant."),
                    required(
                            "per",
                            new Choice(List.of("tenant", "user", "key", "maintenance")),
                            "Whose use is counted together; maintenance: of the calls that Mnemo makes itself."),
                    optional(
                            "models",
                            new ListOf(ANY_TEXT),
                            "*",
                            "The models whose calls it counts; * stands for any run of characters."),
                    optional("tokens", LIMIT, null, "Tokens in a window, of prompts and answers together."),
                    optional("input-tokens", LIMIT, null, "Tokens of prompts in a window."),
                    optional("output-tokens", LIMIT, null, "Tokens of answers in a window."),
                    optional("usd", USD, null, "Dollars in a window."),
                    optional("requests", LIMIT, null, "Calls in a window."),
                    optional("in-flight", LIMIT, null, "Calls at once, which have no window."),
                    optional(
                            "every",
                            new Choice(List.of("minute", "hour", "day", "month")),
                            null,
                            "Minute, hour, day or month of the calendar; with all but in-flight."),
                    optional("zone", ANY_TEXT, "UTC", "Where windows begin and end, such as Europe/Zurich."),
                    optional("warn", new Share(1, 100, 0), "80%", "The use from which it is warned about."),
                    optional("shadow", SWITCH, "false", "Whether it only reports, and refuses nothing.")),
            List.of(
                    inWindow("tokens"),
                    inWindow("input-tokens"),
                    inWindow("output-tokens"),
                    inWindow("usd"),
                    inWindow("requests"),
                    new One("in-flight", List.of(), List.of("every", "zone"))),
            List.of());

    private static final Group WEIGHTS = group(
            optional("cached", new Share(0, 100, 0), "100%", "A token read from the provider's cache."),
            optional("reasoning", new Share(0, 1_000, 0), "100%", "A token of reasoning."));

    private static final Group BUDGETS = group(
            optional("answer", TOKENS, "1k", "Tokens held for an answer when the call sets no maximum."),
            optional(
                    "unavailable",
                    new Choice(List.of("refuse", "allow")),
                    "refuse",
                    "A call without the budget store."),
            optional(
                    "weights",
                    WEIGHTS,
                    null,
                    "How much such a token counts in limits of tokens; dollars are not weighed."),
            optional(
                    "price",
                    PRICE,
                    null,
                    "Of models whose price is not known, in dollars per million tokens; absent: a limit in dollars refuses their calls."),
            optional("limits", new ListOf(LIMIT_GROUP), null, "All that apply must have room."));

    static final Group TENANT = new Group(
            List.of(
                    optional("name", ANY_TEXT, null, "For people; the id when absent."),
                    optional("keys", new ListOf(KEY), null, "What clients send as their API key, as its SHA-256."),
                    optional("jwt", JWT, null, "Signed tokens that clients send, instead of keys or besides."),
                    optional(
                            "user",
                            new ListOf(USER),
                            null,
                            "Where the user is looked for, first wins; absent: header X-Mnemo-User, body safety_identifier, body user."),
                    optional("anonymous", new Choice(List.of("allow", "refuse")), "allow", "A call without a user."),
                    required(
                            "upstreams",
                            new ListOf(UPSTREAM),
                            "The first that speaks the call's dialect and serves its model."),
                    optional("memory", MEMORY, null, "What is remembered and shown."),
                    optional("budgets", BUDGETS, null, "What calls may use."),
                    optional(
                            "models",
                            new ListOf(MODEL),
                            null,
                            "Facts on models that Mnemo does not know, or knows otherwise.")),
            List.of(),
            List.of("keys", "jwt"));

    private Shapes() {}

    private static Group group(Member... members) {
        return new Group(List.of(members), List.of(), List.of());
    }

    private static One inWindow(String name) {
        return new One(name, List.of("every"), List.of());
    }

    private static Member required(String name, Shape shape, String description) {
        return new Member(name, shape, true, null, description);
    }

    private static Member optional(String name, Shape shape, @Nullable String fallback, String description) {
        return new Member(name, shape, false, fallback, description);
    }
}

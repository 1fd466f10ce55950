package dev.mnemo.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Answer;
import dev.mnemo.dialect.ChatRequest;
import dev.mnemo.dialect.Endpoint;
import dev.mnemo.dialect.Endpoints;
import dev.mnemo.dialect.TextUnits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

/** One conversation, one name: the provider's, a client's, or what was said first. */
class ConversationNamesTest {

    private final HttpHeaders headers = new HttpHeaders();

    @Test
    void mnemosHeaderComesBeforeAClientsAndThatBeforeTheFirstWords() {
        assertThat(name(chat("U"))).startsWith("f:").isNotEqualTo(name(chat("V")));
        headers.set("x-openwebui-chat-id", "chat-7");
        assertThat(name(chat("U"))).isEqualTo("h:chat-7");
        headers.set("X-Mnemo-Conversation", "mine");
        assertThat(name(chat("U"))).isEqualTo("h:mine");
        headers.set("X-Mnemo-Conversation", "x".repeat(5_000));
        assertThat(name(chat("U"))).hasSizeLessThan(64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-claude-code-session-id",
                "session-id",
                "session_id",
                "x-litellm-session-id",
                "x-opencode-session",
                "x-grok-conv-id",
                "agent-session-id",
                "x-session-id"
            })
    void knownClientsSayTheirSession(String header) {
        headers.set(header, "s1");

        assertThat(name(chat("U"))).isEqualTo("h:s1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "/v1/chat/completions | \"metadata\":{\"session_id\":\"s2\"},\"messages\":[{\"role\":\"user\",\"content\":\"U\"}] | h:s2",
                "/v1/chat/completions | \"litellm_session_id\":\"s3\",\"messages\":[{\"role\":\"user\",\"content\":\"U\"}] | h:s3",
                "/v1/responses | \"client_metadata\":{\"session_id\":\"s4\"},\"input\":\"U\" | h:s4",
                "/v1/messages | \"metadata\":{\"user_id\":\"user_1_account_2_session_s5\"},\"messages\":[{\"role\":\"user\",\"content\":\"U\"}] | h:s5",
                "/v1/responses | \"previous_response_id\":\"resp_1\",\"input\":\"U\" | t:response:resp_1",
                "/v1/responses | \"conversation\":\"conv_1\",\"input\":\"U\" | t:conversation:conv_1",
                "/v1/responses | \"conversation\":{\"id\":\"conv_2\"},\"input\":\"U\" | t:conversation:conv_2",
            })
    void bodiesSayItToo(String path, String members, String expected) {
        Endpoint endpoint = Endpoints.post(path);

        assertThat(name(Endpoints.read(endpoint, "{\"model\":\"m\"," + members + "}")))
                .isEqualTo(expected);
    }

    @Test
    void theFirstAnswerTellsTwoTalksApartThatBeginAlike() {
        ChatRequest first = chat("U");
        Conversation before = ConversationNames.of(headers, first);
        assertThat(before.starts()).isTrue();
        assertThat(before.older()).isNull();

        String later = ConversationNames.after(first, before, answer("One  answer.\n", null))
                .getLast();

        Conversation next = ConversationNames.of(headers, chat("U", "One answer.", "Go on"));
        assertThat(next.name()).isEqualTo(later).startsWith("a:");
        assertThat(next.older()).isEqualTo(before.name());
        assertThat(next.starts()).isFalse();
        assertThat(name(chat("U", "Another answer.", "Go on"))).isNotEqualTo(later);
        assertThat(name(chat("U", "One answer.", "Go on", "Fine.", "And on"))).isEqualTo(later);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                // a greeting, a step without words, the beginning of an answer: nothing is answered yet
                "true | {\"role\":\"assistant\",\"content\":\"Hello!\"},USER",
                "true | USER,{\"role\":\"assistant\",\"content\":\"{\"}",
                "false | USER,{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\"}]}",
                "false | USER,{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c\"}]},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"42\"}",
            })
    void whatIsNoAnswerGivesNoName(boolean starts, String messages) {
        ChatRequest request = Endpoints.read(
                Endpoints.CHAT,
                "{\"model\":\"m\",\"messages\":[" + messages.replace("USER", "{\"role\":\"user\",\"content\":\"U\"}")
                        + "]}");

        Conversation conversation = ConversationNames.of(headers, request);

        assertThat(conversation.provisional()).isTrue();
        assertThat(conversation.name()).isEqualTo(name(chat("U")));
        assertThat(conversation.starts()).isEqualTo(starts);
    }

    @Test
    void aChainIsKnownByEachAnswersId() {
        ChatRequest first = Endpoints.read(Endpoints.RESPONSES, "{\"model\":\"m\",\"input\":\"U\"}");
        Conversation start = ConversationNames.of(headers, first);

        assertThat(ConversationNames.after(first, start, answer("One.", "resp_9")))
                .contains("t:response:resp_9");
        ChatRequest unkept = Endpoints.read(Endpoints.RESPONSES, "{\"model\":\"m\",\"store\":false,\"input\":\"U\"}");
        assertThat(ConversationNames.after(unkept, start, answer("One.", "resp_9")))
                .noneMatch(ConversationNames::isProviders);
    }

    private String name(ChatRequest request) {
        return ConversationNames.of(headers, request).name();
    }

    private static Answer answer(String text, @Nullable String id) {
        return new Answer(text, false, id, "stop", null, true, false, false, text.length(), TextUnits.NONE);
    }

    private static ChatRequest chat(String... said) {
        StringBuilder messages = new StringBuilder();
        for (int i = 0; i < said.length; i++) {
            messages.append(i == 0 ? "" : ",")
                    .append("{\"role\":\"")
                    .append(i % 2 == 0 ? "user" : "assistant")
                    .append("\",\"content\":\"")
                    .append(said[i])
                    .append("\"}");
        }
        return Endpoints.read(Endpoints.CHAT, "{\"model\":\"m\",\"messages\":[" + messages + "]}");
    }
}

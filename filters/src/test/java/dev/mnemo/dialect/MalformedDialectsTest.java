package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.dialect.Dialect.MalformedRequest;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is not one strict request of its dialect is refused, with a message that names the place; what its provider would take
 * is not. In the tables, {@code U} is a user's message and quotes are single.
 */
class MalformedDialectsTest {

    static Stream<Endpoint> dialects() {
        return Endpoints.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void whatIsNotOneStrictJsonObjectIsRefused(Endpoint endpoint) {
        String good = Endpoints.smallest(endpoint);
        assertThatCode(() -> Endpoints.read(endpoint, good)).doesNotThrowAnyException();
        for (String bad : List.of(
                "",
                " ",
                "[]",
                "7",
                "null",
                "\"text\"",
                "[" + good + "]",
                good.substring(0, good.length() - 1),
                good + "{}",
                good + " x",
                good.replace('"', '\''),
                good.replaceFirst("\\{", "{\"a\":NaN,"),
                good.replaceFirst("\\{", "{\"a\":01,"),
                good.replaceFirst("\\{", "{,"),
                good.replaceFirst("\\{", "{\"a\":\"\u0001\","),
                good.replaceFirst("\\{", "{\"a\":\"\\\\x\","),
                good.replaceFirst("\\{", "{/* a */"),
                good.replaceFirst("\\{", "{\"a\":" + "[".repeat(200) + "]".repeat(200) + ","),
                "\uFEFF" + good)) {
            assertThatThrownBy(() -> Endpoints.read(endpoint, bad))
                    .as(bad)
                    .isInstanceOf(MalformedRequest.class)
                    .hasMessageStartingWith("body: ");
        }
        for (String other : List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE")) {
            assertThatThrownBy(() -> endpoint.dialect().read(endpoint, good.getBytes(Charset.forName(other))))
                    .as(other)
                    .hasMessageContaining("UTF-8");
        }
        byte[] latin = good.replaceFirst("\\{", "{\"a\":\"~\",").getBytes(UTF_8);
        latin[new String(latin, UTF_8).indexOf('~')] = (byte) 0xE9;
        assertThatThrownBy(() -> endpoint.dialect().read(endpoint, latin)).hasMessageContaining("UTF-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'messages':[U]} | model: missing",
                "{'model':' ','messages':[U]} | model: missing",
                "{'model':null,'messages':[U]} | model: of another type",
                "{'model':'m','model':'n','messages':[U]} | model: twice",
                "{'model':'m'} | messages: missing or empty",
                "{'model':'m','messages':[]} | messages: missing or empty",
                "{'model':'m','messages':null} | messages: of another type",
                "{'model':'m','messages':'hi'} | messages: of another type",
                "{'model':'m','messages':[U],'messages':[U]} | messages: twice",
                "{'model':'m','messages':['hi']} | messages[0]: of another type",
                "{'model':'m','messages':[U,{'content':'x'}]} | messages[1].role: missing",
                "{'model':'m','messages':[{'role':7,'content':'x'}]} | messages[0].role: of another type",
                "{'model':'m','messages':[{'role':'user','role':'user','content':'x'}]} | messages[0].role: twice",
                "{'model':'m','messages':[{'role':'user','content':'x','content':[]}]} | messages[0].content: twice",
                "{'model':'m','messages':[{'role':'user','content':{'type':'text','text':'x'}}]} | messages[0].content: neither",
                "{'model':'m','messages':[{'role':'user','content':['x']}]} | messages[0].content: of another type",
                "{'model':'m','system':7,'messages':[U]} | system: neither",
                "{'model':'m','system':true,'messages':[U]} | system: neither",
                "{'model':'m','system':{'type':'text','text':'s'},'messages':[U]} | system: neither",
                "{'model':'m','system':['s'],'messages':[U]} | system: of another type",
                "{'model':'m','system':'s','system':'t','messages':[U]} | system: twice",
                "{'model':'m','system':null,'messages':[U],'system':'t'} | system: twice",
                "{'model':'m','max_tokens':1.5,'messages':[U]} | max_tokens: not a whole number",
                "{'model':'m','max_tokens':-1,'messages':[U]} | max_tokens: not a whole number",
                "{'model':'m','max_tokens':'8','messages':[U]} | max_tokens: not a whole number",
                "{'model':'m','thread':{'type':'create'},'thread':{'type':'continue'},'messages':[U]} | thread: twice",
                "{'model':'m','thinking':{'type':'disabled'},'thinking':{'type':'enabled'},'messages':[U]} | thinking: twice",
                "{'model':'m','metadata':{'user_id':'a','user_id':'b'},'messages':[U]} | metadata.user_id: twice",
                "{'model':'m','metadata':{'user_id':'a'},'metadata':{'user_id':'b'},'messages':[U]} | metadata.user_id: twice",
            })
    void anthropicMessagesAreRefused(String body, String message) {
        requireRefused(Endpoints.ANTHROPIC, body, "{'role':'user','content':'u'}", message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'model':7,'input':'u'} | model: of another type",
                "{'model':'m','input':7} | input: neither",
                "{'model':'m','input':{}} | input: neither",
                "{'model':'m','input':true} | input: neither",
                "{'model':'m','input':['hi']} | input[0]: of another type",
                "{'model':'m','input':[U,7]} | input[1]: of another type",
                "{'model':'m','input':'u','input':[U]} | input: twice",
                "{'model':'m','input':null,'input':'u'} | input: twice",
                "{'model':'m','input':[{'role':7,'content':'x'}]} | input[0].role: of another type",
                "{'model':'m','input':[{'role':'user','role':'system','content':'x'}]} | input[0].role: twice",
                "{'model':'m','input':[{'role':'user','content':'x','content':'y'}]} | input[0].content: twice",
                "{'model':'m','input':[{'role':'user','content':['x']}]} | input[0].content: of another type",
                "{'model':'m','instructions':'a','instructions':'b','input':'u'} | instructions: twice",
                "{'model':'m','previous_response_id':'a','previous_response_id':'b','input':'u'} | previous_response_id: twice",
                "{'model':'m','conversation':'a','conversation':{'id':'b'},'input':'u'} | conversation: twice",
                "{'model':'m','store':true,'store':false,'input':'u'} | store: twice",
                "{'model':'m','stream':true,'stream':false,'input':'u'} | stream: twice",
                "{'model':'m','max_output_tokens':'all','input':'u'} | max_output_tokens: not a whole number",
                "{'model':'m','client_metadata':{'session_id':'a','session_id':'b'},'input':'u'} | client_metadata.session_id: twice",
            })
    void openAiResponsesAreRefused(String body, String message) {
        requireRefused(Endpoints.RESPONSES, body, "{'role':'user','content':'u'}", message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{} | contents: missing or empty",
                "{'contents':[]} | contents: missing or empty",
                "{'contents':'hi'} | contents: of another type",
                "{'contents':null} | contents: of another type",
                "{'contents':['hi']} | contents[0]: of another type",
                "{'contents':[U],'contents':[U]} | contents: twice",
                "{'contents':U,'contents':[U]} | contents: twice",
                "{'contents':[{'role':7,'parts':[]}]} | contents[0].role: of another type",
                "{'contents':[{'role':'user','role':'model','parts':[]}]} | contents[0].role: twice",
                "{'contents':[{'parts':'hi'}]} | contents[0].parts: of another type",
                "{'contents':[{'parts':7}]} | contents[0].parts: neither",
                "{'contents':[{'parts':['hi']}]} | contents[0].parts: of another type",
                "{'contents':[{'parts':[{'text':'a'}],'parts':[]}]} | contents[0].parts: twice",
                "{'contents':[{'parts':{'text':'a'},'parts':[]}]} | contents[0].parts: twice",
                "{'contents':[U],'systemInstruction':7} | systemInstruction: of another type",
                "{'contents':[U],'systemInstruction':'s'} | systemInstruction: of another type",
                "{'contents':[U],'system_instruction':[]} | system_instruction: of another type",
                "{'contents':[U],'systemInstruction':{'parts':'s'}} | systemInstruction.parts: of another type",
                "{'contents':[U],'system_instruction':{'parts':7}} | system_instruction.parts: of another type",
                "{'contents':[U],'systemInstruction':{'parts':[],'parts':[]}} | systemInstruction.parts: twice",
                "{'contents':[U],'systemInstruction':{},'systemInstruction':{}} | systemInstruction: twice",
                "{'contents':[U],'systemInstruction':{},'system_instruction':{}} | systemInstruction: twice",
                "{'contents':[U],'cachedContent':'a','cached_content':'b'} | cachedContent: twice",
                "{'contents':[U],'generationConfig':{},'generation_config':{}} | generationConfig: twice",
                "{'contents':[U],'generationConfig':{'maxOutputTokens':-5}} | maxOutputTokens: not a whole number",
                "{'contents':[U],'generationConfig':{'maxOutputTokens':5,'max_output_tokens':6}} | maxOutputTokens: twice",
                "{'generateContentRequest':7} | generateContentRequest: of another type",
                "{'generateContentRequest':{'contents':[U]},'contents':[U]} | contents: twice",
                "{'generateContentRequest':{'generateContentRequest':{'contents':[U]}}} | generateContentRequest: twice",
            })
    void geminiContentsAreRefused(String body, String message) {
        requireRefused(Endpoints.GEMINI, body, "{'parts':[{'text':'u'}]}", message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'messages':[U]} | model: missing",
                "{'model':'','messages':[U]} | model: missing",
                "{'model':7,'messages':[U]} | model: of another type",
                "{'model':'m','messages':{}} | messages: of another type",
                "{'model':'m','messages':'hi'} | messages: of another type",
                "{'model':'m','messages':['hi']} | messages[0]: of another type",
                "{'model':'m','messages':[U],'messages':[U]} | messages: twice",
                "{'model':'m','messages':[{'content':'x'}]} | messages[0].role: missing",
                "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'x'}]}]} | messages[0].content: of another type",
                "{'model':'m','messages':[{'role':'user','content':7}]} | messages[0].content: neither",
                "{'model':'m','messages':[{'role':'user','content':'x','content':'y'}]} | messages[0].content: twice",
                "{'model':'m','stream':true,'stream':false,'messages':[U]} | stream: twice",
                "{'model':'m','options':{},'options':{},'messages':[U]} | options: twice",
            })
    void ollamaMessagesAreRefused(String body, String message) {
        requireRefused(Endpoints.OLLAMA, body, "{'role':'user','content':'u'}", message);
    }

    private static void requireRefused(Endpoint endpoint, String body, String user, String message) {
        String sent = body.replaceAll("\\bU\\b", user).replace('\'', '"');

        assertThatThrownBy(() -> Endpoints.read(endpoint, sent))
                .isInstanceOf(MalformedRequest.class)
                .hasMessageStartingWith(message)
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }
}

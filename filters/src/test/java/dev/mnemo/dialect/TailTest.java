package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.json.JsonText;
import dev.mnemo.json.SplicedBody.Edit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A tail takes nothing from the provider's cache that it need not take. Quotes are single. */
class TailTest {

    private static final JsonMapper JSON = new JsonMapper();

    /** A call of a tool loop begins as the call before it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "/v1/chat/completions | {'model':'m','messages':[{'role':'user','content':'u'}"
                        + " | ,{'role':'assistant','content':null,'tool_calls':[{'id':'c'}]},{'role':'tool','tool_call_id':'c','content':'t'}",
                "/v1/chat/completions | {'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'u'}]}"
                        + " | ,{'role':'assistant','tool_calls':[{'id':'c'}]},{'role':'tool','content':'t'},{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:AAAA'}}]}",
                "/v1/responses        | {'model':'m','input':[{'role':'user','content':'u'}"
                        + " | ,{'type':'function_call','call_id':'c','name':'f','arguments':''},{'type':'function_call_output','call_id':'c','output':'o'}",
                "/v1/messages         | {'model':'m','messages':[{'role':'user','content':'u'}"
                        + " | ,{'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'s'},{'type':'tool_use','id':'t','name':'f','input':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':'r'}]}",
                "/v1/messages         | {'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'u'}]}"
                        + " | ,{'role':'assistant','content':[{'type':'tool_use','id':'t','name':'f','input':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':'r'},{'type':'text','text':'<system-reminder>r</system-reminder>'}]}",
                "/v1beta/models/m:generateContent | {'contents':[{'role':'user','parts':{'text':'u'}}"
                        + " | ,{'role':'model','parts':[{'functionCall':{'name':'f'},'thoughtSignature':'s'}]},{'parts':[{'functionResponse':{'name':'f','response':{}}}]}",
                "/api/chat            | {'model':'m','messages':[{'role':'user','content':'u'}"
                        + " | ,{'role':'assistant','tool_calls':[{'function':{'name':'f'}}]},{'role':'tool','content':'t'}",
            })
    void itStandsWhereItStoodInTheCallBefore(String path, String first, String loop) {
        String before = placed(path, first + "]}");
        String now = placed(path, first + loop + "]}");

        assertThat(before).contains("TAIL").contains("BLOCK").endsWith("]}");
        assertThat(now).isEqualTo(before.substring(0, before.length() - 2) + loop + "]}");
    }

    /** Clients move their mark on to the newest message, and write a message without one as a string again. */
    @Test
    void thePromptIsTheSameWhenAClientMovesItsMark() {
        String marked = "{'model':'m','messages':[{'role':'user','content':[{'type':'text','text':'u','cache_control':"
                + "{'type':'ephemeral'}}]}]}";
        String mark = ",'cache_control':{'type':'ephemeral'}";
        String string = "{'model':'m','messages':[{'role':'user','content':'u'}]}";

        String placed = placed("/v1/messages", marked);

        assertThat(placed).contains("'u'" + mark + "},{'type':'text','text':'TAIL'}]");
        JsonNode prompt = tree(placed.replace(mark, ""));
        assertThat(tree(placed("/v1/messages", marked.replace(mark, "")))).isEqualTo(prompt);
        assertThat(tree(placed("/v1/messages", string))).isEqualTo(prompt);
    }

    @Test
    void whatPassesThroughGetsNone() {
        Endpoint files = Endpoints.post("/v1/files");

        assertThat(files.dialect().placeTail(Endpoints.read(files, "anything"), JsonText.escaped("TAIL")))
                .isEmpty();
    }

    private static String placed(String path, String request) {
        Endpoint endpoint = Endpoints.post(path);
        ChatRequest read = Endpoints.read(endpoint, request.replace('\'', '"'));
        List<Edit> tail = endpoint.dialect().placeTail(read, JsonText.escaped("TAIL"));
        byte[] placed = endpoint.dialect()
                .place(read, JsonText.escaped("BLOCK"), Endpoints.MERGED)
                .with(tail)
                .toBytes();
        return new String(placed, UTF_8).replace('"', '\'');
    }

    private static JsonNode tree(String request) {
        return JSON.readTree(request.replace('\'', '"'));
    }
}

package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.Dialect.Placement;
import dev.mnemo.tenant.MemoryPolicy.CacheMarker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The place of the block in each dialect, byte by byte. Quotes are single, {@code B} is the block. */
class PlacementPlacesTest {

    private static final Endpoint COUNT = Endpoints.post("/v1beta/models/m:countTokens");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "'u'        | [D,{'type':'message','role':'user','content':'u'}]",
                "''         | [D,{'type':'message','role':'user','content':''}]",
                "[]         | [D]",
                "[ ]        | [ D]",
                "[U]        | [D,U]",
                "[ U ]      | [ D,U ]",
                "[S,U]      | [S,D,U]",
                "[S , U]    | [S,D , U]",
                "[S,S,U,S]  | [S,S,D,U,S]",
                "[S]        | [S,D]",
                "[I,U]      | [I,D,U]",
                "[O]        | [D,O]",
                "[U,F,O,U]  | [D,U,F,O,U]",
                "[F,O,S,U]  | [D,F,O,S,U]",
                "[R,U]      | [D,R,U]",
            })
    void inResponsesItIsADeveloperItemBehindTheLeadingOnes(String input, String expected) {
        String start = "{'model':'m','instructions':'i','input':";

        String placed = placed(Endpoints.RESPONSES, start + items(input) + "}");

        assertThat(placed).isEqualTo(start + items(expected) + "}");
    }

    private static String items(String input) {
        return input.replaceAll(
                        "\\bD\\b", "{'type':'message','role':'developer','content':[{'type':'input_text','text':'B'}]}")
                .replaceAll("\\bU\\b", "{'role':'user','content':'u'}")
                .replaceAll("\\bS\\b", "{'type':'message','role':'system','content':'s'}")
                .replaceAll("\\bI\\b", "{'role':'developer','content':[{'type':'input_text','text':'i'}]}")
                .replaceAll("\\bF\\b", "{'type':'function_call','call_id':'c','name':'f','arguments':''}")
                .replaceAll("\\bO\\b", "{'type':'function_call_output','call_id':'c','output':'o'}")
                .replaceAll("\\bR\\b", "{'type':'reasoning','summary':[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{M}                       | {'system':[X],M}",
                "{ M}                      | {'system':[X], M}",
                "{'system':null,M}         | {'system':[X],M}",
                "{'system':'',M}           | {'system':[X],M}",
                "{'system':'s',M}          | {'system':[{'type':'text','text':'s'},X],M}",
                "{M,'system' : 's\\n' }    | {M,'system' : [{'type':'text','text':'s\\n'},X] }",
                "{'system':[],M}           | {'system':[X],M}",
                "{'system':[ ],M}          | {'system':[ X],M}",
                "{'system':[A],M}          | {'system':[A,X],M}",
                "{'system':[A,C ],M}       | {'system':[A,C ,X],M}",
            })
    void inAnthropicMessagesItIsTheLastBlockOfTheSystem(String request, String expected) {
        assertThat(placed(Endpoints.ANTHROPIC, blocks(request))).isEqualTo(blocks(expected));
        Endpoint count = Endpoints.post("/v1/messages/count_tokens");
        assertThat(placed(count, blocks(request))).isEqualTo(blocks(expected));
    }

    private static String blocks(String request) {
        return request.replaceAll("\\bM\\b", "'model':'m','messages':[{'role':'user','content':'u'}]")
                .replaceAll("\\bA\\b", "{'type':'text','text':'x-anthropic-billing-header: cc_version=2.1'}")
                .replaceAll("\\bC\\b", "{'type':'text','text':'c','cache_control':{'type':'ephemeral'}}")
                .replaceAll("\\bX\\b", "{'type':'text','text':'B'}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{C}                                         | {'systemInstruction':{'parts':[X]},C}",
                "{'systemInstruction':null,C}                | {'systemInstruction':{'parts':[X]},C}",
                "{'system_instruction':null,C}               | {'system_instruction':{'parts':[X]},C}",
                "{'systemInstruction':{},C}                  | {'systemInstruction':{'parts':[X]},C}",
                "{'systemInstruction':{ },C}                 | {'systemInstruction':{'parts':[X] },C}",
                "{'systemInstruction':{'role':'user'},C}     | {'systemInstruction':{'parts':[X],'role':'user'},C}",
                "{'systemInstruction':{'parts':[]},C}        | {'systemInstruction':{'parts':[X]},C}",
                "{'systemInstruction':{'parts':null},C}      | {'systemInstruction':{'parts':[X]},C}",
                "{'systemInstruction':{'parts':S},C}         | {'systemInstruction':{'parts':[S,X]},C}",
                "{'systemInstruction':{'parts':[S]},C}       | {'systemInstruction':{'parts':[S,X]},C}",
                "{C,'system_instruction':{'parts':[S,S ]} }  | {C,'system_instruction':{'parts':[S,S ,X]} }",
                "{'systemInstruction':{'a':{'parts':[]},'parts':[S],'role':'parts'},C} | {'systemInstruction':{'a':{'parts':[]},'parts':[S,X],'role':'parts'},C}",
            })
    void inGeminiItIsTheLastPartOfTheSystemInstruction(String request, String expected) {
        assertThat(placed(Endpoints.GEMINI, parts(request))).isEqualTo(parts(expected));
        Endpoint vertex =
                Endpoints.post("/v1beta1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent");
        assertThat(placed(vertex, parts(request))).isEqualTo(parts(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{C}                                      | {'contents':[{'role':'user','parts':[X]},U]}",
                "{'contents':U}                           | {'contents':[{'role':'user','parts':[X]},U]}",
                "{'contents' : U }                        | {'contents' : [{'role':'user','parts':[X]},U] }",
                "{'contents': [ U,U]}                     | {'contents': [ {'role':'user','parts':[X]},U,U]}",
                "{'generateContentRequest':{C}}           | {'generateContentRequest':{'systemInstruction':{'parts':[X]},C}}",
                "{'generate_content_request' : {'model':'models/m',C} } | {'generate_content_request' : {'systemInstruction':{'parts':[X]},'model':'models/m',C} }",
                "{'generateContentRequest':{C,'systemInstruction':{'parts':[S]}}} | {'generateContentRequest':{C,'systemInstruction':{'parts':[S,X]}}}",
                "{C,'systemInstruction':{'parts':[S]}}    | {C,'systemInstruction':{'parts':[S,X]}}",
            })
    void whereGeminiCountsTokensItIsCountedToo(String request, String expected) {
        assertThat(placed(COUNT, parts(request))).isEqualTo(parts(expected));
    }

    private static String parts(String request) {
        return request.replaceAll("\\bC\\b", "'contents':[U]")
                .replaceAll("\\bU\\b", "{'role':'user','parts':[{'text':'u'}]}")
                .replaceAll("\\bS\\b", "{'text':'s'}")
                .replaceAll("\\bX\\b", "{'text':'B'}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[U]                           | [{'role':'system','content':'B'},U]",
                "[{'role':'system','content':'s'},U]  | [{'role':'system','content':'s\\n\\nB'},U]",
                "[{'role':'system','content':''},U]   | [{'role':'system','content':'B'},U]",
                "[{'role':'system','content':null},U] | [{'role':'system','content':null},{'role':'system','content':'B'},U]",
                "[{'role':'system','content':'a'},{'content':'b','role':'system'},U] | [{'role':'system','content':'a'},{'content':'b\\n\\nB','role':'system'},U]",
                "[U,{'role':'system','content':'late'},U] | [{'role':'system','content':'B'},U,{'role':'system','content':'late'},U]",
                "[{'role':'assistant','tool_calls':[]},{'role':'tool','content':'t'},U] | [{'role':'system','content':'B'},{'role':'assistant','tool_calls':[]},{'role':'tool','content':'t'},U]",
            })
    void inOllamaItIsInTheLastLeadingSystemMessage(String messages, String expected) {
        String user = "{'role':'user','content':'u','images':['AAAA']}";
        String start = "{'model':'qwen3','messages':";

        String placed = placed(Endpoints.OLLAMA, start + messages.replaceAll("\\bU\\b", user) + "}");

        assertThat(placed).isEqualTo(start + expected.replaceAll("\\bU\\b", user) + "}");
    }

    /** In a request with {@code before} in the system and {@code after} in the messages. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // wanted | system | messages | top level | what the block gets
                "OFF          |         |          |    | none",
                "FIVE_MINUTES |         |          |    | 5m",
                "HOUR         |         |          |    | 1h",
                "FIVE_MINUTES | 1h      |          |    | 5m",
                "HOUR         | 1h      | 5m       |    | 1h",
                "HOUR         | 5m      |          |    | 5m",
                "HOUR         | 1h,5m   |          |    | 5m",
                "FIVE_MINUTES |         | 1h       |    | 1h",
                "FIVE_MINUTES |         | 1h,5m    |    | 1h",
                "FIVE_MINUTES |         |          | 1h | 1h",
                "FIVE_MINUTES |         |          | 5m | 5m",
                "HOUR         |         | 5m       | 5m | 1h",
                "HOUR         | 5m      | 1h       |    | none",
                "FIVE_MINUTES | 5m      |          | 1h | none",
                "FIVE_MINUTES | 5m,5m   | 5m       |    | 5m",
                "FIVE_MINUTES | 5m,5m   | 5m,5m    |    | none",
                "FIVE_MINUTES | 5m,5m   | 5m       | 5m | none",
                "HOUR         |         | 5m,5m,5m,5m |  | none",
                "FIVE_MINUTES |         | 5m,5m,5m,5m,5m | | none",
            })
    void aMarkIsSetWhereASlotIsFreeAndInOrder(
            CacheMarker wanted, String system, String messages, String top, String expected) {
        String request = "{'model':'m','system':[" + texts(system) + "],'messages':[{'role':'user','content':["
                + texts(messages) + "]}]" + (top == null ? "" : "," + mark(top)) + "}";

        String placed = placed(Endpoints.ANTHROPIC, request, new Placement(false, wanted));

        String block =
                ",{'type':'text','text':'B'" + (expected.equals("none") ? "" : "," + mark(expected)) + "}],'mess";
        assertThat(placed).isEqualTo(request.replace("],'mess", block));
    }

    private static String texts(String lives) {
        StringBuilder texts = new StringBuilder("{'type':'text','text':'t'}");
        for (String life : lives == null ? new String[0] : lives.split(",")) {
            texts.append(",{'type':'text','text':'t',").append(mark(life)).append("}");
        }
        return texts.toString();
    }

    private static String mark(String life) {
        return "'cache_control':{'type':'ephemeral'" + (life.equals("1h") ? ",'ttl':'1h'}" : "}");
    }

    @Test
    void marksOfToolsStandBeforeTheBlockAndThoseOfToolResultsBehindIt() {
        String request = "{'model':'m','tools':[{'name':'f','cache_control':{'type':'ephemeral'}}],'messages':["
                + "{'role':'user','content':[{'type':'tool_result','content':[{'type':'text','text':'t','cache_control':{'type':'ephemeral','ttl':'1h'}}]}]}]}";

        ChatRequest read = Endpoints.read(Endpoints.ANTHROPIC, request.replace('\'', '"'));

        assertThat(read.markers()).isEqualTo(new ChatRequest.CacheMarkers(2, true, true));
    }

    @Test
    void otherDialectsHaveNoMarks() {
        for (Endpoint endpoint : Endpoints.ALL) {
            if (endpoint != Endpoints.ANTHROPIC) {
                String request = Endpoints.smallest(endpoint);
                assertThat(Endpoints.placed(endpoint, request, "B", new Placement(false, CacheMarker.HOUR)))
                        .isEqualTo(Endpoints.placed(endpoint, request, "B", Endpoints.MERGED));
            }
        }
    }

    @Test
    void whatPassesThroughGetsNoBlock() {
        Endpoint files = Endpoints.post("/v1/files");

        assertThat(Endpoints.placed(files, "anything", "B", Endpoints.MERGED)).isEqualTo("anything");
        assertThat(Endpoints.read(files, "anything").kept().closed()).isTrue();
    }

    private static String placed(Endpoint endpoint, String request) {
        return placed(endpoint, request, Endpoints.MERGED);
    }

    private static String placed(Endpoint endpoint, String request, Placement placement) {
        return Endpoints.placed(endpoint, request.replace('\'', '"'), "B", placement)
                .replace('"', '\'');
    }
}

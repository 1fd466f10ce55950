package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.ChatRequest.Exchange;
import dev.mnemo.dialect.ChatRequest.Kept;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the line learns of a request, whatever its dialect. Quotes in requests are single. */
class ChatRequestTest {

    /** The same talk: a question, a tool's call and answer, a final answer, a second question with a picture. */
    static Stream<Arguments> talks() {
        return Stream.of(
                Arguments.of(Endpoints.CHAT, """
                {'model':'m','messages':[{'role':'system','content':'s'},
                 {'role':'user','content':[{'type':'text','text':'Weather?'},{'type':'text','text':'In Zürich.'}]},
                 {'role':'assistant','content':'Let me look.','tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':'{}'}}]},
                 {'role':'tool','tool_call_id':'c','content':'rain'},
                 {'role':'assistant','content':'It rains.'},
                 {'role':'user','content':[{'type':'text','text':'And here?'},{'type':'image_url','image_url':{'url':'data:image/png;base64,PICTURE'}}]},
                 {'role':'assistant','content':null,'tool_calls':[{'id':'d','type':'function','function':{'name':'f','arguments':'{}'}}]},
                 {'role':'tool','tool_call_id':'d','content':'sun'}]}"""),
                Arguments.of(Endpoints.RESPONSES, """
                {'model':'m','instructions':'s','input':[
                 {'role':'user','content':[{'type':'input_text','text':'Weather?'},{'type':'input_text','text':'In Zürich.'}]},
                 {'type':'reasoning','summary':[{'type':'summary_text','text':'hm'}],'encrypted_content':'gAAA'},
                 {'type':'message','role':'assistant','phase':'commentary','content':[{'type':'output_text','text':'Let me look.'}]},
                 {'type':'function_call','call_id':'c','name':'f','arguments':'{}'},
                 {'type':'function_call_output','call_id':'c','output':'rain'},
                 {'type':'message','role':'assistant','phase':'final_answer','content':[{'type':'output_text','text':'It rains.'}]},
                 {'role':'user','content':[{'type':'input_text','text':'And here?'},{'type':'input_image','image_url':'data:image/png;base64,PICTURE'}]},
                 {'type':'custom_tool_call','call_id':'d','name':'f','input':'x'},
                 {'type':'custom_tool_call_output','call_id':'d','output':'sun'}]}"""),
                Arguments.of(Endpoints.ANTHROPIC, """
                {'model':'m','max_tokens':9,'system':'s','messages':[
                 {'role':'user','content':[{'type':'text','text':'<system-reminder>today</system-reminder>'},{'type':'text','text':'Weather?'},{'text':'In Zürich.','type':'text'}]},
                 {'role':'assistant','content':[{'type':'thinking','thinking':'hm','signature':'c2ln'},{'type':'text','text':'Let me look.'},{'type':'tool_use','id':'c','name':'f','input':{}}]},
                 {'role':'user','content':[{'type':'tool_result','tool_use_id':'c','content':[{'type':'text','text':'rain'}]}]},
                 {'role':'assistant','content':'It rains.'},
                 {'role':'user','content':[{'type':'text','text':'And here?'},{'type':'image','source':{'type':'base64','media_type':'image/png','data':'PICTURE'}}]},
                 {'role':'assistant','content':[{'type':'tool_use','id':'d','name':'f','input':{'text':'no'}}]},
                 {'role':'user','content':[{'type':'tool_result','tool_use_id':'d','content':'sun'},{'type':'text','text':'<system-reminder>go on</system-reminder>'}]},
                 {'role':'user','content':[{'type':'text','text':'<system-reminder>still</system-reminder>'}]}]}"""),
                Arguments.of(Endpoints.GEMINI, """
                {'systemInstruction':{'parts':[{'text':'s'}]},'contents':[
                 {'role':'user','parts':[{'text':'Weather?'},{'text':'In Zürich.'}]},
                 {'role':'model','parts':[{'text':'hm','thought':true},{'text':'Let me look.'},{'functionCall':{'name':'f','args':{}},'thoughtSignature':'c2ln'}]},
                 {'role':'user','parts':[{'functionResponse':{'name':'f','response':{'text':'rain'}}}]},
                 {'role':'model','parts':[{'text':'It rains.'}]},
                 {'parts':[{'text':'And here?'},{'inlineData':{'mimeType':'image/png','data':'PICTURE'}}]},
                 {'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},
                 {'role':'function','parts':[{'functionResponse':{'name':'f','response':{'text':'sun'}}}]}]}"""),
                Arguments.of(Endpoints.OLLAMA, """
                {'model':'m','messages':[{'role':'system','content':'s'},
                 {'role':'user','content':'Weather?\\nIn Zürich.'},
                 {'role':'assistant','content':'Let me look.','thinking':'hm','tool_calls':[{'function':{'name':'f','arguments':{}}}]},
                 {'role':'tool','tool_name':'f','content':'rain'},
                 {'role':'assistant','content':'It rains.'},
                 {'role':'user','content':'And here?','images':['PICTURE']},
                 {'role':'assistant','tool_calls':[{'function':{'name':'f','arguments':{}}}]},
                 {'role':'tool','content':'sun'}]}"""));
    }

    @ParameterizedTest
    @MethodSource("talks")
    void toolsAndRemindersAreNotTheUsersWords(Endpoint endpoint, String body) {
        ChatRequest request = read(endpoint, body);

        assertThat(request.firstUserText()).isEqualTo("Weather?\nIn Zürich.");
        assertThat(request.lastUserText()).isEqualTo("And here?");
        boolean phased = endpoint == Endpoints.RESPONSES;
        assertThat(request.firstAnswer()).isEqualTo(phased ? "It rains." : "Let me look.");
        assertThat(request.exchanges()).containsExactly(new Exchange("Weather?\nIn Zürich.", "It rains."));
        assertThat(request.starts()).isFalse();
        assertThat(request.size().media()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("talks")
    void dataOfPicturesIsNoPrompt(Endpoint endpoint, String body) {
        ChatRequest small = read(endpoint, body);
        ChatRequest large = read(endpoint, body.replace("PICTURE", "A".repeat(100_000)));

        assertThat(large.size()).isEqualTo(small.size());
        assertThat(small.size().promptBytes()).isBetween(60L, (long) body.length());
    }

    @ParameterizedTest
    @MethodSource("talks")
    void everyWordIsPrompt(Endpoint endpoint, String body) {
        ChatRequest small = read(endpoint, body);
        for (String word : List.of("'s'", "Zürich", "Let me look", "rain'", "It rains", "And here?")) {
            String longer = word.startsWith("'") ? "'s" + "x".repeat(1_000) + "'" : "x".repeat(1_000) + word;

            assertThat(read(endpoint, body.replace(word, longer)).size().promptBytes())
                    .as("%s in %s", word, endpoint.dialect().id())
                    .isEqualTo(small.size().promptBytes() + 1_000);
        }
    }

    @Test
    void aTalkStartsWithTheUsersFirstWords() {
        for (Endpoint endpoint : Endpoints.ALL) {
            ChatRequest request = read(endpoint, Endpoints.smallest(endpoint));

            assertThat(request.starts()).isTrue();
            assertThat(request.firstUserText()).isEqualTo("u");
            assertThat(request.firstAnswer()).isNull();
            assertThat(request.exchanges()).isEmpty();
            assertThat(request.kept().signed()).isFalse();
            assertThat(request.counts()).isFalse();
            assertThat(request.size().maxAnswerTokens()).isEqualTo(-1);
        }
    }

    @Test
    void aGreetingBeforeTheUserIsNoAnswer() {
        ChatRequest greeted = read(Endpoints.CHAT, """
                {'model':'m','messages':[{'role':'assistant','content':'Hello!'},{'role':'user','content':'u'}]}""");

        assertThat(greeted.starts()).isTrue();
        assertThat(greeted.firstAnswer()).isNull();
    }

    @Test
    void theDeploymentInAnAzurePathIsTheModel() {
        Endpoint azure = Endpoints.post("/openai/deployments/my-gpt/chat/completions");

        assertThat(read(azure, Endpoints.smallest(azure)).model()).isEqualTo("my-gpt");
        assertThat(read(azure, Endpoints.smallest(azure).replace("\"model\":\"m\",", ""))
                        .model())
                .isEqualTo("my-gpt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'model':'m','input':'u'}                                          | null                   | false | true",
                "{'model':'m','input':'u','store':false}                            | null                   | false | false",
                "{'model':'m','input':'u','store':null}                             | null                   | false | true",
                "{'model':'m','input':'u','previous_response_id':'resp_1'}          | response:resp_1        | false | true",
                "{'model':'m','input':'u','previous_response_id':'resp_1','store':false} | response:resp_1   | false | false",
                "{'model':'m','input':'u','conversation':'conv_1'}                  | conversation:conv_1    | true  | false",
                "{'model':'m','input':'u','conversation':{'id':'conv_1'}}           | conversation:conv_1    | true  | false",
                "{'model':'m','input':'u','conversation':null,'previous_response_id':null} | null            | false | true",
            })
    void responsesSayWhatTheProviderKeeps(String body, String continues, boolean endless, boolean resumable) {
        Kept kept = read(Endpoints.RESPONSES, body).kept();

        assertThat(String.valueOf(kept.continues())).isEqualTo(continues);
        assertThat(kept).isEqualTo(new Kept(kept.continues(), endless, resumable, false, false, false, false));
        assertThat(read(Endpoints.RESPONSES, body).starts()).isEqualTo(continues.equals("null"));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false", "null, false"})
    void aResponseInTheBackgroundComesLater(String background, boolean later) {
        Kept kept = read(Endpoints.RESPONSES, "{'model':'m','input':'u','background':" + background + "}")
                .kept();

        assertThat(kept).isEqualTo(new Kept(null, false, true, false, later, false, false));
    }

    @Test
    void whatOnlyCountsTokensIsNotContinued() {
        Endpoint count = Endpoints.post("/v1/responses/input_tokens");
        ChatRequest request = read(count, "{'model':'m','input':'u','previous_response_id':'resp_1'}");

        assertThat(request.counts()).isTrue();
        assertThat(request.kept()).isEqualTo(new Kept("response:resp_1", false, false, false, false, false, false));
    }

    /** A model that thinks by itself takes no word, and cannot always be told not to. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "claude-opus-5-5                           |                                              | true",
                "claude-opus-5                             |                                              | true",
                "claude-opus-5                             | ,'thinking':{'type':'disabled'}              | false",
                "claude-opus-5                             | ,'thinking':{'budget_tokens':1,'type':'enabled'} | true",
                "us.anthropic.claude-fable-5-1-v1:0        |                                              | true",
                "Claude-Opus-5.5                           |                                              | true",
                "claude-haiku-10                           |                                              | true",
                "claude-opus-latest                        |                                              | true",
                "claude-opus-latest                        | ,'thinking':null                             | true",
                "claude-opus-4-8                           |                                              | false",
                "claude-opus-4-8                           | ,'thinking':{'type':'adaptive'}              | true",
                "anthropic/Claude-Sonnet-4.6               |                                              | false",
                "claude-sonnet-4-5-20250929                |                                              | false",
                "claude-3-7-sonnet@20250219                |                                              | false",
                "anthropic.claude-v2:1                     | ,'thinking':{}                               | false",
                "claude-instant-1.2                        |                                              | false",
                "qwen3                                     |                                              | false",
                "qwen3                                     | ,'thinking':{'type':'enabled'}               | true",
            })
    void anAnswerMaySignWhatStandsBeforeIt(String model, String thinking, boolean signs) {
        String members = thinking == null ? "" : thinking;
        for (String thread : List.of("", ",'thread':{'type':'continue','previous_message_id':'msg_1'}")) {
            String body =
                    "{'model':'" + model + "'" + members + thread + ",'messages':[{'role':'user','content':'u'}]}";

            assertThat(read(Endpoints.ANTHROPIC, body).kept().signs()).isEqualTo(signs);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "'thread':{'type':'create'},U                                    | false | false",
                "'thread':{'type':'continue','previous_message_id':'msg_1'},U    | true  | false",
                "'thread':{'previous_message_id':'msg_1','type':'continue'},U    | true  | false",
                "U                                                               | false | false",
                "'messages':[{'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'s'}]}]  | false | true",
                "'messages':[{'role':'assistant','content':[{'data':'x','type':'redacted_thinking'}]}]             | false | true",
                "'messages':[{'role':'assistant','content':[{'type':'text','text':'thinking'}]}]                   | false | false",
            })
    void anthropicThreadsAreClosedWhenTheyContinueAndSignedWhenTheyThought(
            String members, boolean closed, boolean signed) {
        String body = "{'model':'m'," + members.replace("U", "'messages':[{'role':'user','content':'u'}]") + "}";

        assertThat(read(Endpoints.ANTHROPIC, body).kept())
                .isEqualTo(new Kept(null, false, false, closed, false, signed, false));
    }

    @ParameterizedTest
    @CsvSource({"cachedContent", "cached_content"})
    void geminiTakesNoInstructionBesideACache(String member) {
        ChatRequest request =
                read(Endpoints.GEMINI, "{'" + member + "':'cachedContents/a','contents':[{'parts':[{'text':'u'}]}]}");

        assertThat(request.kept().closed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "openai-chat        | 'n':3,'max_completion_tokens':100,'max_tokens':7    | 300 | -1",
                "openai-chat        | 'max_completion_tokens':5,'max_tokens':100000      | 100000 | -1",
                "openai-chat        | 'n':1000,'max_tokens':2                             | 256 | -1",
                "openai-chat        | 'n':null,'max_tokens':9223372036854775807           | 2147483647 | -1",
                "openai-responses   | 'max_output_tokens':100                             | 100 | -1",
                "openai-responses   | 'max_output_tokens':9223372036854775807             | 2147483647 | -1",
                "anthropic-messages | 'max_tokens':100                                    | 100 | -1",
                "anthropic-messages | 'max_tokens':0                                      | 0 | -1",
                "gemini             | 'generationConfig':{'maxOutputTokens':100,'candidateCount':2} | 200 | -1",
                "gemini             | 'generation_config':{'max_output_tokens':100}       | 100 | -1",
                "gemini             | 'generationConfig':{'maxOutputTokens':'256'}         | 256 | -1",
                "gemini             | 'generationConfig':{'temperature':1.0}              | -1 | -1",
                "ollama-chat        | 'options':{'num_ctx':8192,'num_predict':100}        | 100 | 8192",
                "ollama-chat        | 'options':{'num_ctx':0,'num_predict':-2}            | -1 | -1",
                "ollama-chat        | 'num_ctx':8192                                      | -1 | -1",
            })
    void theMostThatItMayTakeIsKnown(String dialect, String members, long answer, long window) {
        Endpoint endpoint = endpoint(dialect);
        String body = Endpoints.smallest(endpoint).replaceFirst("\\{", "{" + members + ",");

        ChatRequest request = read(endpoint, body);

        assertThat(request.size().maxAnswerTokens()).isEqualTo(answer);
        assertThat(request.size().window()).isEqualTo(window);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "openai-chat        | 'n':100                                | 100",
                "openai-chat        | 'n':0                                  | 1",
                "openai-chat        | 'n':null                               | 1",
                "openai-responses   | 'n':100                                | 1",
                "anthropic-messages | 'n':100                                | 1",
                "gemini             | 'generationConfig':{'candidateCount':8} | 8",
                "ollama-chat        | 'n':100                                | 1",
            })
    void howManyAnswersItAsksForIsKnown(String dialect, String members, int choices) {
        Endpoint endpoint = endpoint(dialect);
        String body = Endpoints.smallest(endpoint).replaceFirst("\\{", "{" + members + ",");

        assertThat(read(endpoint, body).size().choices()).isEqualTo(choices);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "openai-chat        | 'user':'ada','metadata':{'team':'t','n':7}      | {metadata.team=t, user=ada}",
                "openai-responses   | 'safety_identifier':'ada','metadata':null       | {safety_identifier=ada}",
                "openai-responses   | 'client_metadata':{'session_id':'s1'}           | {client_metadata.session_id=s1}",
                "anthropic-messages | 'metadata':{'user_id':'user_a_account_b_session_c'} | {metadata.user_id=user_a_account_b_session_c}",
                "anthropic-messages | 'metadata':{'user_id':null}                     | {}",
                "gemini             | 'labels':{'team':'t'}                           | {labels.team=t}",
                "ollama-chat        | 'user':'h\\u00e9','keep_alive':'5m'             | {keep_alive=5m, user=hé}",
            })
    void shortMembersCanNameTheUser(String dialect, String members, String carriers) {
        Endpoint endpoint = endpoint(dialect);
        String body = Endpoints.smallest(endpoint).replaceFirst("\\{", "{" + members.replace("\\", "\\\\") + ",");

        assertThat(new TreeMap<>(read(endpoint, body).carriers())).hasToString(carriers);
    }

    @Test
    void longMembersAreNotKept() {
        String body = "{'a':'" + "x".repeat(511) + "','b':'" + "x".repeat(510) + "','model':'m','input':'u'}";

        assertThat(read(Endpoints.RESPONSES, body).carriers()).containsOnlyKeys("b");
    }

    @Test
    void theWayToAskForAStreamIsTheDialects() {
        Endpoint stream = Endpoints.post("/v1beta/models/m:streamGenerateContent");
        assertThat(read(stream, Endpoints.smallest(stream)).stream()).isTrue();
        assertThat(read(Endpoints.GEMINI, Endpoints.smallest(Endpoints.GEMINI)).stream())
                .isFalse();
        for (Endpoint endpoint : List.of(Endpoints.CHAT, Endpoints.RESPONSES, Endpoints.ANTHROPIC, Endpoints.OLLAMA)) {
            String body = Endpoints.smallest(endpoint);
            assertThat(read(endpoint, body).stream()).isEqualTo(endpoint == Endpoints.OLLAMA);
            assertThat(read(endpoint, body.replaceFirst("\\{", "{'stream':true,")).stream())
                    .isTrue();
            assertThat(read(endpoint, body.replaceFirst("\\{", "{'stream':false,")).stream())
                    .isFalse();
        }
    }

    private static Endpoint endpoint(String dialect) {
        return Endpoints.ALL.stream()
                .filter(e -> e.dialect().id().equals(dialect))
                .findFirst()
                .orElseThrow();
    }

    private static ChatRequest read(Endpoint endpoint, String body) {
        return endpoint.dialect().read(endpoint, body.replace('\'', '"').getBytes(UTF_8));
    }

    @Test
    void aPictureBesideAReminderIsTheUsersTurnWithoutWords() {
        ChatRequest request = read(
                Endpoints.ANTHROPIC,
                "{'model':'m','messages':[{'role':'user','content':'old'},{'role':'assistant','content':'answer'},{'role':'user','content':[{'type':'text','text':'<system-reminder>x</system-reminder>'},{'type':'image','source':{'type':'base64','data':'AAAA'}}]}]}");

        assertThat(request.lastUserText()).isEmpty();
    }

    @Test
    void anAnswerThatIsToBeContinuedIsAnAnswer() {
        ChatRequest paused = read(
                Endpoints.ANTHROPIC,
                "{'model':'m','messages':[{'role':'user','content':'u'},{'role':'assistant','content':[{'type':'server_tool_use','id':'s','name':'web_search','input':{}}]}]}");
        ChatRequest prefilled = read(
                Endpoints.ANTHROPIC,
                "{'model':'m','messages':[{'role':'user','content':'u'},{'role':'assistant','content':[{'type':'text','text':'{'}]}]}");

        assertThat(paused.starts()).isFalse();
        assertThat(prefilled.starts()).isTrue();
    }
}

package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What providers take is taken, however odd. In the tables, {@code U} is a user's message and quotes are single. */
class AcceptedRequestsTest {

    private static final String USER = "{'role':'user','content':'u'}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m','messages':[U]}",
                "{'model':'m','system':null,'messages':[U]}",
                "{'model':'m','system':'','messages':[U]}",
                "{'model':'m','system':'s','messages':[U]}",
                "{'model':'m','system':[],'messages':[U]}",
                "{'model':'m','messages':[U],'system':[{'type':'text','text':'s','cache_control':null}]}",
                "{'model':'m','max_tokens':0,'messages':[U]}",
                "{'model':'m','max_tokens':null,'tools':null,'thread':null,'metadata':null,'cache_control':null,'messages':[U]}",
                "{'model':'m','messages':[U,{'role':'assistant','content':[]},U]}",
                "{'model':'m','messages':[U,{'role':'system','content':'now'}]}",
                "{'model':'m','messages':[U,{'role':'critic','content':null}]}",
                "{'model':'m','x':[{'messages':[7]}],'y':{'system':7},'messages':[U]}",
            })
    void anthropicMessages(String body) {
        ChatRequest request = read(Endpoints.ANTHROPIC, body, USER);

        assertThat(request.lastUserText()).isEqualTo("u");
        assertThat(request.kept().closed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m','input':'u'}",
                "{'input':'u'}",
                "{'model':'m','input':[U]}",
                "{'model':'m','input':[{'type':'message','role':'user','content':[{'type':'input_text','text':'u'}]}]}",
                "{'model':'m','instructions':null,'previous_response_id':null,'conversation':null,'max_output_tokens':null,'input':'u'}",
                "{'model':'m','input':[U,{'type':'reasoning','summary':[],'content':null},{'type':'item_reference','id':'x'}]}",
                "{'model':'m','input':[U,{'type':'a_new_kind','content':7,'output':{}}]}",
                "{'model':'m','conversation':'conv_1','input':'u'}",
                "{'model':'m','conversation':{'id':'conv_1'},'input':[U]}",
                "{'model':'m','conversation':{},'input':[U]}",
            })
    void openAiResponses(String body) {
        ChatRequest request = read(Endpoints.RESPONSES, body, USER);

        assertThat(request.lastUserText()).isEqualTo("u");
        assertThat(request.kept().closed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'model':'m','input':[]}", "{'model':'m','input':''}"})
    void responsesThatSayNothingHaveRoomForABlock(String body) {
        assertThat(read(Endpoints.RESPONSES, body, USER).kept().closed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m'}",
                "{'model':'m','input':null}",
                "{'prompt':{'id':'p'}}",
                "{'model':'m','store':false}"
            })
    void responsesWithoutInputHaveNoRoomForABlock(String body) {
        ChatRequest request = read(Endpoints.RESPONSES, body, USER);

        assertThat(request.kept().closed()).isTrue();
        assertThat(request.lastUserText()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'contents':[U]}",
                "{'contents':U}",
                "{'contents':[{'parts':{'text':'u'}}]}",
                "{'contents':{'role':'user','parts':{'text':'u'}},'system_instruction':{'parts':{'text':'s'}}}",
                "{'contents':[U],'systemInstruction':null}",
                "{'contents':[U],'systemInstruction':{}}",
                "{'contents':[U],'systemInstruction':{'parts':null}}",
                "{'contents':[U],'systemInstruction':{'parts':[]}}",
                "{'contents':[U],'systemInstruction':{'role':'system','parts':[{'text':'s'}]}}",
                "{'contents':[U,{'role':'model'},{'role':'model','parts':null}]}",
                "{'contents':[U],'cachedContent':null}",
                "{'contents':[U],'generationConfig':null}",
                "{'contents':[U],'generationConfig':{'maxOutputTokens':null,'candidateCount':null}}",
                "{'generateContentRequest':{'model':'models/m','contents':[U]}}",
                "{'generate_content_request':{'contents':[U]}}",
            })
    void geminiContents(String body) {
        ChatRequest request = read(Endpoints.GEMINI, body, "{'parts':[{'text':'u'}]}");

        assertThat(request.lastUserText()).isEqualTo("u");
        assertThat(request.model()).isEqualTo("gemini-3.1-pro");
        assertThat(request.kept().closed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m','messages':[U]}",
                "{'model':'m','messages':[U,{'role':'assistant','content':null,'tool_calls':[{'function':{'name':'f','arguments':{}}}]}]}",
                "{'model':'m','messages':[U,{'role':'assistant','tool_calls':[]}]}",
                "{'model':'m','messages':[U],'options':null}",
                "{'model':'m','messages':[U],'options':{'num_ctx':'many','num_predict':1.5}}",
                "{'model':'m','messages':[U],'stream':null,'keep_alive':-1,'format':''}",
                "{'model':'m','messages':[{'role':'user','content':'u','images':null}]}",
            })
    void ollamaMessages(String body) {
        ChatRequest request = read(Endpoints.OLLAMA, body, USER);

        assertThat(request.lastUserText()).isEqualTo("u");
        assertThat(request.stream()).isTrue();
        assertThat(request.kept().closed()).isFalse();
        assertThat(request.size().window()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m'}",
                "{'model':'m','messages':[]}",
                "{'model':'m','messages':null,'keep_alive':0}",
            })
    void ollamaLoadsAModelWithoutMessages(String body) {
        assertThat(read(Endpoints.OLLAMA, body, USER).kept().closed()).isTrue();
    }

    @Test
    void chatTakesContentOfNullWithToolCalls() {
        ChatRequest request = read(
                Endpoints.CHAT,
                "{'model':'m','messages':[U,{'role':'assistant','content':null,'tool_calls':[{'id':'c'}]},{'role':'tool','content':[]},{'role':'assistant'}]}",
                USER);

        assertThat(request.messages()).hasSize(4);
        assertThat(request.lastUserText()).isEqualTo("u");
    }

    private static ChatRequest read(Endpoint endpoint, String body, String user) {
        return Endpoints.read(endpoint, body.replaceAll("\\bU\\b", user).replace('\'', '"'));
    }
}

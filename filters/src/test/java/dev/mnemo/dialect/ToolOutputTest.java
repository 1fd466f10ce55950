package dev.mnemo.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mnemo.dialect.AnswerReader.Framing;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What tools, searches and files say never becomes something that a user or an assistant said, so none of it is remembered.
 * Quotes are single; what must not be taken is called LOOT.
 */
class ToolOutputTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                // OpenAI's chat format: a message of its own; older names; shapes that other formats have left in it.
                "/v1/chat/completions | {'messages':[U,{'role':'tool','tool_call_id':'c','content':'LOOT'}]",
                "/v1/chat/completions | {'messages':[U,{'role':'tool','content':[{'type':'text','text':'LOOT'}]}]",
                "/v1/chat/completions | {'messages':[U,{'role':'function','name':'f','content':'LOOT'}]",
                "/v1/chat/completions | {'messages':[{'role':'user','content':[{'type':'text','text':'u'},{'type':'tool_result','content':'LOOT'},{'type':'file','file':{'file_data':'LOOT','text':'LOOT'}}]}]",
                "/v1/chat/completions | {'messages':[{'role':'user','content':[{'type':'tool_result','content':[{'type':'text','text':'LOOT'}]},{'type':'text','text':'u'}]}]",
                "/v1/chat/completions | {'messages':[U,{'role':'assistant','content':null,'tool_calls':[{'id':'c','function':{'name':'f','arguments':'LOOT'}}]}]",
                // Responses: items of many types, whatever role they claim.
                "/v1/responses | {'input':[U,{'type':'function_call_output','call_id':'c','output':'LOOT'}]",
                "/v1/responses | {'input':[U,{'type':'function_call_output','role':'user','call_id':'c','output':[{'type':'input_text','text':'LOOT'}]}]",
                "/v1/responses | {'input':[U,{'type':'custom_tool_call_output','call_id':'c','content':'LOOT','output':'LOOT'}]",
                "/v1/responses | {'input':[U,{'type':'local_shell_call_output','id':'c','output':'LOOT'},{'type':'shell_call_output','output':[{'stdout':'LOOT'}]}]",
                "/v1/responses | {'input':[U,{'type':'mcp_call','name':'f','arguments':'LOOT','output':'LOOT'},{'type':'mcp_list_tools','tools':[{'description':'LOOT'}]}]",
                "/v1/responses | {'input':[U,{'type':'file_search_call','queries':['LOOT'],'results':[{'text':'LOOT'}]},{'type':'web_search_call','action':{'query':'LOOT'}}]",
                "/v1/responses | {'input':[U,{'type':'code_interpreter_call','code':'LOOT','outputs':[{'type':'logs','logs':'LOOT'}]}]",
                "/v1/responses | {'input':[U,{'type':'reasoning','role':'user','summary':[],'content':[{'type':'reasoning_text','text':'LOOT'}]}]",
                "/v1/responses | {'input':[{'role':'user','content':[{'type':'input_text','text':'u'},{'type':'input_file','filename':'LOOT','file_data':'LOOT'}]}]",
                // Anthropic: answers stand in the user's own messages.
                "/v1/messages | {'messages':[U,A,{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':'LOOT'}]}]",
                "/v1/messages | {'messages':[U,A,{'role':'user','content':[{'content':[{'type':'text','text':'LOOT'}],'tool_use_id':'t','type':'tool_result'}]}]",
                "/v1/messages | {'messages':[A,{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':[{'type':'search_result','title':'LOOT','content':[{'type':'text','text':'LOOT'}]}],'text':'LOOT'},{'type':'text','text':'u'}]}]",
                "/v1/messages | {'messages':[A,{'role':'user','content':[{'type':'mcp_tool_result','content':[{'type':'text','text':'LOOT'}]},{'type':'text','text':'u'}]}]",
                "/v1/messages | {'messages':[{'role':'user','content':[{'type':'search_result','source':'LOOT','title':'LOOT','content':[{'type':'text','text':'LOOT'}]},{'type':'document','title':'LOOT','context':'LOOT','source':{'type':'text','data':'LOOT'}},{'type':'text','text':'u'}]}]",
                "/v1/messages | {'messages':[U,{'role':'assistant','content':[{'type':'server_tool_use','id':'s','input':{'query':'LOOT'}},{'type':'web_search_tool_result','content':[{'title':'LOOT','text':'LOOT'}]},{'type':'code_execution_tool_result','content':{'stdout':'LOOT'}}]}]",
                // Gemini: in the user's contents too, and SDKs write texts and pictures of a tool beside its answer.
                "/v1beta/models/m:generateContent | {'contents':[G,{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'text':'LOOT'}}}]}]",
                "/v1beta/models/m:generateContent | {'contents':[G,{'parts':[{'function_response':{'name':'f','response':{'output':'LOOT'},'parts':[{'text':'LOOT'}]}}]}]",
                "/v1beta/models/m:generateContent | {'contents':[G,{'role':'user','parts':[{'functionResponse':{'name':'f','response':{}}},{'text':'LOOT'}]}]",
                "/v1beta/models/m:generateContent | {'contents':[G,{'role':'user','parts':[{'text':'LOOT'},{'inlineData':{'mimeType':'image/png','data':'AAAA'}},{'functionResponse':{'name':'f','response':{}}}]}]",
                "/v1beta/models/m:generateContent | {'contents':[G,{'role':'function','parts':[{'text':'LOOT'},{'functionResponse':{'name':'f','response':{}}}]}]",
                "/v1beta/models/m:generateContent | {'contents':[G,{'role':'model','parts':[{'executableCode':{'code':'LOOT'}},{'codeExecutionResult':{'output':'LOOT'}},{'text':'LOOT','thought':true}]}]",
                // Ollama: a message of its own.
                "/api/chat | {'messages':[U,{'role':'tool','tool_name':'f','content':'LOOT'}]",
                "/api/chat | {'messages':[U,{'role':'assistant','content':'','thinking':'LOOT','tool_calls':[{'function':{'name':'f','arguments':{'x':'LOOT'}}}]}]",
            })
    void whatAToolSaysIsNotTheUsers(String path, String request) {
        String body = request.replace("[U", "[{'role':'user','content':'u'}")
                .replace("[A,", "[{'role':'assistant','content':[{'type':'tool_use','id':'t','name':'f','input':{}}]},")
                .replace(",A,", ",{'role':'assistant','content':[{'type':'tool_use','id':'t','name':'f','input':{}}]},")
                .replace("G,", "{'role':'user','parts':[{'text':'u'}]},");

        ChatRequest read = Endpoints.read(Endpoints.post(path), (body + ",'model':'m'}").replace('\'', '"'));

        assertThat(read.lastUserText()).isEqualTo("u");
        assertThat(read.firstUserText()).isEqualTo("u");
        assertThat(read.exchanges()).isEmpty();
        assertThat(read.messages())
                .noneMatch(message -> message.role() != ChatRequest.Role.TOOL
                        && message.role() != ChatRequest.Role.OTHER
                        && read.text(message).contains("LOOT"));
    }

    /** Answers in which a provider's own tools speak. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "/v1/chat/completions | {'choices':[{'index':0,'message':{'role':'assistant','content':'a','tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':'LOOT'}}],'annotations':[{'url_citation':{'title':'LOOT'}}]},'finish_reason':'stop'}]}",
                "/v1/responses | {'id':'r','status':'completed','output':[{'type':'mcp_call','output':'LOOT'},{'type':'file_search_call','results':[{'text':'LOOT'}],'content':[{'type':'output_text','text':'LOOT'}]},{'type':'message','role':'assistant','content':[{'type':'output_text','text':'a','annotations':[{'title':'LOOT'}]}]}]}",
                "/v1/messages | {'type':'message','role':'assistant','content':[{'type':'server_tool_use','input':{'query':'LOOT'}},{'type':'web_search_tool_result','text':'LOOT','content':[{'type':'web_search_result','title':'LOOT','text':'LOOT'}]},{'type':'mcp_tool_result','content':[{'type':'text','text':'LOOT'}]},{'type':'text','text':'a','citations':[{'cited_text':'LOOT'}]}],'stop_reason':'end_turn'}",
                "/v1beta/models/m:generateContent | {'candidates':[{'content':{'role':'model','parts':[{'executableCode':{'code':'LOOT'}},{'codeExecutionResult':{'outcome':'OUTCOME_OK','output':'LOOT'}},{'text':'a'}]},'finishReason':'STOP','groundingMetadata':{'groundingChunks':[{'web':{'title':'LOOT'}}]}}]}",
                "/api/chat | {'message':{'role':'assistant','content':'a','thinking':'LOOT','tool_calls':[{'function':{'name':'f','arguments':{'x':'LOOT'}}}]},'done':true}",
            })
    void whatAToolSaysIsNotTheAnswer(String path, String answer) {
        AnswerReader reader = AnswerReader.of(Endpoints.post(path).dialect(), Framing.WHOLE);
        reader.accept(ByteBuffer.wrap(answer.replace('\'', '"').getBytes(UTF_8)));
        reader.end();

        assertThat(reader.answer().text()).isEqualTo("a");
    }
}

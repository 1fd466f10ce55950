package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Images, audio and files are counted, wherever they stand; their data is no text. What is text is prompt, also in a document.
 * Quotes are single, {@code DATA} is long.
 */
class MediaTest {

    private static final String DATA = "QUJD".repeat(2_500);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'type':'image_url','image_url':{'url':'data:image/png;base64,DATA'}}",
                "{'type':'input_audio','input_audio':{'format':'wav','data':'DATA'}}",
                "{'type':'file','file':{'file_data':'DATA'}}",
            })
    void inChat(String part) {
        requireMedia(Endpoints.CHAT, "{'model':'m','messages':[{'role':'user','content':[" + part + "]}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'role':'user','content':[{'type':'input_image','image_url':'data:image/png;base64,DATA','detail':'auto'}]}",
                "{'role':'user','content':[{'type':'input_file','file_data':'DATA','filename':'a.pdf'}]}",
                "{'type':'function_call_output','call_id':'c','output':[{'type':'input_image','image_url':'data:image/png;base64,DATA'}]}",
                "{'type':'computer_call_output','call_id':'c','output':{'type':'computer_screenshot','image_url':'data:image/png;base64,DATA'}}",
                "{'type':'image_generation_call','id':'ig_1','status':'completed','result':'DATA'}",
            })
    void inResponses(String item) {
        requireMedia(Endpoints.RESPONSES, "{'model':'m','input':[" + item + "]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'DATA'}}",
                "{'source':{'data':'DATA','media_type':'application/pdf','type':'base64'},'type':'document','title':'t'}",
                "{'type':'tool_result','tool_use_id':'t','content':[{'type':'image','source':{'type':'base64','data':'DATA'}}]}",
            })
    void inAnthropicMessages(String block) {
        requireMedia(Endpoints.ANTHROPIC, "{'model':'m','messages':[{'role':'user','content':[" + block + "]}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'inlineData':{'mimeType':'image/png','data':'DATA'}}",
                "{'inline_data':{'mime_type':'image/png','data':'DATA'},'thought_signature':'s'}",
                "{'fileData':{'mimeType':'video/mp4','fileUri':'https://example.com/DATA'}}",
            })
    void inGemini(String part) {
        requireMedia(Endpoints.GEMINI, "{'contents':[{'parts':[" + part + "]}]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = "{'role':'user','content':'','images':['DATA']}")
    void inOllama(String message) {
        requireMedia(Endpoints.OLLAMA, "{'model':'m','messages':[" + message + "]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'DATA'}}",
                "{'type':'document','source':{'type':'content','content':[{'type':'text','text':'DATA'}]}}",
                "{'type':'search_result','source':'https://example.com','title':'t','content':[{'type':'text','text':'DATA'}]}",
                "{'type':'tool_result','tool_use_id':'t','content':[{'type':'document','source':{'type':'text','data':'DATA'}}]}",
                "{'type':'tool_result','tool_use_id':'t','content':'DATA'}",
            })
    void textOfDocumentsIsPrompt(String block) {
        ChatRequest request =
                read(Endpoints.ANTHROPIC, "{'model':'m','messages':[{'role':'user','content':[" + block + "]}]}");

        assertThat(request.size().media()).isZero();
        assertThat(request.size().promptBytes()).isBetween((long) DATA.length(), DATA.length() + 100L);
    }

    private static void requireMedia(Endpoint endpoint, String body) {
        ChatRequest request = read(endpoint, body);

        assertThat(request.size().media()).isEqualTo(1);
        assertThat(request.size().promptBytes()).isLessThan(100);
    }

    private static ChatRequest read(Endpoint endpoint, String body) {
        return Endpoints.read(endpoint, body.replace("DATA", DATA).replace('\'', '"'));
    }
}

package dev.mnemo.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
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
                "{'functionResponse':{'name':'f','response':{'a':1},'parts':[{'inlineData':{'mimeType':'image/png','data':'DATA'}}]}}",
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

    @ParameterizedTest
    @CsvSource({
        // 85 + 170 for each tile of 512 of 1024 x 768, after fitting into 768
        "CHAT, png 1024 768, 765",
        "CHAT, png 100 100, 255",
        "CHAT, gif 300 600, 425",
        "CHAT, jpeg 2048 1024, 1105",
        "CHAT, none 0 0, 1445",
        "CHAT, png 0 0, 1445",
        "ANTHROPIC, png 1000 750, 1000",
        "ANTHROPIC, jpeg 6000 4000, 1600",
        "GEMINI, png 300 200, 258",
        "GEMINI, jpeg 1000 700, 516",
    })
    void imagesCountByTheirProvidersRule(String dialect, String image, long tokens) {
        String data = image(image.split(" "));
        Endpoint endpoint = switch (dialect) {
            case "CHAT" -> Endpoints.CHAT;
            case "GEMINI" -> Endpoints.GEMINI;
            default -> Endpoints.ANTHROPIC;
        };
        String body = switch (dialect) {
            case "CHAT" ->
                "{'model':'m','messages':[{'role':'user','content':[{'type':'image_url','image_url':{'detail':'high','url':'data:image/png;base64,%s'}}]}]}";
            case "GEMINI" -> "{'contents':[{'parts':[{'inlineData':{'mimeType':'image/png','data':'%s'}}]}]}";
            default ->
                "{'model':'m','messages':[{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'%s'}}]}]}";
        };

        assertThat(read(endpoint, body.formatted(data)).size().mediaTokens()).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'type':'image_url','image_url':{'url':'https://example.com/a.png','detail':'low'}}",
                "{'type':'input_image','detail':'low','image_url':'https://example.com/a.png'}",
                "{'type':'input_image','image_url':'https://example.com/a.png','detail':'low'}",
            })
    void littleDetailIsCheap(String part) {
        String body = "{'model':'m','messages':[{'role':'user','content':[" + part + "]}]}";

        assertThat(read(Endpoints.CHAT, body).size().mediaTokens()).isEqualTo(85);
    }

    /** The beginning of an image: its format, width and height. */
    private static String image(String[] wanted) {
        int width = Integer.parseInt(wanted[1]);
        int height = Integer.parseInt(wanted[2]);
        ByteBuffer bytes = ByteBuffer.allocate(400);
        switch (wanted[0]) {
            case "png" -> {
                bytes.put(HexFormat.of().parseHex("89504e470d0a1a0a0000000d49484452"));
                bytes.putInt(width).putInt(height);
            }
            case "gif" -> {
                bytes.put("GIF89a".getBytes(StandardCharsets.US_ASCII)).order(ByteOrder.LITTLE_ENDIAN);
                bytes.putShort((short) width).putShort((short) height);
            }
            case "jpeg" -> {
                bytes.put(HexFormat.of().parseHex("ffd8ffe000104a46494600010100000100010000ffe100c8"));
                bytes.position(bytes.position() + 198);
                bytes.put(HexFormat.of().parseHex("ffc0001108"));
                bytes.putShort((short) height).putShort((short) width);
            }
            default -> bytes.put((byte) 1);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "ANTHROPIC|{'model':'m','messages':[{'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'DATA'}]}]}",
                "ANTHROPIC|{'model':'m','messages':[{'role':'assistant','content':[{'type':'redacted_thinking','data':'DATA'}]}]}",
                "GEMINI|{'contents':[{'role':'model','parts':[{'text':'t','thoughtSignature':'DATA'}]}]}",
                "RESPONSES|{'model':'m','input':[{'type':'reasoning','summary':[],'encrypted_content':'DATA'}]}",
            })
    void encryptedThinkingIsNotCountedByItsLetters(String dialect, String body) {
        Endpoint endpoint = switch (dialect) {
            case "ANTHROPIC" -> Endpoints.ANTHROPIC;
            case "GEMINI" -> Endpoints.GEMINI;
            default -> Endpoints.RESPONSES;
        };

        assertThat(read(endpoint, body).size().units().total()).isBetween(2_000.0, 2_010.0);
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

package dev.mnemo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code LOGGING_STRUCTURED_FORMAT_CONSOLE} makes of the lines that Mnemo writes. */
class JsonLogsTest {

    @ParameterizedTest
    @CsvSource({"ecs, /error/stack_trace", "logstash, /stack_trace"})
    void aLineIsOneObjectWhateverIsInIt(String format, String trace) {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putObject(Environment.class.getName(), new StandardEnvironment());
        StructuredLogEncoder encoder = new StructuredLogEncoder();
        encoder.setFormat(format);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setContext(context);
        encoder.start();
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        events.start();
        context.getLogger("ROOT").addAppender(events);
        Logger log = context.getLogger("dev.mnemo.audit");

        log.atInfo().addKeyValue("tenant", "acme").addKeyValue("status", 412).log("audit: change");
        log.error("Tenant files cannot be used:\n\nacme.yaml:1:1 keyz: unknown\nglobex.yaml:5:59 every: \"dya\"");
        log.warn("failed \u001b[31m\u2028", new IllegalStateException("a\nb"));

        String out = events.list.stream()
                .map(event -> new String(encoder.encode(event), StandardCharsets.UTF_8))
                .collect(Collectors.joining());
        List<JsonNode> lines = out.lines().map(new JsonMapper()::readTree).toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).at("/tenant").asString()).isEqualTo("acme");
        assertThat(lines.get(0).at("/status").asInt()).isEqualTo(412);
        assertThat(lines.get(1).at("/message").asString()).contains("globex.yaml:5:59");
        assertThat(lines.get(2).at(trace).asString()).contains("IllegalStateException", "\tat ");
        assertThat(out).doesNotContain("\u001b");
    }
}

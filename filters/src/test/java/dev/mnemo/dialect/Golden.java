package dev.mnemo.dialect;

import dev.mnemo.dialect.Answer.Usage;
import dev.mnemo.dialect.AnswerReader.Framing;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A golden answer, and what it says. */
record Golden(Dialect dialect, GoldenStreams.Stream stream, Said says) {

    /** What is told of an answer, but for the number of its bytes. */
    record Said(
            String text,
            @Nullable String finish,
            @Nullable Usage usage,
            boolean complete,
            boolean failed,
            boolean step,
            @Nullable String id) {}

    /** A complete answer. */
    static Golden of(Dialect dialect, String file, String text, @Nullable String finish) {
        return new Golden(
                dialect,
                new GoldenStreams.Stream(dialect.id(), file),
                new Said(text, finish, null, true, false, false, null));
    }

    /** One whose end is missing. */
    static Golden cut(Dialect dialect, String file, String text) {
        Golden whole = of(dialect, file, text, null);
        return new Golden(dialect, whole.stream, new Said(text, null, null, false, false, false, null));
    }

    /** One that ends with an error. */
    static Golden failed(Dialect dialect, String file, String text) {
        Golden whole = of(dialect, file, text, null);
        return new Golden(dialect, whole.stream, new Said(text, null, null, false, true, false, null));
    }

    Golden used(long input, long output) {
        return used(input, 0, 0, output, 0);
    }

    Golden used(long input, long cached, long written, long output, long reasoning) {
        Usage usage = new Usage(input, cached, written, output, reasoning);
        return with(new Said(says.text, says.finish, usage, says.complete, says.failed, says.step, says.id));
    }

    /** It asks for something. */
    Golden step() {
        return with(new Said(says.text, says.finish, says.usage, says.complete, says.failed, true, says.id));
    }

    Golden id(String id) {
        return with(new Said(says.text, says.finish, says.usage, says.complete, says.failed, says.step, id));
    }

    private Golden with(Said said) {
        return new Golden(dialect, stream, said);
    }

    /** What a reader says that was fed, and told that there is no more. */
    Answer read(Consumer<AnswerReader> feed) {
        AnswerReader reader = AnswerReader.of(dialect, Framing.of(stream.contentType()));
        feed.accept(reader);
        reader.end();
        return reader.answer();
    }

    static Said said(Answer answer) {
        return new Said(
                answer.text(),
                answer.finishReason(),
                answer.usage(),
                answer.complete(),
                answer.failed(),
                answer.step(),
                answer.id());
    }

    @Override
    public String toString() {
        return stream.toString();
    }
}

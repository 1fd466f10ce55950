package dev.mnemo.dialect;

import org.jspecify.annotations.Nullable;

/**
 * What is known of an answer.
 *
 * @param text of the first choice, as far as it is kept; neither thinking nor tool arguments
 * @param textCut whether there was more text than is kept
 * @param id by which a later request can continue it; null where the dialect knows no such thing
 * @param finishReason as the provider says it; null when it did not
 * @param usage null when the provider told none
 * @param complete whether the answer came to its own end
 * @param failed whether it holds an error
 * @param step whether it asks for something (tools, to be continued), so that it is not yet the answer
 * @param answerBytes of text, thinking, refusals and tool arguments of all choices
 * @param answerUnits the same, in tokens: what to estimate by when there is no usage
 */
public record Answer(
        String text,
        boolean textCut,
        @Nullable String id,
        @Nullable String finishReason,
        @Nullable Usage usage,
        boolean complete,
        boolean failed,
        boolean step,
        long answerBytes,
        TextUnits answerUnits) {

    /** Nothing was read. */
    public static final Answer UNKNOWN =
            new Answer("", false, null, null, null, false, false, false, 0, TextUnits.NONE);

    /**
     * What a provider says a call has used, in tokens; the same meaning in every dialect.
     *
     * @param input of the whole prompt, cached ones included
     * @param cachedInput the part of {@code input} that was read from the provider's cache
     * @param writtenInput the part of {@code input} that was written to it
     * @param writtenForHour the part of {@code writtenInput} that it keeps for an hour, which is dearer
     * @param output of the whole answer, reasoning included
     * @param reasoning the part of {@code output} that is not shown
     */
    public record Usage(
            long input, long cachedInput, long writtenInput, long writtenForHour, long output, long reasoning) {

        /** Of a provider whose cache keeps everything for as long. */
        public Usage(long input, long cachedInput, long writtenInput, long output, long reasoning) {
            this(input, cachedInput, writtenInput, 0, output, reasoning);
        }
    }
}

package dev.mnemo.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mnemo.json.JsonReader.Span;
import dev.mnemo.json.SplicedBody.Edit;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes between bytes. */
class SplicedBodyTest {

    private static final byte[] ORIGINAL = bytes("abcdef");

    @Test
    void withoutEditsItIsTheOriginal() {
        SplicedBody body = SplicedBody.of(ORIGINAL);

        assertThat(body.isEdited()).isFalse();
        assertThat(body.length()).isEqualTo(6);
        assertThat(body.toBytes()).isEqualTo(ORIGINAL);
    }

    @Test
    void piecesStandBeforeTheByteOfTheirPlace() {
        assertThat(text(Edit.insert(0, bytes("1"), bytes("2")))).isEqualTo("12abcdef");
        assertThat(text(Edit.insert(3, bytes("1"), bytes(""), bytes("2")))).isEqualTo("abc12def");
        assertThat(text(Edit.insert(6, bytes("1")))).isEqualTo("abcdef1");
    }

    @Test
    void piecesStandInThePlaceOfAValue() {
        assertThat(text(Edit.replace(new Span(2, 4), bytes("1")))).isEqualTo("ab1ef");
        assertThat(text(Edit.replace(new Span(0, 6)))).isEmpty();
    }

    @Test
    void editsMayTouch() {
        assertThat(text(
                        Edit.insert(2, bytes("1")),
                        Edit.replace(new Span(2, 4), bytes("2")),
                        Edit.insert(4, bytes("3"))))
                .isEqualTo("ab123ef");
        assertThat(text(Edit.insert(2, bytes("1")), Edit.insert(2, bytes("2")))).isEqualTo("ab12cdef");
    }

    @Test
    void aPlaceThatTheBodyDoesNotHaveIsRefused() {
        for (Edit[] bad : List.of(
                new Edit[] {Edit.insert(7, bytes("1"))},
                new Edit[] {Edit.insert(-1, bytes("1"))},
                new Edit[] {Edit.replace(new Span(4, 7))},
                new Edit[] {Edit.replace(new Span(4, 3))},
                new Edit[] {Edit.insert(3, bytes("1")), Edit.insert(2, bytes("2"))},
                new Edit[] {Edit.replace(new Span(1, 4)), Edit.insert(3, bytes("2"))})) {
            assertThatThrownBy(() -> SplicedBody.of(ORIGINAL, bad))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void moreEditsMayComeInAnyOrder() {
        SplicedBody body = SplicedBody.of(ORIGINAL, Edit.insert(2, bytes("1")), Edit.replace(new Span(4, 5)));

        SplicedBody more = body.with(List.of(Edit.insert(6, bytes("4")), Edit.insert(2, bytes("2")), Edit.insert(0)))
                .with(List.of(Edit.insert(3, bytes("3"))));

        assertThat(more.toBytes()).isEqualTo(bytes("ab12c3df4"));
        assertThat(more.pieces()).containsExactly(bytes("1"), bytes("2"), bytes("3"), bytes("4"));
        assertThat(body.toBytes()).isEqualTo(bytes("ab1cdf"));
        assertThat(SplicedBody.of(ORIGINAL).with(List.of()).isEdited()).isFalse();
        assertThatThrownBy(() -> SplicedBody.of(ORIGINAL, Edit.replace(new Span(1, 4)))
                        .with(List.of(Edit.insert(2, bytes("1")))))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void nothingOfTheOriginalIsCopied() {
        SplicedBody body =
                SplicedBody.of(ORIGINAL, Edit.replace(new Span(1, 2), bytes("12")), Edit.insert(4, bytes("3")));

        assertThat(body.isEdited()).isTrue();
        assertThat(body.length()).isEqualTo(8);
        assertThat(body.slices().stream().filter(slice -> slice.array() == ORIGINAL))
                .extracting(ByteBuffer::remaining)
                .containsExactly(1, 2, 2);
        assertThat(body.slices()).isEqualTo(body.slices());
    }

    private static String text(Edit... edits) {
        SplicedBody body = SplicedBody.of(ORIGINAL, edits);
        byte[] placed = body.toBytes();
        assertThat(body.length()).isEqualTo(placed.length);
        return new String(placed, UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}

package dev.mnemo.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Loads the model once, since that takes most of the time. */
class OnnxEmbedderTest {

    @Test
    void saysWhatIsNearAndIsClosedForGood() throws InterruptedException {
        assertThat(Models.CHOSEN.isPresent()).isTrue();
        OnnxEmbedder model = new OnnxEmbedder(Models.CHOSEN);
        assertThat(model.isReady()).isFalse();
        byte[] query = Vectors.quantised(model.query("What is my pet called?"));
        assertThat(model.isReady()).isTrue();
        assertThat(query).hasSize(model.dimensions());

        byte[] near = Vectors.quantised(model.document("Our puppy's name is Rex."));
        byte[] far = Vectors.quantised(model.document("The invoice for March is overdue."));
        assertThat(Vectors.cosine(query, near, 0)).isGreaterThan(Vectors.cosine(query, far, 0) + 0.02f);
        assertThat(model.document("An odd one: \ud800 \u0000 你好 " + "long ".repeat(9_000)))
                .hasSize(model.dimensions());
        assertThat(model.document("")).hasSize(model.dimensions());

        byte[][] together = new byte[2][];
        Thread one = new Thread(() -> together[0] = Vectors.quantised(model.query("What is my pet called?")));
        Thread other = new Thread(() -> together[1] = Vectors.quantised(model.query("What is my pet called?")));
        one.start();
        other.start();
        one.join();
        other.join();
        assertThat(together[0]).isEqualTo(query);
        assertThat(together[1]).isEqualTo(query);

        model.close();
        assertThat(model.isReady()).isFalse();
        assertThatThrownBy(() -> model.query("Anybody there?"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }
}

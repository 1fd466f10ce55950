package dev.mnemo.retrieval;

/**
 * Turns texts into vectors whose direction says what they are about. Ours is {@link OnnxEmbedder}; a bean of this type replaces
 * it. Thread-safe. Its methods take milliseconds and may take longer: they never run on an event loop.
 */
public interface Embedder extends AutoCloseable {

    /** Which model, and in which form: vectors of another id are never compared with it. */
    String id();

    int dimensions();

    /** Whether it understands texts in this language; for one that it does not, words alone are compared. */
    boolean reads(String iso639);

    /** Whether it answers at once. Until then words alone are compared; nothing waits for a model. */
    boolean isReady();

    /** The vector of a text that is kept, of any length. */
    float[] document(String text);

    /** The vector of a text that something is looked for by. */
    float[] query(String text);

    @Override
    void close();
}

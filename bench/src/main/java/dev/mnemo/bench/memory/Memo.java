package dev.mnemo.bench.memory;

import dev.mnemo.retrieval.Embedder;
import java.util.Map;

/**
 * A model that remembers what it made, since each text is compared in several ways.
 *
 * @param all whether it says that it reads every language, to see what that does
 */
record Memo(Embedder model, boolean all, Map<String, float[]> made) implements Embedder {

    @Override
    public String id() {
        return model.id();
    }

    @Override
    public int dimensions() {
        return model.dimensions();
    }

    @Override
    public boolean reads(String iso639) {
        return all || model.reads(iso639);
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public float[] document(String text) {
        return made.computeIfAbsent("document " + text, key -> model.document(text));
    }

    @Override
    public float[] query(String text) {
        return made.computeIfAbsent("query " + text, key -> model.query(text));
    }

    @Override
    public void close() {}
}

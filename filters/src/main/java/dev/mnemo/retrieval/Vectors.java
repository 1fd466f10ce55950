package dev.mnemo.retrieval;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Vectors of one byte a dimension. Only their direction counts, so that no scale is kept. */
final class Vectors {

    private static final Logger log = LoggerFactory.getLogger(Vectors.class);

    private Vectors() {}

    /** Null if the model fails: then words alone are compared. */
    static byte @Nullable [] of(Embedder model, Supplier<float[]> vector) {
        try {
            return quantised(vector.get());
        } catch (RuntimeException e) {
            log.debug("no vector from {}: {}", model.id(), e.toString());
            return null;
        }
    }

    /** Its largest number becomes 127. */
    static byte[] quantised(float[] vector) {
        float largest = 0;
        for (float each : vector) {
            largest = Math.max(largest, Math.abs(each));
        }
        byte[] out = new byte[vector.length];
        for (int i = 0; i < out.length && largest > 0; i++) {
            out[i] = (byte) Math.round(vector[i] * 127 / largest);
        }
        return out;
    }

    /** The cosine of the angle between a vector and the one that stands in other bytes; 0 beside a vector of nothing. */
    static float cosine(byte[] a, byte[] bytes, int from) {
        int dot = 0;
        int squareA = 0;
        int squareB = 0;
        for (int i = 0; i < a.length; i++) {
            int x = a[i];
            int y = bytes[from + i];
            dot += x * y;
            squareA += x * x;
            squareB += y * y;
        }
        return squareA == 0 || squareB == 0 ? 0 : (float) (dot / Math.sqrt((double) squareA * squareB));
    }
}

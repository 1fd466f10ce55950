package dev.mnemo.retrieval;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small quantised model that runs inside this process, one thread for a text. Its weights and its run-time are libraries that
 * may be missing: ask {@link Models} first. It is loaded by {@link #load}, or by the first document.
 */
public final class OnnxEmbedder implements Embedder {

    private static final Logger log = LoggerFactory.getLogger(OnnxEmbedder.class);

    private final Models model;

    /** Texts are read side by side; only loading and closing are alone. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private volatile @Nullable Loaded loaded;
    private volatile boolean closed;

    /** Why it cannot be loaded; it is not tried again. */
    private volatile @Nullable String broken;

    public OnnxEmbedder(Models model) {
        this.model = model;
    }

    @Override
    public String id() {
        return model.id;
    }

    @Override
    public int dimensions() {
        return model.dimensions;
    }

    @Override
    public boolean reads(String iso639) {
        return model.reads(iso639);
    }

    @Override
    public boolean isReady() {
        return loaded != null;
    }

    /**
     * Loads the model unless it is there, which takes about a second and some 100 MB outside the heap.
     *
     * @throws IllegalStateException if it cannot be, for instance where the native library does not run; that is logged once,
     *     and words alone are compared from then on
     */
    public void load() {
        ready();
    }

    @Override
    public float[] document(String text) {
        return embed(model.documentPrefix + text);
    }

    @Override
    public float[] query(String text) {
        return embed(model.queryPrefix + text);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            Loaded session = loaded;
            loaded = null;
            if (session != null) {
                session.session.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("the model " + model.id + " did not close", e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private record Loaded(OrtEnvironment environment, OrtSession session, WordPiece words) {}

    private Loaded ready() {
        Loaded now = loaded;
        if (now != null) {
            return now;
        }
        lock.writeLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the model " + model.id + " is closed");
            }
            String reason = broken;
            if (reason != null) {
                throw new IllegalStateException(reason);
            }
            now = loaded;
            if (now == null) {
                now = loadNow();
                loaded = now;
            }
            return now;
        } catch (LoadException e) {
            broken = "the model " + model.id + " cannot be loaded here: " + e.getMessage();
            log.warn("{}; what fits a conversation is found by words alone", broken);
            throw new IllegalStateException(broken, e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private static final class LoadException extends Exception {

        private static final long serialVersionUID = 1;

        LoadException(Throwable cause) {
            super(first(cause).toString(), cause);
        }

        /** Where it began: what lies around it is an error of a class that could not be initialised, and says nothing. */
        private static Throwable first(Throwable of) {
            Throwable at = of;
            for (Throwable next = at.getCause(); next != null; next = next.getCause()) {
                at = next;
            }
            return at;
        }
    }

    private Loaded loadNow() throws LoadException {
        try (InputStream weights = resource(model.weights);
                InputStream vocabulary = resource(model.vocabulary);
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "mnemo");
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            // What a long text needed once is given back.
            options.setCPUArenaAllocator(false);
            options.setMemoryPatternOptimization(false);
            OrtSession session = environment.createSession(weights.readAllBytes(), options);
            return new Loaded(environment, session, WordPiece.of(vocabulary));
        } catch (OrtException | LinkageError | IOException | RuntimeException e) {
            throw new LoadException(e);
        }
    }

    private static InputStream resource(String name) {
        InputStream in = OnnxEmbedder.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("the class path has no " + name);
        }
        return in;
    }

    private float[] embed(String text) {
        ready();
        lock.readLock().lock();
        try {
            Loaded now = loaded;
            if (now == null) {
                throw new IllegalStateException("the model " + model.id + " is closed");
            }
            return embed(now, now.words.ids(text, model.longest));
        } catch (OrtException e) {
            throw new IllegalStateException("the model " + model.id + " failed: " + e.getMessage(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private float[] embed(Loaded now, long[] ids) throws OrtException {
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        try (OnnxTensor words = OnnxTensor.createTensor(now.environment, new long[][] {ids});
                OnnxTensor mask = OnnxTensor.createTensor(now.environment, new long[][] {ones});
                OnnxTensor types = OnnxTensor.createTensor(now.environment, new long[][] {new long[ids.length]})) {
            Map<String, OnnxTensor> inputs = new HashMap<>();
            inputs.put("input_ids", words);
            inputs.put("attention_mask", mask);
            inputs.put("token_type_ids", types);
            inputs.keySet().retainAll(now.session.getInputNames());
            try (OrtSession.Result result = now.session.run(inputs)) {
                float[][] states = ((float[][][]) result.get(0).getValue())[0];
                return model.first ? states[0] : mean(states);
            }
        }
    }

    private static float[] mean(float[][] states) {
        float[] sum = new float[states[0].length];
        for (float[] state : states) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += state[i];
            }
        }
        return sum;
    }
}

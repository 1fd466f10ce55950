package dev.mnemo.retrieval;

/** The models that {@link OnnxEmbedder} runs. Each comes as a library with its weights. All of them read English. */
public enum Models {
    E5_SMALL("e5-small-v2-q", "query: ", "passage: ", false),
    /** Without the instruction that its authors put before a query: with it, it finds less here and takes thrice as long. */
    BGE_SMALL("bge-small-en-v1.5-q", "", "", true),
    MINI_LM("all-minilm-l6-v2-q", "", "", false);

    /** The one that the gateway ships; see the decision on memory. */
    public static final Models CHOSEN = BGE_SMALL;

    final String id;
    final String weights;
    final String vocabulary;
    final String queryPrefix;
    final String documentPrefix;
    final int dimensions = 384;

    /** What is read of a text, in pieces of words; twice as many take twice as long. */
    final int longest = 256;

    /** Whether the first token's state is the vector, and not the mean of all. */
    final boolean first;

    Models(String id, String queryPrefix, String documentPrefix, boolean first) {
        this.id = id;
        this.weights = "/" + id + ".onnx";
        this.vocabulary = "/" + id + "-tokenizer.json";
        this.queryPrefix = queryPrefix;
        this.documentPrefix = documentPrefix;
        this.first = first;
    }

    boolean reads(String iso639) {
        return iso639.equals("en");
    }

    /** Whether its weights and the run-time are on the class path. */
    public boolean isPresent() {
        try {
            Class.forName("ai.onnxruntime.OrtEnvironment", false, Models.class.getClassLoader());
            return Models.class.getResource(weights) != null && Models.class.getResource(vocabulary) != null;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}

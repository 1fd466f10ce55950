package dev.mnemo.call;

/**
 * Every filter order of Mnemo, with the reason. A filter that has an order keeps it wherever it stands in a route's YAML,
 * so the line cannot be put together wrongly.
 */
public enum Stage {
    /** {@code Llm}, {@code LlmIdentify}, {@code LlmPersonalize}, {@code LlmBudget}: each only says that it is wanted. */
    DOOR(-1_000),

    /**
     * The line itself. Before SCG's write filter (−1), so that the route's own filters (1, 2, 3 …) have changed the
     * answer's headers when its body is written.
     */
    LINE(-990),

    /**
     * Sends the call. After SCG has built the route's URL (10 000), before a load balancer (10 150) and before SCG's own
     * routing filters (the last two), which then find the call already routed.
     */
    UPSTREAM(10_050);

    private final int order;

    Stage(int order) {
        this.order = order;
    }

    public int order() {
        return order;
    }
}

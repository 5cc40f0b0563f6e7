package dev.agentos.domain.contract;

/**
 * What the agent remembers and how it must ground its answers.
 *
 * @param namespace the memory that it shares with every contract naming the same one
 * @param retentionDays days that an entry is kept, 0 (nothing outlives the run) to 36,500
 * @param rag retrieval
 */
public record MemoryPolicy(String namespace, int retentionDays, Rag rag) {
    static final int MAX_RETENTION_DAYS = 36_500;
    static final int DEFAULT_RETENTION_DAYS = 30;

    public MemoryPolicy {
        Fault.refuse(FieldRules.namespace(namespace));
        FieldRules.within("memory.retention_days", retentionDays, 0, MAX_RETENTION_DAYS);
    }

    /** Memory of its own under the contract's name, 30 days, grounded. */
    public static MemoryPolicy defaultFor(String contractName) {
        return new MemoryPolicy(contractName, DEFAULT_RETENTION_DAYS, Rag.DEFAULT);
    }

    /**
     * Retrieval.
     *
     * @param topK passages per retrieval, 1 to 100
     * @param requireGrounding whether an answer without a source is withheld
     */
    public record Rag(int topK, boolean requireGrounding) {
        static final int MAX_TOP_K = 100;

        /** Five passages, grounding required. */
        public static final Rag DEFAULT = new Rag(5, true);

        public Rag {
            FieldRules.within("memory.rag.top_k", topK, 1, MAX_TOP_K);
        }
    }
}

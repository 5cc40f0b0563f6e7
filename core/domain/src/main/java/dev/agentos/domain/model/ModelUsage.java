package dev.agentos.domain.model;

/**
 * Tokens of one call.
 *
 * @param prompt tokens that went in, cached ones included
 * @param completion tokens that came out
 * @param cached those of the prompt that the provider had already read
 * @param estimated whether we counted because the provider did not say
 */
public record ModelUsage(long prompt, long completion, long cached, boolean estimated) {

    public static final ModelUsage NONE = new ModelUsage(0, 0, 0, true);

    public ModelUsage {
        if (prompt < 0 || completion < 0 || cached < 0) {
            throw new IllegalArgumentException("tokens are not less than none");
        }
    }

    public static ModelUsage counted(long prompt, long completion) {
        return new ModelUsage(prompt, completion, 0, false);
    }

    public long total() {
        return prompt + completion;
    }

    /** Both together; the prompt of a resumed call is counted once. */
    public ModelUsage andMoreOf(ModelUsage resumed) {
        return new ModelUsage(prompt, completion + resumed.completion, cached, estimated || resumed.estimated);
    }
}

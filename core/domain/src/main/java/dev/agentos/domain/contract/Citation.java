package dev.agentos.domain.contract;

/**
 * The line of a contract that a decision rests on.
 *
 * @param source name of the file
 * @param path the field, such as {@code compute.gpu_mem}
 * @param position of the field's key; for a default, of the nearest section that the file does have
 * @param origin where the value comes from
 */
public record Citation(String source, String path, SourcePosition position, Origin origin) {
    /** Where a value comes from. */
    public enum Origin {
        /** Written in the file, at the position. */
        DECLARED,
        /** Not in the file: the documented default holds. */
        DEFAULT,
        /** Replaced after the file was read, for one run. */
        OVERRIDDEN
    }

    /** {@code file:12:3 (compute.gpu_mem)}, with {@code , default} or {@code , overridden} where that is so. */
    @Override
    public String toString() {
        String suffix = switch (origin) {
            case DECLARED -> "";
            case DEFAULT -> ", default";
            case OVERRIDDEN -> ", overridden";
        };
        return source + ":" + position + " (" + path + suffix + ")";
    }
}

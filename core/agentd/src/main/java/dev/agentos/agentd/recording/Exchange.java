package dev.agentos.agentd.recording;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that a run asked of the world, and what it was given.
 *
 * @param kind {@link #BEGIN}, {@link #MODEL}, {@link #TOOL} or {@link #CUT}
 * @param step names it in its run; the same step again replaces what was recorded before
 */
public record Exchange(String kind, String step, Map<String, Object> request, Map<String, Object> reply) {

    /** What the run began with. */
    public static final String BEGIN = "begin";

    /** A turn of a model. */
    public static final String MODEL = "model";

    /** A call of a tool. */
    public static final String TOOL = "tool";

    /** The recording was full here; nothing after it was kept. */
    public static final String CUT = "cut";

    public Exchange {
        request = Collections.unmodifiableMap(new LinkedHashMap<>(request));
        reply = Collections.unmodifiableMap(new LinkedHashMap<>(reply));
    }
}

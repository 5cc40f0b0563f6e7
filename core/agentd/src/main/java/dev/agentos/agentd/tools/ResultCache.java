package dev.agentos.agentd.tools;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.ToolDescriptor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Results of calls that depend on their arguments alone, kept in memory. A key holds the tool's whole descriptor, the
 * arguments and the scope, so a result is never given to an agent that sees other data, nor out of another version of
 * the tool.
 */
final class ResultCache {

    private static final int MAX_ENTRIES = 500;
    private static final long MAX_CHARS = 16L * 1024 * 1024;

    private record Kept(ToolResult result, long chars) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long chars;

    /** The key of a call; empty where its tool's results are not kept. */
    Optional<String> key(ToolDescriptor tool, Map<String, Object> values, Tool.Place place) {
        String who = switch (tool.cache()) {
            case NEVER -> "";
            case AGENT -> "agent " + place.agent();
            case SHARED -> "scope " + place.scope();
        };
        return who.isEmpty()
                ? Optional.empty()
                : Optional.of(Digests.sha256OfJson(
                        List.of(tool.name(), tool.summary(), tool.inputSchema(), who, Digests.sha256OfJson(values))));
    }

    Optional<ToolResult> get(String key) {
        lock.lock();
        try {
            return Optional.ofNullable(kept.get(key)).map(Kept::result);
        } finally {
            lock.unlock();
        }
    }

    void put(String key, ToolResult result) {
        long size = CanonicalJson.write(result.output()).length();
        lock.lock();
        try {
            Kept before = kept.put(key, new Kept(result, size));
            chars += size - (before == null ? 0 : before.chars());
            var oldest = kept.entrySet().iterator();
            while ((kept.size() > MAX_ENTRIES || chars > MAX_CHARS) && oldest.hasNext()) {
                chars -= oldest.next().getValue().chars();
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }
}

package dev.agentos.kernel;

import dev.agentos.domain.port.Sandbox.Limits;
import dev.agentos.domain.port.Sandbox.Mount;
import dev.agentos.domain.port.Sandbox.Plan;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The native plan format, version 1; its schema is native/plan.schema.json. */
final class PlanJson {

    /** The ids that the agent sees itself as. */
    static final long INSIDE_ID = 1000;

    private PlanJson() {}

    static Map<String, Object> of(Plan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", 1L);
        json.put("incarnation", plan.incarnation());
        json.put("hostname", hostname(plan.hostname()));
        json.put("argv", plan.argv());
        json.put("env", plan.env());
        json.put("workdir", plan.workdir());
        json.put("uid", INSIDE_ID);
        json.put("gid", INSIDE_ID);
        json.put("mounts", plan.mounts().stream().map(PlanJson::mount).toList());
        Map<String, @Nullable Object> stdio = new LinkedHashMap<>();
        stdio.put("stdin", plan.stdio().stdin().orElse(null));
        stdio.put("stdout", plan.stdio().stdout());
        stdio.put("stderr", plan.stdio().stderr());
        json.put("stdio", stdio);
        json.put("limits", limits(plan.limits()));
        return json;
    }

    /** A host name has at most 63 characters. */
    private static String hostname(String name) {
        return name.length() <= 63 ? name : name.substring(0, 63).replaceAll("-+$", "");
    }

    private static Map<String, Object> mount(Mount mount) {
        Map<String, Object> json = new LinkedHashMap<>();
        switch (mount) {
            case Mount.Bind bind -> {
                json.put("kind", "bind");
                json.put("source", bind.source());
                json.put("target", bind.target());
                json.put("access", bind.writable() ? "write" : "read");
            }
            case Mount.Tmpfs tmpfs -> {
                json.put("kind", "tmpfs");
                json.put("target", tmpfs.target());
                json.put("size_bytes", tmpfs.sizeBytes());
            }
            case Mount.Proc proc -> {
                json.put("kind", "proc");
                json.put("target", proc.target());
            }
            case Mount.Dev dev -> {
                json.put("kind", "dev");
                json.put("target", dev.target());
            }
            case Mount.Symlink link -> {
                json.put("kind", "symlink");
                json.put("target", link.target());
                json.put("to", link.to());
            }
            case Mount.File file -> {
                json.put("kind", "file");
                json.put("target", file.target());
                json.put("content", file.content());
            }
        }
        return json;
    }

    private static Map<String, @Nullable Object> limits(Limits limits) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("memory_bytes", orNull(limits.memoryBytes()));
        json.put("pids", orNull(limits.pids()));
        json.put("cpu_millis", orNull(limits.cpuMillis()));
        json.put("open_files", orNull(limits.openFiles()));
        json.put("file_bytes", orNull(limits.fileBytes()));
        return json;
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}

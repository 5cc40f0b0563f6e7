package dev.agentos.kernel;

import dev.agentos.domain.port.Sandbox.Door;
import dev.agentos.domain.port.Sandbox.Limits;
import dev.agentos.domain.port.Sandbox.Mount;
import dev.agentos.domain.port.Sandbox.Plan;
import dev.agentos.domain.port.Sandbox.Schedule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The native plan format; its schema is native/plan.schema.json. A plan that asks for nothing new is written as version 1,
 * which every broker reads.
 */
final class PlanJson {

    /** The ids that the agent sees itself as. */
    static final long INSIDE_ID = 1000;

    private PlanJson() {}

    static Map<String, Object> of(Plan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", isSecond(plan) ? 2L : 1L);
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
        if (!plan.doors().isEmpty()) {
            json.put("doors", plan.doors().stream().map(PlanJson::door).toList());
        }
        plan.schedule().ifPresent(schedule -> json.put("schedule", schedule(schedule)));
        if (plan.ownUid()) {
            json.put("identity", Map.of("own_uid", true));
        }
        return json;
    }

    private static boolean isSecond(Plan plan) {
        return !plan.doors().isEmpty()
                || plan.schedule().isPresent()
                || plan.ownUid()
                || plan.limits().ioBytesPerSecond().isPresent();
    }

    private static Map<String, Object> door(Door door) {
        return Map.of("port", (long) door.port(), "socket", door.socket());
    }

    private static Map<String, @Nullable Object> schedule(Schedule schedule) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        switch (schedule) {
            case Schedule.Hrt hrt -> {
                json.put("class", "hrt");
                json.put("runtime_us", hrt.runtimeMicros());
                json.put("deadline_us", hrt.deadlineMicros());
                json.put("period_us", hrt.periodMicros());
            }
            case Schedule.Srt srt -> {
                json.put("class", "srt");
                json.put("weight", orNull(srt.weight()));
                json.put("slice_us", orNull(srt.sliceMicros()));
                json.put("burst_us", orNull(srt.burstMicros()));
            }
            case Schedule.Dt() -> json.put("class", "dt");
        }
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
        if (limits.ioBytesPerSecond().isPresent()) {
            json.put("io_bytes_per_second", limits.ioBytesPerSecond().getAsLong());
        }
        return json;
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}

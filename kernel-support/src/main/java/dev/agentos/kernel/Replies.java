package dev.agentos.kernel;

import dev.agentos.domain.port.Sandbox.Exit;
import dev.agentos.domain.port.Sandbox.Host;
import dev.agentos.domain.port.Sandbox.LimitHits;
import dev.agentos.domain.port.Sandbox.Mechanism;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.Sandbox.SandboxException;
import dev.agentos.domain.port.Sandbox.Status;
import dev.agentos.domain.port.Sandbox.Unlinked;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the broker's messages. */
final class Replies {

    private Replies() {}

    static Map<?, ?> okOrThrow(Map<?, ?> reply) throws SandboxException {
        if (reply.get("ok") instanceof Map<?, ?> ok) {
            return ok;
        }
        if (reply.get("err") instanceof Map<?, ?> err) {
            throw new SandboxException(
                    text(err, "code"),
                    text(err, "step"),
                    text(err, "message")
                            + ExecdSandbox.optionalText(err.get("errno"))
                                    .map(e -> " (" + e + ")")
                                    .orElse(""));
        }
        throw new SandboxException("sandbox.protocol", "reply", "the broker answered neither ok nor err");
    }

    static Host host(Map<?, ?> hello) {
        List<Mechanism> mechanisms = new ArrayList<>();
        for (Map<?, ?> item : objects(hello.get("mechanisms"))) {
            mechanisms.add(new Mechanism(
                    text(item, "name"), Boolean.TRUE.equals(item.get("available")), text(item, "detail")));
        }
        return new Host(text(hello, "version"), text(hello, "mode"), mechanisms);
    }

    static Receipt receipt(String incarnation, Map<?, ?> ok) {
        List<Receipt.Line> lines = new ArrayList<>();
        for (Map<?, ?> item : objects(ok.get("receipt"))) {
            lines.add(new Receipt.Line(
                    text(item, "mechanism"),
                    Boolean.TRUE.equals(item.get("declared")),
                    text(item, "actual"),
                    text(item, "how"),
                    text(item, "probe")));
        }
        return new Receipt(
                incarnation,
                ExecdSandbox.number(ok.get("pid")).orElse(0),
                ExecdSandbox.number(ok.get("spawn_usec")).orElse(0),
                lines);
    }

    /** The exit of an {@code exited} event. */
    static Exit exit(Map<?, ?> message) {
        return exit(text(message, "incarnation"), message);
    }

    private static Exit exit(String incarnation, Map<?, ?> message) {
        Map<?, ?> status = message.get("status") instanceof Map<?, ?> map ? map : Map.of();
        Map<?, ?> usage = message.get("usage") instanceof Map<?, ?> map ? map : Map.of();
        return new Exit(
                incarnation,
                integer(status.get("code")),
                integer(status.get("signal")),
                text(message, "reason"),
                ExecdSandbox.number(usage.get("cpu_usec")),
                ExecdSandbox.number(usage.get("memory_peak_bytes")),
                hits(message));
    }

    private static LimitHits hits(Map<?, ?> message) {
        if (!(message.get("hits") instanceof Map<?, ?> hits)) {
            return LimitHits.unknown();
        }
        return new LimitHits(
                ExecdSandbox.number(hits.get("oom_kills")),
                ExecdSandbox.number(hits.get("memory_max")),
                ExecdSandbox.number(hits.get("pids_max")),
                ExecdSandbox.number(hits.get("cpu_throttled_periods")),
                ExecdSandbox.number(hits.get("cpu_throttled_usec")),
                ExecdSandbox.number(hits.get("io_stalled_usec")),
                Boolean.TRUE.equals(hits.get("file_size")),
                ExecdSandbox.number(hits.get("deadline_overruns")));
    }

    static List<Status> list(Map<?, ?> ok) {
        return objects(ok.get("sandboxes")).stream().map(Replies::status).toList();
    }

    static Status status(Map<?, ?> item) {
        return new Status(
                text(item, "incarnation"),
                text(item, "state"),
                ExecdSandbox.number(item.get("cpu_usec")),
                ExecdSandbox.number(item.get("memory_bytes")),
                ExecdSandbox.number(item.get("pids")),
                item.get("exit") instanceof Map<?, ?> exit
                        ? Optional.of(exit(text(item, "incarnation"), exit))
                        : Optional.empty(),
                hits(item),
                ExecdSandbox.number(item.get("pid")));
    }

    /** Rows of {@code [incarnation, state, cpu_usec, memory_bytes, pids]}; a row of another shape is left out. */
    static List<Status> stats(Map<?, ?> ok) {
        List<Status> list = new ArrayList<>();
        if (ok.get("rows") instanceof List<?> rows) {
            for (Object item : rows) {
                if (item instanceof List<?> row
                        && row.size() >= 5
                        && row.get(0) instanceof String incarnation
                        && row.get(1) instanceof String state) {
                    list.add(new Status(
                            incarnation,
                            state,
                            ExecdSandbox.number(row.get(2)),
                            ExecdSandbox.number(row.get(3)),
                            ExecdSandbox.number(row.get(4)),
                            Optional.empty()));
                }
            }
        }
        return list;
    }

    /** A number that is missing counts as something that was not seen. */
    static Unlinked unlinked(Map<?, ?> ok) {
        return new Unlinked(
                ExecdSandbox.number(ok.get("bytes")).orElse(0),
                ExecdSandbox.number(ok.get("files")).orElse(0),
                ExecdSandbox.number(ok.get("unseen")).orElse(1));
    }

    static String text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    private static Optional<Integer> integer(@org.jspecify.annotations.Nullable Object value) {
        OptionalLong number = ExecdSandbox.number(value);
        // What is no int is no exit code and no signal; cut down to 32 bits it could read as success.
        return number.isPresent() && number.getAsLong() == (int) number.getAsLong()
                ? Optional.of((int) number.getAsLong())
                : Optional.empty();
    }

    private static List<Map<?, ?>> objects(@org.jspecify.annotations.Nullable Object value) {
        List<Map<?, ?>> objects = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> map) {
                    objects.add(map);
                }
            }
        }
        return objects;
    }
}

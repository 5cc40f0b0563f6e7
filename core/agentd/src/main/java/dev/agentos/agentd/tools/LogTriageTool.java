package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import dev.agentos.domain.report.LogTriage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** {@code log.triage}: what is wrong in logs, worst first, each with its place. */
final class LogTriageTool implements Tool.Pure {

    private static final long MAX_FILE_BYTES = 32L * 1024 * 1024;
    private static final long MAX_TOTAL_BYTES = 64L * 1024 * 1024;
    private static final int MAX_FILES = 500;
    private static final int MAX_GROUPS = 50;
    private static final String DEFAULT_GLOB =
            "**{.log,.log.[0-9]*,.out,.err,.log.gz,.txt,.jsonl,syslog*,messages*,kern*,daemon*}";

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "log.triage",
                    Effect.READS,
                    "Sorts the lines of logs into kinds, the worst and most frequent first.")
            .input(InputSchema.object()
                    .required("paths", InputSchema.texts(), "Files, or folders with logs.")
                    .optional("glob", "string", "Which files below a folder; the usual names of logs unless said.")
                    .optional("title", "string", "The heading of the report.")
                    .optional(
                            "most",
                            Map.of("type", "integer", "minimum", 1L, "maximum", 100L),
                            "How many kinds of warnings and worse to tell; 15 unless said."))
            .paths(new PathArgument("paths", Access.READ))
            .build();

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        List<Target> targets = new ArrayList<>();
        for (String path : arguments.texts("paths")) {
            targets.add(new Target(Paths.real(place.host(path)).toString(), Access.READ));
        }
        return targets;
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        PathMatcher glob = FsReadTool.glob(arguments.optionalText("glob").orElse(DEFAULT_GLOB));
        LogTriage triage = new LogTriage();
        List<Map<String, Object>> skipped = new ArrayList<>();
        long total = 0;
        int files = 0;
        for (Target target : decided) {
            Path root = Path.of(target.path());
            List<ConfinedFiles.Entry> entries;
            try {
                entries = ConfinedFiles.walk(root, MAX_FILES);
            } catch (IOException e) {
                throw FsReadTool.unreadable(root, e);
            }
            for (ConfinedFiles.Entry entry : entries) {
                boolean itself = entry.path().equals(root);
                Path relative = itself ? Path.of(String.valueOf(root.getFileName())) : root.relativize(entry.path());
                if (!itself && !glob.matches(Path.of("/").resolve(relative))) {
                    continue;
                }
                if (total + entry.bytes() > MAX_TOTAL_BYTES) {
                    skipped.add(skip(relative, "more than " + MAX_TOTAL_BYTES / 1024 / 1024 + " MiB of logs in all"));
                    continue;
                }
                total += entry.bytes();
                try {
                    triage.read(relative.toString(), text(entry.path()));
                    files++;
                } catch (IOException e) {
                    skipped.add(skip(relative, "cannot be read: " + Paths.reason(e)));
                }
            }
        }
        if (files == 0) {
            throw new ToolException(
                    "log.none",
                    "no log was found there" + (skipped.isEmpty() ? "" : " that can be read"),
                    "name the files themselves, or give a glob such as \"**.log\"");
        }
        return ToolResult.of(result(triage, arguments, skipped, files));
    }

    private static Map<String, Object> result(
            LogTriage triage, Arguments arguments, List<Map<String, Object>> skipped, int files) throws ToolException {
        Map<String, Object> totals = new LinkedHashMap<>();
        triage.totals().forEach((severity, count) -> totals.put(word(severity), count));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("markdown", triage.markdown(arguments.optionalText("title").orElse("Log triage"), (int)
                arguments.number("most", 15)));
        result.put("lines", triage.lines());
        result.put("files", (long) files);
        result.put("totals", totals);
        result.put(
                "groups",
                triage.groups().stream()
                        .limit(MAX_GROUPS)
                        .map(group -> Event.fields(
                                "severity",
                                word(group.severity()),
                                "count",
                                group.count(),
                                "pattern",
                                group.pattern(),
                                "example",
                                group.example(),
                                "first",
                                group.first(),
                                "last",
                                group.last()))
                        .toList());
        result.put("skipped", skipped);
        return result;
    }

    private static String word(LogTriage.Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }

    private static String text(Path file) throws IOException {
        byte[] bytes = ConfinedFiles.read(file, MAX_FILE_BYTES);
        if (bytes.length > 2 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b) {
            try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                byte[] plain = unpacked.readNBytes((int) MAX_FILE_BYTES);
                return new String(plain, StandardCharsets.UTF_8);
            }
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Map<String, Object> skip(Path file, String reason) {
        return Event.fields("name", file.toString(), "reason", reason);
    }
}

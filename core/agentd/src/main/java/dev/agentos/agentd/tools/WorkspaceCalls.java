package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.SandboxedCalls.Finished;
import dev.agentos.agentd.tools.SandboxedCalls.Job;
import dev.agentos.agentd.tools.SandboxedCalls.Limits;
import dev.agentos.agentd.tools.Tool.Place;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Sandbox.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Calls over an agent's workspace: it is mounted writable, the folders that the contract lets the agent read are mounted
 * read-only at their own places, and what the call left in the workspace is listed.
 */
final class WorkspaceCalls {

    static final int MAX_SECONDS = 600;
    private static final int DEFAULT_SECONDS = 60;
    private static final int MAX_FILES = 2_000;
    private static final int MAX_LISTED = 100;

    private final SandboxedCalls calls;

    WorkspaceCalls(SandboxedCalls calls) {
        this.calls = calls;
    }

    ToolResult run(
            String name,
            List<String> argv,
            List<Mount> more,
            Map<String, String> moreEnv,
            Arguments arguments,
            Place place)
            throws ToolException {
        long seconds = arguments.number("timeout_s", DEFAULT_SECONDS);
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new ToolException(
                    "argument.range", "\"timeout_s\" must be 1 to " + MAX_SECONDS, "correct it in the step's \"with\"");
        }
        Path workspace = Paths.real(place.workspace());
        Map<Path, String> before = listing(workspace);
        List<Mount> mounts = new ArrayList<>(more);
        mounts.add(new Mount.Bind(workspace.toString(), Place.WORKSPACE, true));
        for (String path : place.readable()) {
            Path real = Path.of(path);
            if (!real.startsWith(workspace) && Files.exists(real)) {
                mounts.add(new Mount.Bind(path, path, false));
            }
        }
        Map<String, String> env = new LinkedHashMap<>();
        env.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        env.put("HOME", Place.WORKSPACE);
        env.put("TMPDIR", "/tmp");
        env.put("LANG", "C.UTF-8");
        env.putAll(moreEnv);
        Optional<byte[]> stdin = arguments.optionalText("stdin").map(text -> text.getBytes(StandardCharsets.UTF_8));
        Finished finished = calls.run(new Job(
                name, argv, env, Place.WORKSPACE, mounts, stdin, Limits.DEFAULT.withTime(Duration.ofSeconds(seconds))));
        return ToolResult.of(result(finished, seconds, before, listing(workspace), workspace));
    }

    private static Map<String, Object> result(
            Finished finished, long seconds, Map<Path, String> before, Map<Path, String> after, Path workspace) {
        List<Map<String, Object>> files = new ArrayList<>();
        after.forEach((path, state) -> {
            if (!state.equals(before.get(path)) && files.size() < MAX_LISTED) {
                files.add(Event.fields(
                        "path",
                        Place.WORKSPACE + "/" + workspace.relativize(path),
                        "bytes",
                        Long.parseLong(state.substring(0, state.indexOf(' '))),
                        "new",
                        !before.containsKey(path)));
            }
        });
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", finished.code().map(code -> code == 0).orElse(false));
        finished.code().ifPresent(code -> result.put("exit_code", (long) code));
        result.put("ended", words(finished, seconds));
        result.put("stdout", text(finished.stdout()));
        result.put("stderr", text(finished.stderr()));
        result.put("stdout_cut", finished.stdout().cut());
        result.put("stderr_cut", finished.stderr().cut());
        result.put("files", files);
        result.put("millis", finished.millis());
        result.put("report", report(finished, words(finished, seconds), files));
        if (!finished.notEnforced().isEmpty()) {
            result.put("limits_not_enforced", finished.notEnforced());
        }
        return result;
    }

    /** What a person would want to see of it: what it printed, how it ended unless well, what it left. */
    private static String report(Finished finished, String ended, List<Map<String, Object>> files) {
        StringBuilder report = new StringBuilder(text(finished.stdout()));
        if (finished.stdout().cut()) {
            paragraph(report).append("(there was more output than is kept)\n");
        }
        if (!ended.equals("done")) {
            paragraph(report).append("It did not end well: ").append(ended).append('\n');
        }
        if (finished.stderr().bytes().length > 0) {
            paragraph(report).append("On standard error:\n").append(text(finished.stderr()));
        }
        if (!files.isEmpty()) {
            paragraph(report).append("In its workspace:\n");
            files.forEach(file -> report.append("  ")
                    .append(file.get("path"))
                    .append("  ")
                    .append(file.get("bytes"))
                    .append(" bytes\n"));
        }
        return report.isEmpty() ? "It ended well and printed nothing.\n" : report.toString();
    }

    /** Leaves an empty line before what comes next, except at the beginning. */
    private static StringBuilder paragraph(StringBuilder text) {
        if (!text.isEmpty()) {
            text.append(text.charAt(text.length() - 1) == '\n' ? "\n" : "\n\n");
        }
        return text;
    }

    private static String words(Finished finished, long seconds) {
        return switch (finished.reason()) {
            case "time" -> "ended after " + seconds + " s, which is its limit";
            case "oom" ->
                "ended: it needed more than " + Limits.DEFAULT.memoryBytes() / (1024 * 1024) + " MiB of memory";
            default ->
                finished.code()
                        .map(code -> code == 0 ? "done" : "exit code " + code)
                        .orElse("ended by signal " + finished.signal().orElse(0));
        };
    }

    private static String text(SandboxedCalls.Output output) {
        // What is no UTF-8 shows as replacement characters, and NUL, which no JSON text should hold, likewise.
        return new String(output.bytes(), StandardCharsets.UTF_8).replace('\0', '\uFFFD');
    }

    /** Size and time of every file, to see what a call left. */
    private static Map<Path, String> listing(Path workspace) throws ToolException {
        Map<Path, String> files = new LinkedHashMap<>();
        try {
            for (ConfinedFiles.Entry entry : ConfinedFiles.walk(workspace, MAX_FILES)) {
                files.put(
                        entry.path(),
                        entry.bytes() + " "
                                + Files.getLastModifiedTime(entry.path(), java.nio.file.LinkOption.NOFOLLOW_LINKS)
                                        .toMillis());
            }
            return files;
        } catch (IOException e) {
            throw FsReadTool.unreadable(workspace, e);
        }
    }
}

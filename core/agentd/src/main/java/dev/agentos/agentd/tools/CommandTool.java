package dev.agentos.agentd.tools;

import dev.agentos.agentd.catalog.EntryFolder;
import dev.agentos.agentd.tools.SandboxedCalls.Finished;
import dev.agentos.agentd.tools.SandboxedCalls.Job;
import dev.agentos.agentd.tools.SandboxedCalls.Limits;
import dev.agentos.domain.catalog.CommandEntry;
import dev.agentos.domain.catalog.CommandEntry.Workspace;
import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.domain.catalog.EntryManifest.TrustedKey;
import dev.agentos.domain.catalog.EntryManifest.Verdict;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolPin;
import dev.agentos.domain.port.Sandbox.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A signed command as a tool: arguments as JSON on its standard input, one JSON object from its standard output. Its
 * folder is read and checked for each call, and what was checked is what runs.
 */
final class CommandTool implements Tool.Pure {

    private static final int MAX_OUTPUT = 256 * 1024;

    private final Means means;
    private final Path folder;
    private final CommandEntry entry;

    /**
     * What all commands work with.
     *
     * @param scratch where the files of a call lie while it runs
     * @param keys whose signatures count now
     * @param approved the digest that a person approved under a name
     */
    record Means(
            Path scratch,
            SandboxedCalls calls,
            Supplier<Map<String, TrustedKey>> keys,
            Function<String, Optional<String>> approved) {}

    /** @param entry what the folder said when the tool was taken up; a folder that says something else is another tool */
    CommandTool(Means means, Path folder, CommandEntry entry) {
        this.means = means;
        this.folder = folder;
        this.entry = entry;
    }

    /** A folder with its checked signature. */
    record Checked(EntryFolder files, CommandEntry entry, String signer) {
        ToolPin pin() {
            return ToolPin.of(entry.descriptor(), entry.argv(), files.digestsWithout(EntryManifest.FILE));
        }
    }

    /** Reads what a folder describes, whoever signed it. */
    static CommandEntry described(EntryFolder files) throws ToolException {
        String text = files.text(CommandEntry.FILE)
                .orElseThrow(() -> new ToolException(
                        "tool.manifest", "it has no " + CommandEntry.FILE, "add one and sign the folder again"));
        return switch (CommandEntry.parse(text, CommandEntry.FILE)) {
            case CommandEntry.Outcome.Entry read -> read.entry();
            case CommandEntry.Outcome.Invalid invalid ->
                throw new ToolException(
                        "tool.manifest", invalid.problems().getFirst(), "correct it and sign the folder again");
        };
    }

    /** Checks that somebody trusted signed exactly these files as this tool. */
    static Checked checked(EntryFolder files, Map<String, TrustedKey> keys) throws ToolException {
        return switch (files.verify(keys)) {
            case Verdict.Refused no ->
                throw new ToolException(no.code().replace("catalog.", "tool."), no.reason(), no.next());
            case Verdict.Trusted trusted -> {
                CommandEntry entry = described(files);
                boolean same = files.text(EntryManifest.FILE)
                        .flatMap(EntryManifest::parse)
                        .filter(manifest ->
                                manifest.name().equals(entry.descriptor().name())
                                        && manifest.version().equals(entry.version()))
                        .isPresent();
                if (!same) {
                    throw new ToolException(
                            "tool.misplaced",
                            "it is signed under another name or version than its " + CommandEntry.FILE + " says",
                            "sign the folder again");
                }
                yield new Checked(files, entry, trusted.signer());
            }
        };
    }

    private Checked now() throws ToolException {
        try {
            Checked found = checked(EntryFolder.read(folder), means.keys().get());
            if (!found.entry().descriptor().name().equals(entry.descriptor().name())) {
                throw new ToolException(
                        "tool.misplaced",
                        "the folder of " + entry.descriptor().name() + " holds "
                                + found.entry().descriptor().name(),
                        "add the tool again");
            }
            return found;
        } catch (IOException e) {
            throw new ToolException(
                    "tool.unreadable",
                    "the files of " + entry.descriptor().name() + " cannot be read: " + Paths.reason(e),
                    "add the tool again");
        }
    }

    String signer() throws ToolException {
        return now().signer();
    }

    @Override
    public ToolDescriptor descriptor() {
        return entry.descriptor();
    }

    @Override
    public ToolPin pin() throws ToolException {
        return now().pin();
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) {
        return List.of();
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        String name = entry.descriptor().name();
        Checked found = now();
        // The decision rested on the descriptor that is in memory, and the approval on the digest: both must fit what
        // is about to run, which is this very reading of the folder.
        if (!found.entry().equals(entry)
                || !means.approved().apply(name).equals(Optional.of(found.pin().digest()))) {
            throw new ToolException(
                    "tool.changed",
                    "the tool " + name + " is not what was approved",
                    "see what changed, then approve it again: agentctl tool approve " + name);
        }
        try {
            Path copy = Files.createTempDirectory(Files.createDirectories(means.scratch()), "tool-");
            try {
                found.files().write(copy);
                open(copy);
                return result(means.calls().run(job(name, copy, arguments, place)));
            } finally {
                EntryFolder.delete(copy);
            }
        } catch (IOException e) {
            throw new ToolException(
                    "call.folder", name + ": " + Paths.reason(e), "check the disk of the run directory");
        }
    }

    private Job job(String name, Path copy, Arguments arguments, Place place) throws ToolException {
        List<Mount> mounts = new ArrayList<>(List.of(new Mount.Bind(copy.toString(), CommandEntry.INSIDE, false)));
        if (entry.workspace() != Workspace.NONE) {
            mounts.add(new Mount.Bind(
                    Paths.real(place.workspace()).toString(), Place.WORKSPACE, entry.workspace() == Workspace.WRITE));
        }
        Map<String, String> env = new LinkedHashMap<>();
        env.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        env.put("HOME", "/tmp");
        env.put("TMPDIR", "/tmp");
        env.put("LANG", "C.UTF-8");
        return new Job(
                name,
                entry.argv(),
                env,
                entry.workspace() == Workspace.NONE ? CommandEntry.INSIDE : Place.WORKSPACE,
                mounts,
                Optional.of((CanonicalJson.write(arguments.values()) + "\n").getBytes(StandardCharsets.UTF_8)),
                Limits.DEFAULT
                        .withTime(Duration.ofSeconds(entry.timeoutSeconds()))
                        .withOutput(MAX_OUTPUT));
    }

    /** The sandbox runs as another user, who must read the files and may start those that are programs. */
    private static void open(Path copy) throws IOException {
        try (Stream<Path> paths = Files.walk(copy)) {
            for (Path path : paths.toList()) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private ToolResult result(Finished finished) throws ToolException {
        String name = entry.descriptor().name();
        if (finished.code().orElse(-1) != 0) {
            // What it wrote to its standard error is somebody's text without a label, so it is not passed on.
            throw new ToolException(
                    "tool.failed",
                    name
                            + switch (finished.reason()) {
                                case "time" -> " was ended after " + entry.timeoutSeconds() + " s, which is its limit";
                                case "oom" -> " needed more memory than it may have";
                                default ->
                                    finished.code()
                                            .map(code -> " ended with exit code " + code)
                                            .orElse(" was ended by signal "
                                                    + finished.signal().orElse(0));
                            },
                    "try its command by hand, with the arguments as JSON on its standard input");
        }
        if (finished.stdout().cut()) {
            throw new ToolException(
                    "tool.output", name + " gave more than " + MAX_OUTPUT / 1024 + " KiB", "ask it for less");
        }
        try {
            if (Json.parse(new String(finished.stdout().bytes(), StandardCharsets.UTF_8)) instanceof Map<?, ?> map) {
                Map<String, Object> output = new LinkedHashMap<>();
                map.forEach((key, value) -> {
                    if (value != null) {
                        output.put(String.valueOf(key), value);
                    }
                });
                return ToolResult.of(output);
            }
        } catch (JsonFormatException e) {
            throw new ToolException(
                    "tool.output", name + " gave no JSON: " + e.getMessage(), "correct the command, and sign it again");
        }
        throw new ToolException(
                "tool.output", name + " gave JSON that is no object", "correct the command, and sign it again");
    }
}

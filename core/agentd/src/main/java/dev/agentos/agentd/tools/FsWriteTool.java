package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ResultLabels;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.Idempotency;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code fs.write}: writes one text file, whole. {@code path}, {@code content}, optional {@code reason} in the agent's
 * own words. What was there before is kept, so that it can be undone.
 */
public final class FsWriteTool implements Tool.Effectful {

    static final int MAX_BYTES = 2 * 1024 * 1024;
    private static final long MAX_PREVIOUS_BYTES = 64L * 1024 * 1024;
    private static final String ABSENT = "absent";

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "fs.write", Effect.CHANGES, "Writes a text file; the content before it is kept for undo.")
            .input(InputSchema.object()
                    .required("path", "string", "The file.")
                    .required("content", "string", "The whole text that it is to hold.")
                    .optional("reason", "string", "Why, in the agent's own words; shown to people as such."))
            .reversible()
            .idempotency(Idempotency.REPEATABLE)
            .writes(ResultLabels.TRUSTED)
            .paths(new PathArgument("path", Access.WRITE))
            .destinations("path")
            .build();

    private final Path undoDirectory;

    /** @param undoDirectory where contents and pre-images are kept, one file each, named by digest */
    FsWriteTool(Path undoDirectory) throws IOException {
        this.undoDirectory = Files.createDirectories(
                undoDirectory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        return List.of(new Target(Paths.real(place.host(arguments.text("path"))).toString(), Access.WRITE));
    }

    @Override
    public Intent plan(Arguments arguments, Place place, String key) throws ToolException {
        Path path = Paths.real(place.host(arguments.text("path")));
        String content = arguments.text("content");
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_BYTES) {
            throw new ToolException(
                    "argument.size", "the content is larger than " + MAX_BYTES + " bytes", "write several files");
        }
        Optional<byte[]> before;
        try {
            before = ConfinedFiles.readIfPresent(path, MAX_PREVIOUS_BYTES);
            if (before.isPresent()) {
                keep(before.get());
            }
            keep(bytes);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
        String digest = Digests.sha256Hex(bytes);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("path", path.toString());
        facts.put("bytes", (long) bytes.length);
        facts.put("sha256", digest);
        facts.put("change", before.isEmpty() ? "new file" : "replaces a file of " + before.get().length + " bytes");
        facts.put("undo", "kept");
        Map<String, Object> record = Event.fields(
                "path",
                path.toString(),
                "sha256",
                digest,
                "bytes",
                (long) bytes.length,
                "before_sha256",
                before.map(Digests::sha256Hex).orElse(ABSENT));
        return new Intent(DESCRIPTOR.name(), key, path.toString(), facts, content, record, bytes);
    }

    @Override
    public ToolResult apply(Intent intent) throws ToolException {
        Path path = Path.of(intent.target());
        try {
            byte[] bytes =
                    intent.payload().length > 0 || isEmptyFile(intent) ? intent.payload() : kept(intent, "sha256");
            ConfinedFiles.replace(path, bytes, temporaryName(intent.key()));
        } catch (IOException e) {
            throw unwritable(path, e);
        }
        return ToolResult.of(Event.fields(
                "path", path.toString(),
                "bytes", intent.record().getOrDefault("bytes", 0L),
                "sha256", intent.record().getOrDefault("sha256", ""),
                "was_new", ABSENT.equals(intent.record().get("before_sha256"))));
    }

    @Override
    public Reconciled reconcile(Intent intent) throws ToolException {
        String now = digestNow(intent);
        if (now.equals(intent.record().get("sha256"))) {
            return Reconciled.DONE;
        }
        return now.equals(intent.record().get("before_sha256")) ? Reconciled.NOT_DONE : Reconciled.UNKNOWN;
    }

    @Override
    public void undo(Intent intent, boolean force) throws ToolException {
        Path path = Path.of(intent.target());
        String now = digestNow(intent);
        if (now.equals(intent.record().get("before_sha256"))) {
            // A crash came between the undo and its outcome: what was wanted is already so.
            return;
        }
        if (!now.equals(intent.record().get("sha256")) && !force) {
            throw new ToolException(
                    "undo.changed-since",
                    path + " was changed after the agent wrote it; undo would lose that change",
                    "look at it, then repeat with --force if it should go");
        }
        try {
            if (ABSENT.equals(intent.record().get("before_sha256"))) {
                ConfinedFiles.delete(path);
            } else {
                ConfinedFiles.replace(path, kept(intent, "before_sha256"), temporaryName(intent.key()));
            }
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /** The contents before and after, for a diff. Empty before means that there was no file. */
    public record BeforeAfter(Optional<byte[]> before, byte[] after, String digestNow) {}

    BeforeAfter contents(Intent intent) throws ToolException {
        try {
            Optional<byte[]> before = ABSENT.equals(intent.record().get("before_sha256"))
                    ? Optional.empty()
                    : Optional.of(kept(intent, "before_sha256"));
            return new BeforeAfter(before, kept(intent, "sha256"), digestNow(intent));
        } catch (IOException e) {
            throw new ToolException(
                    "undo.lost", "the kept contents cannot be read: " + Paths.reason(e), "see the audit");
        }
    }

    private static boolean isEmptyFile(Intent intent) {
        return Long.valueOf(0).equals(intent.record().get("bytes"));
    }

    private String digestNow(Intent intent) throws ToolException {
        Path path = Path.of(intent.target());
        try {
            return ConfinedFiles.readIfPresent(path, MAX_PREVIOUS_BYTES)
                    .map(Digests::sha256Hex)
                    .orElse(ABSENT);
        } catch (IOException e) {
            throw FsReadTool.unreadable(path, e);
        }
    }

    private void keep(byte[] content) throws IOException {
        Path file = undoDirectory.resolve(Digests.sha256Hex(content));
        if (!Files.exists(file)) {
            ConfinedFiles.replace(Paths.real(file), content, file.getFileName() + ".new");
        }
    }

    private byte[] kept(Intent intent, String field) throws IOException {
        String digest = String.valueOf(intent.record().get(field));
        byte[] content = Files.readAllBytes(undoDirectory.resolve(digest));
        if (!Digests.sha256Hex(content).equals(digest)) {
            throw new IOException("the kept content " + digest + " is damaged");
        }
        return content;
    }

    private static String temporaryName(String key) {
        return ".agentos-" + Digests.sha256Hex(key).substring(0, 16) + ".tmp";
    }

    private static ToolException unwritable(Path path, IOException e) {
        return new ToolException(
                "path.unwritable",
                path + " cannot be written: " + Paths.reason(e),
                "check that its folder exists, that the user of agentd may write there, and that the disk has room");
    }
}

package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code fs.read}: the texts of files and folders. {@code paths}, optional {@code glob} below a folder. */
final class FsReadTool implements Tool.Pure {

    /** Larger files are skipped, and the result says so. */
    static final long MAX_FILE_BYTES = 512 * 1024;

    /** More text than this is not given to a step; further files are skipped, and the result says so. */
    static final long MAX_TOTAL_BYTES = 1536 * 1024;

    static final int MAX_FILES = 500;

    private static final String DEFAULT_GLOB = "**.{md,markdown,txt,text,rst,adoc,org,csv,log}";

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "fs.read", Effect.READS, "Reads text files, or every text file below a folder.")
            .input(InputSchema.object()
                    .optional("paths", InputSchema.texts(), "Files or folders to read.")
                    .optional("path", "string", "One file or folder, instead of paths.")
                    .optional("glob", "string", "Which files below a folder; text files by default."))
            .paths(new PathArgument("paths", Access.READ), new PathArgument("path", Access.READ))
            .build();

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        List<Target> targets = new ArrayList<>();
        for (String path : paths(arguments)) {
            targets.add(new Target(Paths.real(place.host(path)).toString(), Access.READ));
        }
        return targets;
    }

    private static List<String> paths(Arguments arguments) throws ToolException {
        return arguments.texts(arguments.has("paths") ? "paths" : "path");
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        PathMatcher glob = glob(arguments.optionalText("glob").orElse(DEFAULT_GLOB));
        List<Map<String, Object>> documents = new ArrayList<>();
        List<Map<String, Object>> skipped = new ArrayList<>();
        long total = 0;
        for (Target target : decided) {
            Path root = Path.of(target.path());
            List<ConfinedFiles.Entry> entries = entries(root);
            for (ConfinedFiles.Entry entry : entries) {
                boolean itself = entry.path().equals(root);
                Path relative = itself ? Path.of(String.valueOf(root.getFileName())) : root.relativize(entry.path());
                if (!itself && !glob.matches(relative)) {
                    continue;
                }
                if (entry.bytes() > MAX_FILE_BYTES) {
                    skipped.add(skip(relative, "larger than " + MAX_FILE_BYTES / 1024 + " KiB"));
                } else if (total + entry.bytes() > MAX_TOTAL_BYTES) {
                    skipped.add(skip(relative, "more than " + MAX_TOTAL_BYTES / 1024 + " KiB of text in all"));
                } else {
                    total += entry.bytes();
                    read(entry.path(), relative, documents, skipped);
                }
            }
            if (entries.size() == MAX_FILES) {
                skipped.add(skip(Path.of("…"), "more than " + MAX_FILES + " files; the rest was not looked at"));
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("documents", documents);
        result.put("skipped", skipped);
        result.put("bytes", total);
        return ToolResult.of(result);
    }

    private static List<ConfinedFiles.Entry> entries(Path root) throws ToolException {
        try {
            return ConfinedFiles.walk(root, MAX_FILES);
        } catch (IOException e) {
            throw unreadable(root, e);
        }
    }

    private static void read(
            Path file, Path relative, List<Map<String, Object>> documents, List<Map<String, Object>> skipped) {
        try {
            byte[] bytes = ConfinedFiles.read(file, MAX_FILE_BYTES);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                skipped.add(skip(relative, "not a text file"));
                return;
            }
            documents.add(Event.fields(
                    "name",
                    relative.toString(),
                    "text",
                    text,
                    "bytes",
                    (long) bytes.length,
                    "sha256",
                    Digests.sha256Hex(bytes)));
        } catch (CharacterCodingException e) {
            skipped.add(skip(relative, "not UTF-8 text"));
        } catch (IOException e) {
            skipped.add(skip(relative, "cannot be read: " + Paths.reason(e)));
        }
    }

    private static Map<String, Object> skip(Path file, String reason) {
        return Event.fields("name", file.toString(), "reason", reason);
    }

    static PathMatcher glob(String pattern) throws ToolException {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        } catch (IllegalArgumentException e) {
            throw new ToolException("argument.glob", "\"" + pattern + "\" is no glob: " + e.getMessage(), "correct it");
        }
    }

    static ToolException unreadable(Path path, IOException e) {
        return new ToolException(
                "path.unreadable",
                path + " cannot be read: " + Paths.reason(e),
                "check that it exists and that the user of agentd may read it");
    }
}

package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ResultLabels;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.Idempotency;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code fs.move}: moves files within one folder, all of them or, when something is in the way, none. It never replaces
 * a file. The list of moves is asked about as one, and undone as one.
 */
final class FsMoveTool implements Tool.Effectful {

    private static final int MAX_MOVES = 2_000;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "fs.move", Effect.CHANGES, "Moves files within a folder; the moves can be taken back together.")
            .input(InputSchema.object()
                    .required("folder", "string", "The folder that everything stays in.")
                    .required(
                            "moves",
                            Map.of(
                                    "type",
                                    "array",
                                    "maxItems",
                                    (long) MAX_MOVES,
                                    "items",
                                    Map.of(
                                            "type",
                                            "object",
                                            "properties",
                                            Map.of("from", Map.of("type", "string"), "to", Map.of("type", "string")),
                                            "required",
                                            List.of("from", "to"),
                                            "additionalProperties",
                                            false)),
                            "Names below the folder, from and to.")
                    .optional("reason", "string", "Why, in the agent's own words; shown to people as such."))
            .reversible()
            .idempotency(Idempotency.REPEATABLE)
            .writes(ResultLabels.TRUSTED)
            .paths(new PathArgument("folder", Access.WRITE))
            .destinations("folder")
            .build();

    private enum Standing {
        MOVED,
        NOT_MOVED,
        UNKNOWN
    }

    /** One move of an intent: the file is known again by its identity, wherever it lies. */
    private record Step(Path from, Path to, String identity) {}

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        return List.of(
                new Target(Paths.real(place.host(arguments.text("folder"))).toString(), Access.WRITE));
    }

    @Override
    public Intent plan(Arguments arguments, Place place, String key) throws ToolException {
        Path folder = Paths.real(place.host(arguments.text("folder")));
        List<Map<String, Object>> moves = new ArrayList<>();
        StringBuilder content = new StringBuilder();
        Set<Path> ends = new HashSet<>();
        Set<Path> made = new HashSet<>();
        for (Object item : arguments.list("moves")) {
            if (!(item instanceof Map<?, ?> map)
                    || !(map.get("from") instanceof String from)
                    || !(map.get("to") instanceof String to)) {
                throw new ToolException(
                        "argument.type", "each of \"moves\" has a from and a to", "bind it to an fs.sort step");
            }
            Path source = below(folder, from);
            Path end = below(folder, to);
            if (!ends.add(end)) {
                throw new ToolException("move.twice", "two files would become " + to, "give each a name of its own");
            }
            moves.add(Event.fields("from", from, "to", to, "identity", identity(source)));
            for (Path above = end.getParent(); above != null && above.startsWith(folder); above = above.getParent()) {
                if (!Files.exists(above, LinkOption.NOFOLLOW_LINKS)) {
                    made.add(above);
                }
            }
            content.append(from).append("  →  ").append(to).append('\n');
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("folder", folder.toString());
        facts.put("files", (long) moves.size());
        facts.put("new folders", (long) made.size());
        facts.put("change", "moves files, replaces none");
        facts.put("undo", "kept");
        Map<String, Object> record = Event.fields(
                "path",
                folder.toString(),
                "moves",
                moves,
                "made",
                made.stream()
                        .map(path -> folder.relativize(path).toString())
                        .sorted()
                        .toList());
        return new Intent(DESCRIPTOR.name(), key, folder.toString(), facts, content.toString(), record, new byte[0]);
    }

    private static Path below(Path folder, String name) throws ToolException {
        if (name.isEmpty() || name.indexOf('\0') >= 0 || Path.of(name).isAbsolute()) {
            throw outside(folder, name);
        }
        Path path = folder.resolve(name).normalize();
        if (!path.startsWith(folder) || path.equals(folder) || !Paths.real(path).equals(path)) {
            throw outside(folder, name);
        }
        return path;
    }

    private static ToolException outside(Path folder, String name) {
        return new ToolException(
                "move.outside",
                "\"" + name + "\" is no file below " + folder,
                "use names below the folder, without .. and without links");
    }

    @Override
    public ToolResult apply(Intent intent) throws ToolException {
        List<Step> steps = steps(intent);
        Map<Step, Standing> standing = new LinkedHashMap<>();
        for (Step step : steps) {
            Standing now = standing(step);
            standing.put(step, now);
            if (now == Standing.UNKNOWN) {
                throw new ToolException(
                        "move.in-the-way",
                        Files.exists(step.to(), LinkOption.NOFOLLOW_LINKS)
                                ? step.to() + " exists already; nothing was moved"
                                : step.from() + " is not the file that was planned any more; nothing was moved",
                        "look at the folder, then run it again");
            }
        }
        List<Step> done = new ArrayList<>();
        try {
            for (Step step : steps) {
                if (standing.get(step) == Standing.NOT_MOVED) {
                    makeParents(Path.of(intent.target()), step.to());
                    move(step.from(), step.to());
                    done.add(step);
                }
            }
        } catch (IOException e) {
            back(done);
            removeMade(intent);
            throw new ToolException(
                    "move.failed",
                    "a move failed (" + Paths.reason(e) + "), and those before it were taken back",
                    "check the folder's permissions, then run it again");
        }
        return ToolResult.of(Event.fields("path", intent.target(), "moved", (long) steps.size()));
    }

    private static void back(List<Step> done) {
        for (int i = done.size() - 1; i >= 0; i--) {
            try {
                move(done.get(i).to(), done.get(i).from());
            } catch (IOException e) {
                System.getLogger(FsMoveTool.class.getName())
                        .log(
                                System.Logger.Level.ERROR,
                                done.get(i).to() + " could not be moved back: " + e.getMessage());
            }
        }
    }

    @Override
    public Reconciled reconcile(Intent intent) throws ToolException {
        boolean all = true;
        for (Step step : steps(intent)) {
            switch (standing(step)) {
                case UNKNOWN -> {
                    return Reconciled.UNKNOWN;
                }
                case NOT_MOVED -> all = false;
                case MOVED -> {}
            }
        }
        return all ? Reconciled.DONE : Reconciled.NOT_DONE;
    }

    @Override
    public void undo(Intent intent, boolean force) throws ToolException {
        List<Step> steps = steps(intent);
        List<Step> toMove = new ArrayList<>();
        for (Step step : steps) {
            switch (standing(step)) {
                case MOVED -> toMove.add(step);
                case NOT_MOVED -> {}
                case UNKNOWN -> {
                    if (!force) {
                        throw new ToolException(
                                "undo.changed-since",
                                step.to() + " was moved or replaced since; nothing was moved back",
                                "look at it, then repeat with --force to move back the others");
                    }
                }
            }
        }
        List<Step> done = new ArrayList<>();
        try {
            for (int i = toMove.size() - 1; i >= 0; i--) {
                Step step = toMove.get(i);
                makeParents(Path.of(intent.target()), step.from());
                move(step.to(), step.from());
                done.add(new Step(step.to(), step.from(), step.identity()));
            }
            removeMade(intent);
        } catch (IOException e) {
            back(done);
            throw new ToolException(
                    "undo.failed", "a file could not be moved back: " + Paths.reason(e), "check the folder");
        }
    }

    // ------------------------------------------------------------------ files

    private static List<Step> steps(Intent intent) {
        Path folder = Path.of(intent.target());
        List<Step> steps = new ArrayList<>();
        if (intent.record().get("moves") instanceof List<?> moves) {
            for (Object item : moves) {
                if (item instanceof Map<?, ?> move) {
                    steps.add(new Step(
                            folder.resolve(String.valueOf(move.get("from"))),
                            folder.resolve(String.valueOf(move.get("to"))),
                            String.valueOf(move.get("identity"))));
                }
            }
        }
        return steps;
    }

    private static Standing standing(Step step) throws ToolException {
        boolean there = isFile(step.to(), step.identity());
        boolean here = isFile(step.from(), step.identity());
        if (there && !Files.exists(step.from(), LinkOption.NOFOLLOW_LINKS)) {
            return Standing.MOVED;
        }
        return here && !Files.exists(step.to(), LinkOption.NOFOLLOW_LINKS) ? Standing.NOT_MOVED : Standing.UNKNOWN;
    }

    private static boolean isFile(Path path, String identity) throws ToolException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity(path).equals(identity);
    }

    /** Device and inode, which a move within a disk keeps, and the size. */
    private static String identity(Path path) throws ToolException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                throw new ToolException("move.no-file", path + " is no regular file", "move files only");
            }
            return attributes.fileKey() + " " + attributes.size();
        } catch (NoSuchFileException e) {
            throw new ToolException("move.gone", path + " is not there", "look at the folder again");
        } catch (IOException e) {
            throw FsReadTool.unreadable(path, e);
        }
    }

    private static void makeParents(Path folder, Path file) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path above = file.getParent();
                above != null && above.startsWith(folder) && !Files.isDirectory(above, LinkOption.NOFOLLOW_LINKS);
                above = above.getParent()) {
            missing.addFirst(above);
        }
        for (Path directory : missing) {
            Files.createDirectory(directory);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        // A rename would replace what is there; everything here is decided about names that were free.
        if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        ConfinedFiles.move(from, to);
    }

    /** Folders that the moves made, where they are empty again. */
    private static void removeMade(Intent intent) {
        if (!(intent.record().get("made") instanceof List<?> made)) {
            return;
        }
        Path folder = Path.of(intent.target());
        made.stream()
                .map(name -> folder.resolve(String.valueOf(name)))
                .sorted(java.util.Comparator.comparingInt(Path::getNameCount).reversed())
                .forEach(path -> {
                    try {
                        Files.deleteIfExists(path);
                    } catch (DirectoryNotEmptyException e) {
                        System.getLogger(FsMoveTool.class.getName())
                                .log(System.Logger.Level.DEBUG, path + " holds something else by now and stays");
                    } catch (IOException e) {
                        System.getLogger(FsMoveTool.class.getName())
                                .log(System.Logger.Level.WARNING, path + " stays: " + e.getMessage());
                    }
                });
    }
}

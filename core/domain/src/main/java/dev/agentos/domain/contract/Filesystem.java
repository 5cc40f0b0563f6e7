package dev.agentos.domain.contract;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The paths that the agent may touch, beside the host's programs and its own workspace. All are absolute and normalised,
 * or start with {@code ${input.NAME}} until {@link #withInputs}.
 *
 * @param read may be read, with everything below
 * @param write may be read and written; the writes of a process are live, those of a tool can be undone
 * @param hold parts of {@code write} where a write goes to the live file and is held until a person answers
 */
public record Filesystem(List<String> read, List<String> write, List<String> hold) {
    /** No path of the host. The agent still has its own workspace. */
    public static final Filesystem NONE = new Filesystem(List.of(), List.of(), List.of());

    public Filesystem {
        read = normalised(read);
        write = normalised(write);
        hold = normalised(hold);
    }

    /** Names of the run's inputs that paths start with, in order of first use. */
    public Set<String> inputs() {
        Set<String> names = new LinkedHashSet<>();
        Stream.of(read, write, hold)
                .flatMap(List::stream)
                .forEach(path -> SandboxPaths.input(path).ifPresent(names::add));
        return Collections.unmodifiableSet(names);
    }

    /**
     * These paths with the run's inputs put in.
     *
     * @param inputs values by name; each one that is used must be an absolute path
     * @throws IllegalArgumentException with a message for the person who started the run, if an input is missing or leads to
     *     a path that no contract could name
     */
    public Filesystem withInputs(Map<String, String> inputs) {
        return new Filesystem(filled(read, inputs), filled(write, inputs), filled(hold, inputs));
    }

    private static List<String> filled(List<String> paths, Map<String, String> inputs) {
        List<String> filled = new ArrayList<>();
        for (String path : paths) {
            Optional<String> name = SandboxPaths.input(path);
            filled.add(name.isPresent() ? fill(path, name.get(), inputs) : path);
        }
        return filled;
    }

    private static String fill(String path, String name, Map<String, String> inputs) {
        String value = inputs.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the input \"" + name + "\" is missing: it fills the path " + path);
        }
        if (!value.startsWith("/")) {
            throw new IllegalArgumentException("the input \"" + name + "\" must be an absolute path, not "
                    + FieldRules.shown(value) + ": it fills the path " + path);
        }
        return value + path.substring("${input.}".length() + name.length());
    }

    private static List<String> normalised(List<String> paths) {
        paths.forEach(path -> Fault.refuse(SandboxPaths.check(path, SandboxPaths.Kind.DECLARED)));
        return paths.stream().map(SandboxPaths::normalise).distinct().toList();
    }
}

package dev.agentos.domain.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules for paths in a contract. A path is absolute, or starts with {@code workspace} (the agent's own {@code
 * /workspace}), or starts with {@code ${input.NAME}} (filled in when the run starts). Any other relative path is refused,
 * because a reader could not tell what it is relative to.
 */
final class SandboxPaths {
    static final String WORKSPACE = "/workspace";

    private static final int MAX_LENGTH = 4096;
    private static final Pattern INPUT = Pattern.compile("^\\$\\{input\\.([A-Za-z][A-Za-z0-9_-]{0,63})\\}(?=/|$)");

    /** Trees that the sandbox makes itself, where a path from the host would be a way out. */
    private static final List<String> OWN_TREES = List.of("/proc", "/sys", "/dev", "/run");

    /** What a path is for. */
    enum Kind {
        DECLARED,
        WORKDIR;

        String noun() {
            return name().toLowerCase(Locale.ROOT) + " path";
        }
    }

    private SandboxPaths() {}

    static Optional<Fault> check(String path, Kind kind) {
        String shown = FieldRules.shown(path);
        if (path.isEmpty()) {
            return bad("a path is empty", "write an absolute path");
        }
        if (path.codePointCount(0, path.length()) > MAX_LENGTH) {
            return bad("a path is longer than " + MAX_LENGTH + " characters", "shorten it");
        }
        if (FieldRules.hasControl(path)) {
            return bad("a path holds a control character: " + shown, "remove it");
        }
        if (path.startsWith("~")) {
            return bad(shown + " depends on who starts the service", "write the absolute path");
        }
        boolean fromInput = INPUT.matcher(path).find();
        if (fromInput && kind == Kind.WORKDIR) {
            return bad("a " + kind.noun() + " cannot come from an input", "write an absolute path");
        }
        String rest = INPUT.matcher(path).replaceFirst("");
        if (rest.contains("${")) {
            return bad(
                    shown + " holds a reference that is not its whole beginning",
                    "a path may start with ${input.NAME}, as in \"${input.folder}/notes\"");
        }
        if (!fromInput && !path.startsWith("/") && !inWorkspace(path)) {
            return bad(
                    shown + " is relative",
                    "write an absolute path, or \"workspace/" + FieldRules.cut(path)
                            + "\" for the agent's own workspace");
        }
        if (List.of(path.split("/", -1)).contains("..")) {
            return bad(shown + " climbs with \"..\"", "write where it leads");
        }
        String plain = normalise(path);
        if (plain.equals("/")) {
            return bad("\"/\" is the whole machine", "name the folders that the agent needs");
        }
        for (String tree : OWN_TREES) {
            if (isUnder(plain, tree)) {
                return bad(
                        shown + " is in " + tree + ", which the sandbox makes itself",
                        "remove it; the agent finds its own " + tree);
            }
        }
        return Optional.empty();
    }

    /** The one spelling of a valid path: absolute, or starting with a reference; no {@code .}, no empty component. */
    static String normalise(String path) {
        String absolute = inWorkspace(path) ? "/" + path : path;
        List<String> kept = new ArrayList<>();
        for (String component : absolute.split("/", -1)) {
            if (!component.isEmpty() && !component.equals(".")) {
                kept.add(component);
            }
        }
        return (absolute.startsWith("/") ? "/" : "") + String.join("/", kept);
    }

    /** Whether a normalised path is the folder or inside it. */
    static boolean isUnder(String path, String folder) {
        return path.equals(folder) || path.startsWith(folder + "/");
    }

    /** The name of the input that the path starts with. */
    static Optional<String> input(String path) {
        Matcher matcher = INPUT.matcher(path);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static boolean inWorkspace(String path) {
        return path.equals("workspace") || path.startsWith("workspace/");
    }

    private static Optional<Fault> bad(String message, String next) {
        return Fault.of("bad-path", message, next);
    }
}

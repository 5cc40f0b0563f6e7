package dev.agentos.domain.explain;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Derives why an operation of a process agent is allowed or refused. The kernel says no without a reason; here it is worked
 * out from the contract and from what the receipt proved. Connections are decided by the egress policy itself.
 */
public final class Explainer {

    private static final List<String> PATH_OPERATIONS = List.of(
            "read", "list", "stat", "write", "create", "delete", "exec", "link", "symlink", "mkdir", "rename", "chmod",
            "open");

    private Explainer() {}

    /** Whether an operation is a connection, which has a decision of its own. */
    public static boolean isConnection(String operation) {
        return List.of("connect", "net", "send", "fetch", "resolve", "dns").contains(operation);
    }

    /**
     * Explains one operation.
     *
     * @param operation {@code read}, {@code write}, {@code exec} …, {@code syscall} with a name as target, {@code socket}
     *     with a kind, a resource such as {@code memory}, or the name of a system call
     */
    public static Explanation explain(SandboxFacts facts, String operation, String target) {
        String word = operation.toLowerCase(Locale.ROOT);
        String[] words = target.strip().split("\\s+", 2);
        Optional<Explanation> resource = Resources.explain(facts, word);
        if (resource.isPresent()) {
            return resource.get();
        }
        return switch (word) {
            case "syscall" ->
                words[0].isEmpty()
                        ? Explanation.unknown("no system call is named", "name one: syscall mount")
                        : Syscalls.explain(facts, words[0], words.length > 1 ? words[1] : "");
            case "socket" -> Sockets.explain(facts, target.strip());
            case "signal" -> Syscalls.explain(facts, "kill", "");
            case "setuid" -> Privileges.program(facts, target.strip());
            case "identity", "setgid", "setgroups", "capset" -> Privileges.identity(facts);
            case "descriptor", "inherit" ->
                Resources.explain(facts, "inherited-descriptors").orElseThrow();
            case "limit" ->
                Resources.explain(facts, words[0].toLowerCase(Locale.ROOT))
                        .orElseGet(() -> Explanation.unknown(
                                "no limit is called " + words[0],
                                "use memory, pids, cpu, open-files, disk, inodes, tmp or tmp-inodes"));
            default ->
                PATH_OPERATIONS.contains(word) && !target.isBlank()
                        ? Paths.explain(facts, word.equals("open") ? "read" : word, target.strip())
                        : Syscalls.isKnown(word) || word.equals("socket")
                                ? Syscalls.explain(facts, word, target.strip())
                                : Explanation.unknown(
                                        "\"" + operation + "\" is no operation that can be explained",
                                        "use read, write, exec or connect with a target, syscall NAME ("
                                                + String.join(", ", Syscalls.examples())
                                                + " …), socket KIND, setuid PROGRAM, identity or limit NAME");
        };
    }

    /** A connection to something that is no host: a Unix socket, or a datagram. Empty where it is a host. */
    public static Optional<Explanation> connectElsewhere(SandboxFacts facts, String target) {
        String lower = target.toLowerCase(Locale.ROOT);
        if (target.startsWith("@") || target.startsWith("\0")) {
            return Optional.of(Sockets.abstractName(facts));
        }
        if (target.startsWith("/") || lower.startsWith("unix:")) {
            String path = lower.startsWith("unix:") ? target.substring(5) : target;
            // Before the agent's own folders: the service may live below a name that the sandbox has too, such as /tmp.
            Explanation file = Paths.service(facts, path).orElseGet(() -> Paths.explain(facts, "read", path));
            return Optional.of(new Explanation(
                    file.answer(),
                    "a Unix socket is reached by its path: " + file.why(),
                    file.mechanism(),
                    file.contractPath(),
                    file.next()));
        }
        if (lower.startsWith("udp:") || lower.startsWith("quic:") || lower.startsWith("udp ")) {
            return Optional.of(Sockets.udp(facts));
        }
        return Optional.empty();
    }
}

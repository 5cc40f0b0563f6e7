package dev.agentos.agentd.agents;

import dev.agentos.bridge.wire.AgentWire.Explanation;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.Filesystem;
import dev.agentos.domain.policy.Policy;
import dev.agentos.domain.port.Sandbox.Mount;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Derives from contract and receipt what the kernel does to an operation of a process agent. */
final class ProcessExplanation {

    private static final Set<String> PRIVILEGED =
            Set.of("mount", "umount", "ptrace", "unshare", "setns", "bpf", "io_uring", "keyctl", "chroot", "reboot");

    private ProcessExplanation() {}

    static Explanation of(AgentRecord agent, ContractDocument document, String operation, String target) {
        return switch (operation) {
            case "read", "list", "stat", "write", "create", "delete", "exec" ->
                path(agent, document, operation, target);
            case "connect", "net", "send" ->
                refused(
                        agent,
                        operation,
                        target,
                        "the sandbox has a network namespace of its own with only loopback in it"
                                + how(agent, "namespace.net"),
                        document.lineOf("egress.domains").toString(),
                        "declared domains are reached through a proxy, which this version does not have");
            default ->
                PRIVILEGED.contains(operation)
                        ? refused(
                                agent,
                                operation,
                                target,
                                "no sandboxed process may make this system call" + how(agent, "seccomp"),
                                document.lineOf("runtime").toString(),
                                "no contract can allow it")
                        : new Explanation(
                                agent.id(),
                                operation,
                                target,
                                "unknown",
                                "only read, write, create, delete, exec, connect and the names of refused system calls"
                                        + " are explained",
                                "",
                                "see agentctl show " + agent.id() + " for the enforcement receipt");
        };
    }

    private static Explanation path(AgentRecord agent, ContractDocument document, String operation, String target) {
        boolean write = Set.of("write", "create", "delete").contains(operation);
        Filesystem filesystem = ContractRules.filesystem(document.contract(), agent.input());
        String path = target.startsWith("/") ? target : "/workspace/" + target;
        if (isUnder(path, filesystem.write())) {
            return allowed(
                    agent,
                    operation,
                    target,
                    "it is in a declared folder",
                    document.lineOf("filesystem.write").toString());
        }
        if (Policy.isBelow(path, "/workspace") || Policy.isBelow(path, "/tmp")) {
            return allowed(
                    agent,
                    operation,
                    target,
                    "it is in the agent's own " + (path.startsWith("/tmp") ? "/tmp" : "workspace"),
                    document.lineOf("filesystem").toString());
        }
        if (isUnder(path, filesystem.read())) {
            return write
                    ? refused(
                            agent,
                            operation,
                            target,
                            "it is in a folder declared for reading only" + how(agent, "landlock"),
                            document.lineOf("filesystem.read").toString(),
                            "declare it under filesystem.write")
                    : allowed(
                            agent,
                            operation,
                            target,
                            "it is in a declared folder",
                            document.lineOf("filesystem.read").toString());
        }
        Optional<String> system = SandboxPlans.system().stream()
                .map(ProcessExplanation::targetOf)
                .filter(mounted -> Policy.isBelow(path, mounted))
                .findFirst();
        if (system.isPresent()) {
            return write
                    ? refused(
                            agent,
                            operation,
                            target,
                            "everything outside the declared folders is read-only (EROFS)"
                                    + how(agent, "root.readonly"),
                            document.lineOf("filesystem.write").toString(),
                            "write below /workspace, or declare the folder under filesystem.write")
                    : allowed(
                            agent,
                            operation,
                            target,
                            "every sandbox has the host's programs in " + system.get() + ", read-only",
                            document.lineOf("runtime").toString());
        }
        return refused(
                agent,
                operation,
                target,
                "it does not exist inside the sandbox: only /usr, the agent's workspace and declared folders do"
                        + (write ? "; the root is read-only (EROFS)" : " (ENOENT)") + how(agent, "root.readonly"),
                document.lineOf(write ? "filesystem.write" : "filesystem.read").toString(),
                "declare the folder under " + (write ? "filesystem.write" : "filesystem.read")
                        + ", if this agent should have it");
    }

    private static String targetOf(Mount mount) {
        return switch (mount) {
            case Mount.Bind bind -> bind.target();
            case Mount.Tmpfs tmpfs -> tmpfs.target();
            case Mount.Proc proc -> proc.target();
            case Mount.Dev dev -> dev.target();
            case Mount.Symlink link -> link.target();
            case Mount.File file -> file.target();
        };
    }

    private static boolean isUnder(String path, List<String> roots) {
        return roots.stream().anyMatch(root -> Policy.isBelow(path, root));
    }

    /** What the receipt says about the mechanism: it was enforced, or it was not. */
    private static String how(AgentRecord agent, String mechanism) {
        return agent.receipt().stream()
                .filter(line -> line.mechanism().equals(mechanism))
                .map(ReceiptLine::actual)
                .findFirst()
                .map(actual -> "; receipt: " + mechanism + " " + actual)
                .orElse("");
    }

    private static Explanation allowed(AgentRecord agent, String operation, String target, String why, String line) {
        return new Explanation(agent.id(), operation, target, "allowed", why, line, "");
    }

    private static Explanation refused(
            AgentRecord agent, String operation, String target, String why, String line, String next) {
        return new Explanation(agent.id(), operation, target, "refused", why, line, next);
    }
}

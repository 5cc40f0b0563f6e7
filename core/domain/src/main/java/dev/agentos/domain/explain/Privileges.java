package dev.agentos.domain.explain;

/** Why no program and no call gives an agent another identity or a capability. */
final class Privileges {

    private Privileges() {}

    /** A program with the set-user-id bit or with file capabilities: it may run, and what it would gain is refused. */
    static Explanation program(SandboxFacts facts, String program) {
        return Explanation.refused(
                (program.isEmpty() ? "a program" : program)
                        + " runs as the agent's own user without any capability: a setuid or setgid bit and file"
                        + " capabilities have no effect, because no_new_privs is set, every mount is nosuid and the"
                        + " capability bounding set is empty" + facts.standing("no_new_privs"),
                "no_new_privs",
                "runtime",
                "no contract can allow it; a tool of the service does what needs other rights");
    }

    /** setuid, setgid, setgroups, capset and writes to the id maps. */
    static Explanation identity(SandboxFacts facts) {
        return Explanation.refused(
                "the agent's user namespace maps one user and one group and no other id: setuid, setgid, setresuid and"
                        + " the like fail (EINVAL for an id that is not mapped, EPERM without CAP_SETUID), setgroups is"
                        + " denied (EPERM), capset has nothing to take because every capability set is empty and locked"
                        + " (EPERM), and /proc with uid_map is read-only (EROFS)" + facts.standing("namespace.user"),
                "namespace.user",
                "runtime",
                "no contract can allow it");
    }
}

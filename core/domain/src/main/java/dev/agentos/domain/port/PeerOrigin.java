package dev.agentos.domain.port;

/** Where the process at the other end of a local connection lives. */
public sealed interface PeerOrigin {

    /** Among the processes that agentd itself lives with. */
    record Beside(int pid) implements PeerOrigin {}

    /** In a process tree of its own: a sandbox or a container. */
    record Nested(int pid) implements PeerOrigin {}

    /** It could not be found out, or the process is gone; nothing may be assumed of it. */
    record Unknown(String why) implements PeerOrigin {}
}

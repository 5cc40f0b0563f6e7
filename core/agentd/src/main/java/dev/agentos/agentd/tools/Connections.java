package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.Tool.ToolException;
import java.io.IOException;
import java.net.Socket;

/** The way out for calls: each connection is decided by the caller's contract, looked up once, pinned and recorded. */
public interface Connections {

    /** No way out at all. */
    Connections NONE = (_, host, _) -> {
        throw new ToolException(
                "egress.none", "this service connects to nothing, so not to " + host, "see agentctl doctor");
    };

    /** An open connection; closing it records what it moved. */
    interface Open extends AutoCloseable {
        Socket socket();

        @Override
        void close() throws IOException;
    }

    /** Connects for an agent; waits for a person where the contract asks. */
    Open open(String agent, String host, int port) throws ToolException;
}

package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.EmbeddedAgentd;
import dev.agentos.bridge.client.SocketLocator;
import dev.agentos.bridge.client.SocketTransport;
import dev.agentos.bridge.client.Transport;
import dev.agentos.tui.term.Console;
import java.nio.file.Path;
import java.util.Optional;

/** What every command is given: its console and its way to agentd. */
public record CtlContext(Console console, Connector connector) {

    /** Of this program: the socket is found, and agentd started where it may be. */
    public static CtlContext system() {
        Console console = Console.system();
        return new CtlContext(console, (socket, mayStart) -> connect(console, socket, mayStart));
    }

    private static Transport connect(Console console, Optional<Path> socket, boolean mayStart)
            throws InterruptedException {
        SocketLocator.Place place = SocketLocator.locate(socket, console.environment(), SocketLocator.uid());
        if (mayStart && place.mayStart() && !EmbeddedAgentd.answers(place.socket())) {
            EmbeddedAgentd.start(place, console.environment());
            console.err().println("started agentd for this user (state in " + place.state() + ")");
            console.err().flush();
        }
        return new SocketTransport(place.socket());
    }
}

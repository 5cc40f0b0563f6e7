package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.Transport;
import java.nio.file.Path;
import java.util.Optional;

/** How a command reaches agentd. */
public interface Connector {

    /**
     * A transport to agentd.
     *
     * @param socket from {@code --socket}
     * @param mayStart whether one may be started for this user when none runs
     */
    Transport connect(Optional<Path> socket, boolean mayStart) throws InterruptedException;
}

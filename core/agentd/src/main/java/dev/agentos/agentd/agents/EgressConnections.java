package dev.agentos.agentd.agents;

import dev.agentos.agentd.egress.EgressCaller;
import dev.agentos.agentd.egress.EgressConnection;
import dev.agentos.agentd.egress.EgressConnector;
import dev.agentos.agentd.tools.Connections;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.egress.EgressPolicy.How;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/** Connections for tools over the way out that all agents share; a question is asked and waited for there. */
public final class EgressConnections implements Connections {

    private final EgressConnector connector;
    private final EgressCallers callers;

    public EgressConnections(EgressConnector connector, EgressCallers callers) {
        this.connector = connector;
        this.callers = callers;
    }

    @Override
    public Open open(String agent, String host, int port) throws ToolException {
        EgressCaller caller = callers.find(agent)
                .orElseThrow(() -> new ToolException("call.cancelled", agent + " is over", "start it again"));
        try {
            return switch (connector.connectAsking(caller, host, port, How.TOOL, new CompletableFuture<>())) {
                case EgressConnector.Outcome.Connected(EgressConnection connection) -> new Held(connection);
                case EgressConnector.Outcome.NotAllowed(var refused) ->
                    throw new ToolException(
                            refused.code(), refused.reason() + " (" + refused.contractLine() + ")", refused.next());
                case EgressConnector.Outcome.MustAsk(var needs) ->
                    throw new ToolException(needs.code(), needs.reason(), "answer it: agentctl consent list");
                case EgressConnector.Outcome.Failed(String code, String reason, String next) ->
                    throw new ToolException(code, reason, next);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ToolException("call.cancelled", "the call was ended with its agent", "run it again");
        }
    }

    private record Held(EgressConnection connection) implements Open {
        @Override
        public Socket socket() {
            return connection.socket();
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}

package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.agents.AgentRecord;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.secrets.SecretRecord;
import dev.agentos.agentd.secrets.Secrets;
import dev.agentos.bridge.wire.SecretWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.port.Journal.Recorded;
import java.util.List;

/** Operations on secrets. None of them answers with a value. */
final class SecretRoutes {

    private static final int USES_LOOKED_AT = 500;

    private final Secrets secrets;
    private final AgentBook book;
    private final SqliteJournal journal;

    SecretRoutes(Secrets secrets, AgentBook book, SqliteJournal journal) {
        this.secrets = secrets;
        this.book = book;
        this.journal = journal;
    }

    List<Route> routes() {
        return List.of(
                get(
                        "/v1/secrets",
                        "listSecrets",
                        "Names of secrets, and where they are used; no values",
                        List.of(),
                        SecretWire.Secrets.class,
                        _ -> new SecretWire.Secrets(
                                secrets.mechanism(),
                                secrets.protection(),
                                secrets.list().stream().map(this::view).toList())),
                post(
                        "/v1/secrets",
                        "setSecret",
                        "Set or replace a secret",
                        List.of(),
                        SecretWire.SecretValue.class,
                        SecretWire.SecretView.class,
                        call -> {
                            SecretWire.SecretValue given = value(call);
                            return view(
                                    secrets.set(call.trace(), given.name(), given.value(), given.hosts(), call.by()));
                        }),
                post(
                        "/v1/secrets/{id}/delete",
                        "deleteSecret",
                        "Delete a secret",
                        List.of(),
                        Void.class,
                        ServiceWire.Done.class,
                        call -> {
                            if (!secrets.remove(call.trace(), call.id(), call.by())) {
                                throw ServiceException.notFound("secret", call.id(), "see agentctl secret list");
                            }
                            return new ServiceWire.Done(true);
                        }));
    }

    /** The body; what is wrong with it is not told in its own words, which could hold the value. */
    private static SecretWire.SecretValue value(Call call) {
        try {
            return call.body(SecretWire.SecretValue.class);
        } catch (ServiceException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "request.body",
                    "the body is not a SecretValue",
                    "body",
                    "send {\"name\": a text, \"value\": a text, \"hosts\": a list}");
        }
    }

    private SecretWire.SecretView view(SecretRecord secret) {
        List<String> agents = book.all().stream()
                .filter(agent -> !agent.state().isFinal())
                .filter(agent -> book.document(agent.id())
                        .contract()
                        .security()
                        .secrets()
                        .contains(secret.name()))
                .map(AgentRecord::id)
                .toList();
        List<Recorded> uses =
                journal.search("", "secret.used", "\"name\":\"" + secret.name() + "\"", Long.MAX_VALUE, USES_LOOKED_AT);
        return new SecretWire.SecretView(
                secret.name(),
                secret.hosts(),
                secret.version(),
                secret.setAt(),
                secret.by(),
                agents,
                uses.size(),
                uses.isEmpty() ? "" : uses.getFirst().time().toString());
    }
}

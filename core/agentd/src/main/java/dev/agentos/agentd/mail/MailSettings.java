package dev.agentos.agentd.mail;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.mail.MailServer;
import dev.agentos.domain.mail.MailServer.Security;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.StateChange;
import dev.agentos.domain.port.Journal.Trace;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The mail server that the operator set, durable through the journal. The password is a secret and not in here. */
public final class MailSettings {

    /** The one document of this kind. */
    private static final String KIND = "mail";

    private static final String KEY = "server";

    private final Journal journal;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Optional<MailServer> server = Optional.empty();

    public MailSettings(Journal journal) {
        this.journal = journal;
    }

    /** Reads the settings from the journal. */
    public void load() {
        journal.state(KIND)
                .forEach(document -> server = Optional.of(WireJson.fromMap(document.document(), MailServer.class)));
    }

    /** The server of now; empty when none is set. */
    public Optional<MailServer> server() {
        return server;
    }

    /** Sets or replaces the server. */
    public MailServer set(
            Trace trace, String host, int port, String security, String from, String user, String secret, String by) {
        Security how =
                Security.of(security).orElseThrow(() -> bad("\"" + security + "\" is none of starttls, tls and none"));
        String name = host.toLowerCase(Locale.ROOT);
        MailServer.problem(name, port, how, from, user, secret).ifPresent(problem -> {
            throw bad(problem);
        });
        lock.lock();
        try {
            String mark = server.map(MailServer::mark).orElseGet(MailSettings::mark);
            MailServer next = new MailServer(name, port, how, from, user, secret, mark);
            journal.commit(Batch.of(
                    trace,
                    new Event.MailChanged(server.isEmpty() ? "set" : "replaced", next.words(), from, user, secret, by),
                    new StateChange.Put(KIND, KEY, WireJson.toMap(next))));
            server = Optional.of(next);
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the server away; false when there was none. */
    public boolean clear(Trace trace, String by) {
        lock.lock();
        try {
            Optional<MailServer> before = server;
            if (before.isEmpty()) {
                return false;
            }
            journal.commit(Batch.of(
                    trace,
                    new Event.MailChanged("cleared", before.get().words(), "", "", "", by),
                    new StateChange.Remove(KIND, KEY)));
            server = Optional.empty();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static String mark() {
        byte[] bits = new byte[16];
        new SecureRandom().nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }

    private static ServiceException bad(String problem) {
        return new ServiceException(
                ServiceException.Kind.BAD_REQUEST,
                "mail.settings",
                problem,
                "mail",
                "for example: agentctl mail set smtp.example.org:587 --from agents@example.org --user agents"
                        + " --secret smtp-password");
    }
}

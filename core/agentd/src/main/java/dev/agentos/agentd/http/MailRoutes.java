package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.mail.MailSettings;
import dev.agentos.agentd.secrets.Secrets;
import dev.agentos.bridge.wire.MailWire.MailServerValue;
import dev.agentos.bridge.wire.MailWire.MailServerView;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.mail.MailServer;
import java.util.List;
import java.util.Optional;

/** Operations on the mail server of this machine. */
final class MailRoutes {

    private final MailSettings mail;
    private final Secrets secrets;

    MailRoutes(MailSettings mail, Secrets secrets) {
        this.mail = mail;
        this.secrets = secrets;
    }

    List<Route> routes() {
        return List.of(
                get(
                        "/v1/mail",
                        "readMailServer",
                        "The mail server through which agents send",
                        List.of(),
                        MailServerView.class,
                        _ -> view(mail.server())),
                post(
                        "/v1/mail",
                        "setMailServer",
                        "Set or replace the mail server; its password is a secret",
                        List.of(),
                        MailServerValue.class,
                        MailServerView.class,
                        call -> {
                            MailServerValue given = call.body(MailServerValue.class);
                            return view(Optional.of(mail.set(
                                    call.trace(),
                                    given.host(),
                                    given.port(),
                                    given.security(),
                                    given.from(),
                                    given.user(),
                                    given.secret(),
                                    call.by())));
                        }),
                post(
                        "/v1/mail/clear",
                        "clearMailServer",
                        "Take the mail server away; nothing is sent from then on",
                        List.of(),
                        Void.class,
                        ServiceWire.Done.class,
                        call -> {
                            if (!mail.clear(call.trace(), call.by())) {
                                throw ServiceException.notFound("mail server", "mail", "see agentctl mail show");
                            }
                            return new ServiceWire.Done(true);
                        }));
    }

    private MailServerView view(Optional<MailServer> server) {
        return server.map(set -> new MailServerView(
                        true,
                        set.host(),
                        set.port(),
                        set.security().word(),
                        set.from(),
                        set.user(),
                        set.secret(),
                        set.secret().isEmpty()
                                ? ""
                                : secrets.refusal(set.secret(), set.host()).orElse("")))
                .orElse(new MailServerView(false, "", 0, "", "", "", "", "no mail server is set"));
    }
}

package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.MailWire.MailServerValue;
import dev.agentos.bridge.wire.MailWire.MailServerView;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on the mail server through which agents send. */
final class MailCommands {

    private static final int SUBMISSION = 587;

    private MailCommands() {}

    @Command(
            name = "mail",
            description = "The mail server through which agents send with email.send.",
            footer = {"", "Example:", "  agentctl mail set smtp.example.org:587 --from agents@example.org"})
    static final class Holder extends Agentctl.Group {}

    static CommandLine group(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("show", new Show(context));
        commands.put("set", new Set(context));
        commands.put("clear", new Clear(context));
        return Agentctl.groupOf(new Holder(), commands);
    }

    @Command(
            name = "show",
            description = "The mail server, and whether its password is there.",
            footer = {"", "Example:", "  agentctl mail show --json"})
    static final class Show extends CtlCommand {
        Show(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            return print(this, client().mailServer());
        }
    }

    @Command(
            name = "set",
            description = "Set the mail server. Its password is a secret, set with agentctl secret set.",
            footer = {
                "",
                "Example:",
                "  agentctl secret set smtp-password --for smtp.example.org < password.txt",
                "  agentctl mail set smtp.example.org:587 --from agents@example.org --user agents --secret smtp-password"
            })
    static final class Set extends CtlCommand {
        @Parameters(index = "0", paramLabel = "HOST[:PORT]", description = "The server; port 587 unless said.")
        private String server = "";

        @Option(names = "--from", required = true, paramLabel = "ADDRESS", description = "Sender of every message.")
        private String from = "";

        @Option(names = "--user", paramLabel = "NAME", description = "Whom to log in as.")
        private String user = "";

        @Option(names = "--secret", paramLabel = "NAME", description = "The secret that holds the user's password.")
        private String secret = "";

        @Option(
                names = "--security",
                paramLabel = "WORD",
                defaultValue = "starttls",
                description = "starttls (usual), tls, or none for a server on this machine.")
        private String security = "";

        Set(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            int colon = server.lastIndexOf(':');
            String host = colon < 0 ? server : server.substring(0, colon);
            return print(
                    this, client().setMailServer(new MailServerValue(host, port(colon), security, from, user, secret)));
        }

        private int port(int colon) {
            if (colon < 0) {
                return SUBMISSION;
            }
            try {
                return Integer.parseInt(server.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw new CtlException(Exit.USAGE, "usage", "the port is no number", server, "write HOST:PORT");
            }
        }
    }

    @Command(
            name = "clear",
            description = "Take the mail server away; nothing is sent from then on.",
            footer = {"", "Example:", "  agentctl mail clear"})
    static final class Clear extends CtlCommand {
        Clear(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().clearMailServer();
            return show(
                    Map.of("cleared", true),
                    () -> screen().line(screen().tone(Tone.OK, "✓") + " Agents send nothing from now on."));
        }
    }

    private static int print(CtlCommand command, MailServerView server) {
        return command.show(server, () -> {
            if (!server.set()) {
                command.screen().line("No mail server is set. Set one: agentctl mail set HOST:PORT --from ADDRESS");
                return;
            }
            String login =
                    server.user().isEmpty() ? "nobody" : server.user() + ", password in secret " + server.secret();
            command.screen().labelled(0, 8, "Server", Role.TEXT, server.host() + ":" + server.port());
            command.screen().labelled(0, 8, "Secured", Role.TEXT, server.security());
            command.screen().labelled(0, 8, "From", Role.TEXT, server.from());
            command.screen().labelled(0, 8, "Login", Role.TEXT, login);
            if (!server.ready().isEmpty()) {
                command.screen()
                        .line(command.screen().tone(Tone.NEEDS, "! ")
                                + command.screen().text(server.ready()));
            }
        });
    }
}

package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.SecretWire;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on secrets. A value comes from standard input or a prompt and never from an argument. */
final class SecretCommands {

    private static final int MAX_BYTES = 16 * 1024;

    private SecretCommands() {}

    @Command(
            name = "secret",
            description = "Secrets that tools may use on behalf of agents; agents never see them.",
            footer = {"", "Example:", "  agentctl secret set smtp-password --for smtp.example.org < password.txt"})
    static final class Holder extends Agentctl.Group {}

    static CommandLine group(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("list", new ListSecrets(context));
        commands.put("set", new Set(context));
        commands.put("rotate", new Rotate(context));
        commands.put("delete", new Delete(context));
        return Agentctl.groupOf(new Holder(), commands);
    }

    @Command(
            name = "list",
            description = "Names, where each may be sent, and who uses it. No values.",
            footer = {"", "Example:", "  agentctl secret list --json"})
    static final class ListSecrets extends CtlCommand {
        ListSecrets(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            SecretWire.Secrets secrets = client().secrets();
            return show(secrets, () -> {
                if (secrets.secrets().isEmpty()) {
                    screen().line("No secrets. Set one: agentctl secret set NAME --for HOST");
                } else {
                    Table table = new Table("SECRET", "FOR", "SET", "USES", "AGENTS");
                    for (SecretWire.SecretView secret : secrets.secrets()) {
                        table.row(
                                Cell.of(secret.name()),
                                Cell.of(
                                        secret.hosts().isEmpty()
                                                ? "the contract's hosts"
                                                : String.join(", ", secret.hosts())),
                                Cell.of(
                                        Tone.MUTED,
                                        secret.setAt().isEmpty()
                                                ? "unknown"
                                                : secret.setAt().substring(0, 10)),
                                Cell.number(String.valueOf(secret.uses())),
                                Cell.of(Tone.MUTED, String.join(", ", secret.agents())));
                    }
                    table.write(screen());
                }
                screen().labelled(2, 6, "Kept", Role.MUTED, secrets.mechanism() + ": " + secrets.protection());
            });
        }
    }

    /** What set and rotate share. */
    abstract static class Setting extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The secret's name, for contracts.")
        String name = "";

        Setting(CtlContext context) {
            super(context);
        }

        int send(List<String> hosts) throws InterruptedException, IOException {
            String value = value();
            SecretWire.SecretView set = client().setSecret(new SecretWire.SecretValue(name, value, hosts));
            return show(
                    set,
                    () -> screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(set.name())
                            + (set.version() == 1 ? " is set" : " is set for the " + set.version() + ". time")
                            + (set.hosts().isEmpty()
                                    ? ", for the hosts of the contract that uses it."
                                    : ", for " + screen().text(String.join(", ", set.hosts())) + " only.")));
        }

        private String value() throws IOException {
            if (context.console().inTerminal()) {
                // Not null since JDK 22 where standard input is a terminal, which was just asked.
                char[] typed = Objects.requireNonNull(System.console(), "console")
                        .readPassword("Value of %s (not shown): ", name);
                if (typed == null || typed.length == 0) {
                    throw new CtlException(Exit.USAGE, "usage", "no value was typed", name, "type it, or pipe it in");
                }
                String value = new String(typed);
                Arrays.fill(typed, ' ');
                return value;
            }
            byte[] bytes = context.console().in().readNBytes(MAX_BYTES + 2);
            try {
                CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
                String value = text.toString();
                // echo and editors end a line; no secret ends with one.
                return value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
            } catch (CharacterCodingException e) {
                throw new CtlException(
                        Exit.USAGE, "secret.encoding", "the value is not UTF-8 text", name, "encode it, as base64 say");
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
    }

    @Command(
            name = "set",
            description = "Set a secret from standard input, or from a prompt that does not show it.",
            footer = {
                "",
                "Without --for it goes to the hosts that the using contract's egress names.",
                "",
                "Example:",
                "  agentctl secret set smtp-password --for smtp.example.org < password.txt"
            })
    static final class Set extends Setting {
        @Option(names = "--for", paramLabel = "HOST", description = "Send it to this host only. May be repeated.")
        private List<String> hosts = new ArrayList<>();

        Set(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            return send(hosts);
        }
    }

    @Command(
            name = "rotate",
            description = "Give an existing secret a new value; its hosts stay.",
            footer = {"", "Example:", "  agentctl secret rotate smtp-password < new-password.txt"})
    static final class Rotate extends Setting {
        Rotate(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            return send(find(this, name).hosts());
        }
    }

    @Command(
            name = "delete",
            description = "Delete a secret. Agents that need it are refused from then on.",
            footer = {"", "Example:", "  agentctl secret delete smtp-password"})
    static final class Delete extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The secret's name.")
        private String name = "";

        Delete(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            SecretWire.SecretView secret = find(this, name);
            client().deleteSecret(name);
            return show(Map.of("deleted", name), () -> {
                screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(name) + " is deleted.");
                if (!secret.agents().isEmpty()) {
                    screen().line("  It was named by " + screen().text(String.join(", ", secret.agents()))
                            + ", whose calls with it are refused now.");
                }
            });
        }
    }

    private static SecretWire.SecretView find(CtlCommand command, String name) throws InterruptedException {
        return command.client().secrets().secrets().stream()
                .filter(secret -> secret.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CtlException(
                        Exit.NOT_FOUND, "not-found", "there is no secret " + name, name, "agentctl secret list"));
    }
}

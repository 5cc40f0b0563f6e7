package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.Answered;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.GrantView;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on what waits for a person. */
final class ConsentCommands {

    static final String CLIENT = "agentctl";
    static final Duration TICK = Duration.ofMillis(500);

    private ConsentCommands() {}

    @Command(
            name = "consent",
            description = "What waits for a person, answers, standing permissions.",
            footer = {"", "Example:", "  agentctl consent allow ask-1 --scope run"})
    static final class Holder extends Agentctl.Group {}

    static CommandLine group(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("list", new ListAsks(context));
        commands.put("show", new Show(context));
        commands.put("allow", new Allow(context));
        commands.put("deny", new Deny(context));
        commands.put("answer", new Answer(context));
        commands.put("watch", new ConsentWatchCommand(context));
        commands.put("script", new ConsentScriptCommand(context));
        commands.put("grants", new ListGrants(context));
        commands.put("revoke", new Revoke(context));
        commands.put("stats", new ConsentStatsCommand(context));
        return Agentctl.groupOf(new Holder(), commands);
    }

    // ------------------------------------------------------------------ list, show

    @Command(
            name = "list",
            description = "What waits, oldest first.",
            footer = {"", "Example:", "  agentctl consent list"})
    static final class ListAsks extends CtlCommand {
        ListAsks(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ConsentWire.Asks asks = client().asks();
            return show(asks, () -> {
                Table table = new Table("", "ASK", "AGENT", "WANTS", "SINCE");
                asks.asks()
                        .forEach(ask -> table.row(
                                Cell.of(Tone.NEEDS, "?"),
                                Cell.of(ask.id()),
                                Cell.of(ask.agent()),
                                Cell.of(ask.tool() + " " + Screen.fitPath(ask.target(), 40)),
                                Cell.of(
                                        Tone.MUTED,
                                        ask.askedAt().length() > 19
                                                ? ask.askedAt().substring(11, 19)
                                                : "")));
                if (table.isEmpty()) {
                    screen().line("Nothing waits for you.");
                    return;
                }
                table.write(screen());
                screen().line("  "
                        + screen().muted("answer: agentctl consent allow ASK, or: agentctl consent deny ASK"));
            });
        }
    }

    @Command(
            name = "show",
            description = "One ask with its full content.",
            footer = {"", "Example:", "  agentctl consent show ask-1"})
    static final class Show extends CtlCommand {
        @Parameters(index = "0", paramLabel = "ASK", description = "The ask.")
        private String id = "";

        Show(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            AskView ask = client().ask(id);
            return show(ask, () -> {
                ConsentCard card = new ConsentCard(ask);
                card.head(screen(), Instant.now());
                card.full(screen());
            });
        }
    }

    // ------------------------------------------------------------------ answer

    /** The decisions of a person. */
    enum Decision {
        ALLOW,
        DENY
    }

    /** An answer to one ask, or with {@code --group} to all of its shape. */
    abstract static class Answering extends CtlCommand {
        @Parameters(index = "0", paramLabel = "ASK", description = "The ask.")
        private String id = "";

        @Option(names = "--group", description = "Answer every waiting ask of the same shape too, each shown first.")
        private boolean group;

        Answering(CtlContext context) {
            super(context);
        }

        int answer(boolean allow, String scope, @Nullable String word, boolean yes)
                throws InterruptedException, IOException {
            AskView ask = client().ask(id);
            List<AskView> alike = group ? alike(ask) : List.of();
            if (!json()) {
                paint(ask);
                alike.forEach(this::paint);
            }
            if (allow && !yes && !confirmed(ask, alike.size(), scope)) {
                screen().line("Nothing was answered.");
                return Exit.NOT_CONSENTED;
            }
            AnswerRequest request = allow
                    ? AnswerRequest.allow(ask, scope, Optional.ofNullable(word), CLIENT)
                    : AnswerRequest.deny(ask, CLIENT);
            Answered answered = client().answer(id, alike.isEmpty() ? request : request.with(alike));
            show(answered, () -> said(screen(), answered));
            return allow ? Exit.DONE : Exit.NOT_CONSENTED;
        }

        private List<AskView> alike(AskView ask) throws InterruptedException {
            return client().asks().asks().stream()
                    .filter(other -> !ask.group().isEmpty()
                            && other.group().equals(ask.group())
                            && !other.id().equals(ask.id()))
                    .toList();
        }

        private void paint(AskView ask) {
            ConsentCard card = new ConsentCard(ask);
            card.head(screen(), Instant.now());
            card.full(screen());
        }

        private boolean confirmed(AskView ask, int others, String scope) throws IOException, InterruptedException {
            if (!context.console().inTerminal() || json()) {
                throw new CtlException(
                        Exit.USAGE,
                        "consent.no-person",
                        "there is no terminal to ask at",
                        id,
                        "add --yes to answer from a script");
            }
            String says = ask.options().stream()
                    .filter(option -> option.scope().equals(scope))
                    .map(ConsentWire.OptionView::says)
                    .findFirst()
                    .orElse("allow, " + scope);
            screen().line("  "
                    + screen().paint(Role.ACCENT, "→ " + says + (others == 0 ? "" : ", and " + others + " alike")));
            screen().line("  Type allow and press Enter; anything else answers nothing.");
            Thread.sleep(400);
            LineInput lines = new LineInput(context.console().in());
            lines.drain();
            return lines.next()
                    .filter(line -> !line.pasted() && line.text().strip().equals("allow"))
                    .isPresent();
        }
    }

    @Command(
            name = "allow",
            description = "Allow an ask. Its card with the full content is shown first.",
            footer = {
                "",
                "Examples:",
                "  agentctl consent allow ask-1",
                "  agentctl consent allow ask-1 --scope run --group"
            })
    static final class Allow extends Answering {
        @Option(
                names = "--scope",
                paramLabel = "once|run|restart|30d",
                description = "How much it covers; once by default.")
        private String scope = "once";

        @Option(names = "--word", paramLabel = "WORD", description = "The last word of a high-risk object.")
        private @Nullable String word;

        @Option(names = "--yes", description = "Answer without being asked again.")
        private boolean yes;

        Allow(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            return answer(true, scope, word, yes);
        }
    }

    @Command(
            name = "deny",
            description = "Refuse an ask, once; no rule is made. Exit code 4.",
            footer = {"", "Example:", "  agentctl consent deny ask-1"})
    static final class Deny extends Answering {
        Deny(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            return answer(false, "once", null, true);
        }
    }

    @Command(
            name = "answer",
            description = "Answer one ask. The card with its full content is shown first.",
            footer = {
                "",
                "Exit code 4 after a deny.",
                "",
                "Example:",
                "  agentctl consent answer ask-1 allow --scope run"
            })
    static final class Answer extends Answering {
        @Parameters(index = "1", paramLabel = "allow|deny", description = "The answer.")
        private Decision decision = Decision.DENY;

        @Option(
                names = "--scope",
                paramLabel = "once|run|restart|30d",
                description = "How much it covers; once by default.")
        private String scope = "once";

        @Option(names = "--word", paramLabel = "WORD", description = "The last word of a high-risk object.")
        private @Nullable String word;

        @Option(names = "--yes", description = "Answer without being asked again.")
        private boolean yes;

        Answer(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            return answer(decision == Decision.ALLOW, scope, word, yes);
        }
    }

    static void said(Screen screen, Answered answered) {
        boolean allowed = answered.decision().equals("allowed");
        screen.line("  " + screen.tone(allowed ? Tone.OK : Tone.BAD, allowed ? "✓ allowed" : "✕ not allowed") + "  "
                + screen.text(answered.ask())
                + (answered.also().isEmpty() ? "" : screen.text(" and " + String.join(", ", answered.also())))
                + screen.muted(" by " + answered.by())
                + answered.grant()
                        .map(grant -> screen.muted(" · " + grant + ", take it back: agentctl consent revoke " + grant))
                        .orElse(""));
    }

    // ------------------------------------------------------------------ grants

    @Command(
            name = "grants",
            description = "Standing permissions: what they cover, how long, and where they were used.",
            footer = {"", "Example:", "  agentctl consent grants"})
    static final class ListGrants extends CtlCommand {
        ListGrants(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ConsentWire.Grants grants = client().grants();
            return show(grants, () -> {
                Table table = new Table("GRANT", "AGENT", "TOOL", "BELOW", "LASTS", "USED", "LAST USE", "FROM");
                for (GrantView grant : grants.grants()) {
                    table.row(
                            Cell.of(grant.id()),
                            Cell.of(grant.agent()),
                            Cell.of(grant.tool()),
                            Cell.of(Screen.fitPath(grant.target(), 40)),
                            Cell.of(grant.expiresAt().isEmpty() ? grant.scope() : "until " + grant.expiresAt()),
                            Cell.number(grant.used() + (grant.open() == 0 ? "" : ", " + grant.open() + " open")),
                            Cell.of(grant.lastUse().isEmpty() ? "never" : grant.lastUse()),
                            Cell.of(Tone.MUTED, (grant.ask() + " by " + grant.by()).strip()));
                }
                if (table.isEmpty()) {
                    screen().line("No standing permissions.");
                    return;
                }
                table.write(screen());
                screen().line("  " + screen().muted("take one back: agentctl consent revoke GRANT"));
            });
        }
    }

    @Command(
            name = "revoke",
            description = "Take a permission back. Uses that are open under it end.",
            footer = {"", "Example:", "  agentctl consent revoke grant-1"})
    static final class Revoke extends CtlCommand {
        @Parameters(index = "0", paramLabel = "GRANT", description = "The grant.")
        private String id = "";

        Revoke(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().revoke(id);
            return show(
                    Map.of("revoked", id),
                    () -> screen().line("  " + screen().paint(Role.OK, "✓") + " " + id + " is taken back"));
        }
    }
}

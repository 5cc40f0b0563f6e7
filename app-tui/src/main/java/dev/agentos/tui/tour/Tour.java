package dev.agentos.tui.tour;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdClient.Until;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.tour.TourContracts;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.Spawn;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.audit.AuditVerifier.Finding;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.contract.AgentRuntime;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ContractWords;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.contract.PlanStep;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.audit.OfflineAudit;
import dev.agentos.tui.consent.ConsentCard;
import dev.agentos.tui.consent.ConsentDialog;
import dev.agentos.tui.consent.ConsentScript;
import dev.agentos.tui.ctl.CtlException;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The tour itself: each part does something real and then shows what it was. */
final class Tour {

    private static final String CLIENT = "agentctl tour";
    private static final Duration RUN_LIMIT = Duration.ofMinutes(10);
    private static final Duration TICK = Duration.ofMillis(250);

    /** How it is taken. {@code script} answers instead of a person. */
    record Options(Path folder, Optional<ConsentScript> script, boolean keep, int uid) {}

    private final AgentdClient client;
    private final TourVoice voice;
    private final Screen screen;
    private final Options options;
    private final TourReport report;
    private final long from = System.nanoTime();
    private Optional<Path> staged = Optional.empty();

    Tour(AgentdClient client, TourVoice voice, Options options, TourReport report) {
        this.client = client;
        this.voice = voice;
        this.screen = voice.screen();
        this.options = options;
        this.report = report;
    }

    /** Takes it, as far as it goes; the report says how far that was. */
    void take() throws InterruptedException, IOException {
        try {
            ServiceWire.Status status = client.status();
            long head = client.events(Long.MAX_VALUE - 1, 1).head();
            if (parts(status, head)) {
                report.succeeded();
            } else if (report.reason().isEmpty()) {
                report.failed("left before the end", Exit.FAILED);
            }
            report.events = client.events(Long.MAX_VALUE - 1, 1).head() - head;
        } finally {
            if (staged.isPresent()) {
                TourFolder.unstage(staged.get());
            }
            report.seconds = Math.round((System.nanoTime() - from) / 1e7) / 100.0;
        }
    }

    /** False when it ended early, with the reason in the report or because the person left. */
    private boolean parts(ServiceWire.Status status, long head) throws InterruptedException, IOException {
        welcome();
        String text = TourContracts.text(TourContracts.FOLDER_SUMMARY);
        ContractDocument contract = contract(text);
        if (!voice.pause()) {
            return false;
        }
        plan(contract, text);
        if (!voice.pause()) {
            return false;
        }
        if (!live(text, head, status)) {
            return false;
        }
        if (!voice.pause() || !new TourResult(client, voice, report).tell(options.keep())) {
            return false;
        }
        if (!voice.pause()) {
            return false;
        }
        timeline();
        if (!voice.pause() || !audit(status)) {
            return false;
        }
        if (!voice.pause() || !outside()) {
            return false;
        }
        next();
        return true;
    }

    private void welcome() {
        screen.blank();
        screen.line(
                "  " + screen.bold("AgentOS") + screen.muted("  an agent on real documents, governed from end to end"));
        voice.note("Nothing leaves this machine: no network, no key, no model to download.");
    }

    // ------------------------------------------------------------------ 1 contract, 2 plan

    private ContractDocument contract(String text) {
        voice.part("What a contract is");
        voice.say(
                "An agent runs under a contract: what it may use, what it must ask, and when it stops. This is a whole one.");
        screen.blank();
        voice.contract(text);
        screen.blank();
        return switch (ContractParser.parse(text, TourContracts.FOLDER_SUMMARY)) {
            case ParseOutcome.Parsed parsed -> {
                voice.good("It holds. Its version is its digest, "
                        + parsed.document().digest().substring(0, 19) + "…");
                yield parsed.document();
            }
            case ParseOutcome.Invalid invalid ->
                throw new CtlException(
                        Exit.REFUSED,
                        "contract.invalid",
                        invalid.problems().getFirst().toString(),
                        TourContracts.FOLDER_SUMMARY,
                        "report it: the contract of the tour should hold");
        };
    }

    private void plan(ContractDocument contract, String text) throws IOException {
        voice.part("The plan");
        List<Path> files = TourFolder.texts(options.folder());
        voice.say(files.size() + " documents in " + options.folder());
        screen.blank();
        if (contract.contract().runtime() instanceof AgentRuntime.Managed managed) {
            Table table = new Table("", "", "", "");
            int number = 1;
            for (PlanStep step : managed.plan()) {
                boolean asks = contract.contract().security().consentFor().contains(step.tool());
                table.row(
                        Cell.of(Tone.MUTED, "step " + number++),
                        Cell.of(step.tool()),
                        Cell.of(asks ? Tone.NEEDS : Tone.MUTED, asks ? "? asks first" : "allowed"),
                        Cell.of(Tone.MUTED, purpose(step)));
            }
            table.write(screen);
        }
        screen.blank();
        ContractWords.describe(contract.contract()).stream()
                .filter(sentence -> sentence.contains("asks a person") || sentence.contains("connect"))
                .forEach(voice::note);
        voice.note(
                "The contract has " + text.lines().count() + " lines; what it does not name, the agent does not have.");
    }

    private static String purpose(PlanStep step) {
        return switch (step.tool()) {
            case "fs.read" -> "read every text of the folder";
            case "summarize" -> "pick the sentences that say most";
            case "fs.write" -> "save them as /workspace/summary.md";
            default -> step.id();
        };
    }

    // ------------------------------------------------------------------ 3 live, 4 consent

    private boolean live(String text, long head, ServiceWire.Status status) throws InterruptedException, IOException {
        voice.part("It runs");
        Path folder = options.folder();
        staged = TourFolder.stage(folder, Path.of(status.stateDirectory()), options.uid());
        if (staged.isPresent()) {
            voice.note("agentd's own user cannot read that folder; its texts are copied to " + staged.get()
                    + " for this run");
            folder = staged.get();
        }
        report.folder = options.folder().toString();
        long spawned = System.nanoTime();
        AgentView agent = client.spawn(
                spawn(TourContracts.FOLDER_SUMMARY, text, Map.of("folder", folder.toString(), "title", title())));
        report.agent = agent.id();
        AgentView ended;
        try (EventStream stream = client.stream(head)) {
            ended = follow(stream, agent.id(), spawned);
        }
        report.steps = ended.steps().stream()
                .filter(step -> step.state().equals("done"))
                .count();
        if (!ended.state().equals("done")) {
            boolean no = ended.steps().stream().anyMatch(step -> step.note().startsWith("consent."));
            voice.bad(no ? "It was not allowed, so nothing was written. That is how it should be." : ended.reason());
            report.failed(ended.reason(), no ? Exit.NOT_CONSENTED : Exit.FAILED);
            return false;
        }
        return true;
    }

    private String title() {
        Path name = options.folder().getFileName();
        return "What is in " + (name == null ? "the folder" : name);
    }

    private static Spawn spawn(String source, String text, Map<String, Object> input) {
        return new Spawn(
                "tour-" + UUID.randomUUID(), source, text, Optional.empty(), Optional.empty(), List.of(), input, false);
    }

    /** Tells events of the agent as they come and has its question answered, until it is over. */
    private AgentView follow(EventStream stream, String id, long spawned) throws InterruptedException, IOException {
        long deadline = spawned + RUN_LIMIT.toNanos();
        boolean moved = false;
        while (System.nanoTime() < deadline || voice.isInteractive()) {
            Optional<Signal> signal = stream.next(TICK);
            if (signal.isEmpty()) {
                AgentView agent = client.agent(id);
                if (isOver(agent)) {
                    return agent;
                }
                continue;
            }
            switch (signal.get()) {
                case Signal.Lost _ -> voice.note("agentd went away; the run goes on where it was when it is back");
                case Signal.Back back -> voice.note("agentd is back; " + back.missed() + " events were missed");
                case Signal.Happened happened -> {
                    EventView event = happened.event();
                    if (!event.agent().equals(id)) {
                        continue;
                    }
                    if (!moved) {
                        moved = true;
                        report.firstMovementSeconds = Math.round((System.nanoTime() - spawned) / 1e6) / 1000.0;
                    }
                    if (event.kind().equals("consent.asked")) {
                        answer(stream, text(event, "ask"));
                    } else {
                        TimelineViewModel.entry(event).ifPresent(entry -> TourTimeline.entry(screen, entry));
                    }
                    if (event.kind().equals("agent.moved")
                            && List.of("done", "failed", "killed", "dead").contains(text(event, "to"))) {
                        return client.awaitAgent(id, Until.ENDED, Duration.ofSeconds(10));
                    }
                }
            }
        }
        throw new CtlException(
                Exit.FAILED,
                "tour.slow",
                "the run did not end within " + RUN_LIMIT.toMinutes() + " minutes",
                id,
                "look at it: agentctl show " + id);
    }

    private static boolean isOver(AgentView agent) {
        return List.of("done", "failed", "killed", "dead").contains(agent.state());
    }

    private void answer(EventStream stream, String id) throws InterruptedException, IOException {
        AskView ask = client.ask(id);
        report.consents++;
        voice.part("It asks");
        Optional<AnswerRequest> answer = options.script().isPresent() ? byScript(ask) : byPerson(stream, ask);
        if (answer.isEmpty()) {
            voice.note("it was answered elsewhere");
            return;
        }
        try {
            client.answer(id, answer.get());
        } catch (AgentdException e) {
            if (!e.body().code().equals("consent.answered")) {
                throw e;
            }
            // A first try whose answer was lost on the way, or another client: either way it is answered.
            voice.note(e.body().message());
        }
        screen.blank();
    }

    private Optional<AnswerRequest> byScript(AskView ask) {
        ConsentCard card = new ConsentCard(ask);
        card.head(screen, Instant.now());
        card.full(screen);
        boolean allow = options.script()
                .flatMap(script -> script.ruleFor(ask))
                .map(ConsentScript.Rule::allow)
                .orElse(false);
        screen.line("   " + screen.paint(Role.ACCENT, "→ " + (allow ? "Allow this once" : "Don't allow"))
                + screen.muted("  (answered by the tour's script)"));
        String client = CLIENT + " --auto";
        return Optional.of(
                allow
                        ? AnswerRequest.allow(ask, "once", Optional.of(ask.confirmWord()), client)
                        : AnswerRequest.deny(ask, client));
    }

    private Optional<AnswerRequest> byPerson(EventStream stream, AskView ask) throws InterruptedException, IOException {
        voice.note("The agent waits; its time does not run. Nothing is written before you say so.");
        screen.blank();
        ConsentDialog dialog = new ConsentDialog(
                screen,
                voice.keyboard(),
                voice.lines().orElseGet(() -> new LineInput(InputStream.nullInputStream())),
                CLIENT);
        return dialog.ask(ask, () -> {
            // Looked at twice a second: reading the stream here would swallow what follows the answer.
            return stream.last() > 0
                    && client.asks().asks().stream().noneMatch(open -> open.id().equals(ask.id()));
        });
    }

    // ------------------------------------------------------------------ 6 timeline, 7 audit

    private void timeline() {
        voice.part("What just happened");
        List<EventView> events = client.search(AgentdClient.Search.ofAgent(report.agent, 500))
                .events()
                .reversed();
        TimelineViewModel story = TimelineViewModel.of(report.agent).reduce(events);
        story.entries().forEach(entry -> TourTimeline.entry(screen, entry));
        screen.blank();
        voice.note(
                events.size() + " events, each written down before and after the act. Again: agentctl events --agent "
                        + report.agent);
    }

    private boolean audit(ServiceWire.Status status) throws IOException {
        voice.part("Nothing can be changed afterwards");
        client.checkpoint();
        OfflineAudit.Checked checked = OfflineAudit.check(Path.of(status.stateDirectory()), Optional.empty(), _ -> {});
        return switch (checked.outcome()) {
            case Outcome.Verified verified -> {
                report.audit = "verified";
                voice.good("Verified: " + verified.records() + " records, an unbroken chain, " + verified.checkpoints()
                        + " signed checkpoint" + (verified.checkpoints() == 1 ? "." : "s."));
                voice.note("Checked by a separate reader that asks the service nothing: agentctl audit verify. "
                        + "One flipped byte in any record would be found, and located.");
                yield true;
            }
            case Outcome.Broken broken -> {
                report.audit = "broken";
                for (Finding finding : broken.findings()) {
                    voice.bad(finding.message());
                }
                report.failed(
                        "the audit trail is broken: "
                                + broken.findings().getFirst().message(),
                        Exit.FAILED);
                yield false;
            }
        };
    }

    // ------------------------------------------------------------------ 8 outside

    private boolean outside() throws InterruptedException, IOException {
        voice.part("Try to break it");
        String text = TourContracts.text(TourContracts.OUTSIDE);
        voice.say("Another agent may write in its own folder only. Its plan is to write /etc/agentos-was-here.");
        screen.blank();
        AgentView agent =
                client.spawn(spawn(TourContracts.OUTSIDE, text, Map.of()), Until.ENDED, Duration.ofSeconds(60));
        List<EventView> refusals =
                client
                        .search(new AgentdClient.Search(agent.id(), "tool.decided", "", Long.MAX_VALUE, 50))
                        .events()
                        .stream()
                        .filter(event -> text(event, "decision").equals("refused"))
                        .toList();
        report.refused = refusals.size();
        boolean written = Files.exists(Path.of("/etc/agentos-was-here"));
        if (refusals.isEmpty() || written) {
            voice.bad("It was not refused. Do not use this installation: agentctl doctor");
            report.failed("a write outside its folder was not refused", Exit.FAILED);
            return false;
        }
        EventView refusal = refusals.getFirst();
        voice.bad("refused: " + text(refusal, "reason"));
        line(text, text(refusal, "contract_line"));
        AgentWire.Explanation climbing = client.explain(agent.id(), "write", "../outside.txt");
        screen.blank();
        voice.bad(climbing.answer() + ": ../outside.txt, " + climbing.why());
        voice.note("Ask about anything: agentctl explain " + agent.id() + " write ../outside.txt");
        if (!climbing.answer().equals("refused")) {
            report.failed("a write to ../outside.txt would not be refused", Exit.FAILED);
            return false;
        }
        return true;
    }

    /** The line of the contract that a refusal rests on. */
    private void line(String text, String citation) {
        List<String> lines = text.lines().toList();
        String[] parts = citation.split(":", 3);
        if (parts.length == 3 && parts[1].matches("\\d{1,4}")) {
            int number = Integer.parseInt(parts[1]);
            if (number >= 1 && number <= lines.size()) {
                screen.line("    " + screen.muted("by " + citation));
                screen.line("    " + screen.paint(Role.FAINT, number + " ")
                        + screen.bold(lines.get(number - 1).stripTrailing()));
                return;
            }
        }
        screen.line("    " + screen.muted("by " + citation));
    }

    private void next() {
        screen.blank();
        screen.line("  " + screen.bold("What next"));
        screen.labelled(4, 38, "agentctl tour --folder DIR", Role.MUTED, "the same on your own texts");
        screen.labelled(4, 38, "agentctl contract sample > mine.yaml", Role.MUTED, "this contract, to change it");
        screen.labelled(4, 38, "agentctl contract validate mine.yaml", Role.MUTED, "every problem, with its line");
        screen.labelled(4, 38, "agentctl run --contract C -- COMMAND", Role.MUTED, "any program, sandboxed");
        screen.labelled(4, 38, "agentctl model list", Role.MUTED, "models that contracts can name");
        screen.labelled(4, 38, "agentctl list --all", Role.MUTED, "every agent that ran here");
    }

    private static String text(EventView event, String name) {
        return event.data().get(name) instanceof String text ? text : "";
    }
}

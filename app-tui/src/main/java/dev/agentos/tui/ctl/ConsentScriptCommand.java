package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EventStream;
import dev.agentos.bridge.client.EventStream.Signal;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.Answered;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.tui.Exit;
import dev.agentos.tui.consent.ConsentScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "script",
        description = "Answer asks from a file, for tests.",
        footer = {
            "",
            "One rule a line: allow TOOL [TARGET-GLOB] [once|run|restart|30d], or deny TOOL [TARGET-GLOB].",
            "The first rule that fits answers; an ask without a rule is left to a person.",
            "",
            "Example:",
            "  agentctl consent script answers.txt --count 1 --timeout 30"
        })
final class ConsentScriptCommand extends CtlCommand {
    @Parameters(index = "0", paramLabel = "FILE", description = "The rules.")
    private Path file = Path.of("");

    @Option(names = "--count", paramLabel = "N", description = "End after this many answers.")
    private int count = Integer.MAX_VALUE;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "End after this time; 4 when --count was not reached.")
    private long timeoutSeconds = Long.MAX_VALUE / 2_000_000_000L;

    @Option(names = "--agent", paramLabel = "AGENT", description = "Only asks of this agent.")
    private @Nullable String agent;

    ConsentScriptCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() throws IOException, InterruptedException {
        ConsentScript script = script();
        AgentdClient client = client();
        String only = agent == null ? "" : AgentNames.resolve(client, agent);
        long deadline = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
        long head = client.events(Long.MAX_VALUE - 1, 1).head();
        int answered = 0;
        List<String> left = new ArrayList<>();
        try (EventStream stream = client.stream(head)) {
            while (answered < count && System.nanoTime() < deadline) {
                for (AskView ask : client.asks().asks()) {
                    boolean mine = only.isEmpty() || ask.agent().equals(only);
                    if (mine && !left.contains(ask.id()) && answered < count) {
                        if (answer(client, script, ask)) {
                            answered++;
                        } else {
                            left.add(ask.id());
                        }
                    }
                }
                if (answered < count) {
                    awaitAsk(stream, deadline);
                }
            }
        }
        return answered >= count || count == Integer.MAX_VALUE ? Exit.DONE : Exit.NOT_CONSENTED;
    }

    private ConsentScript script() throws IOException {
        try {
            return ConsentScript.parse(file.toString(), Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "script.no-file",
                    "there is no file " + file,
                    file.toString(),
                    "write one: echo 'allow fs.write' > " + file);
        } catch (IllegalArgumentException e) {
            throw new CtlException(
                    Exit.USAGE,
                    "script.syntax",
                    String.valueOf(e.getMessage()),
                    file.toString(),
                    "agentctl consent script --help");
        }
    }

    private boolean answer(AgentdClient client, ConsentScript script, AskView ask) {
        Optional<ConsentScript.Rule> rule = script.ruleFor(ask);
        if (rule.isEmpty()) {
            return false;
        }
        String name = ConsentCommands.CLIENT + " script";
        AnswerRequest request = rule.get().allow()
                ? AnswerRequest.allow(ask, rule.get().scope(), Optional.of(ask.confirmWord()), name)
                : AnswerRequest.deny(ask, name);
        try {
            Answered answered = client.answer(ask.id(), request);
            show(answered, () -> ConsentCommands.said(screen(), answered));
            return true;
        } catch (AgentdException e) {
            if (e.status() != 409) {
                throw e;
            }
            // Somebody else was faster, or it expired: there is nothing left to answer.
            return false;
        }
    }

    private static void awaitAsk(EventStream stream, long deadline) throws InterruptedException {
        while (System.nanoTime() < deadline) {
            long left = Math.min(deadline - System.nanoTime(), ConsentCommands.TICK.toNanos());
            Optional<Signal> signal = stream.next(Duration.ofNanos(Math.max(1, left)));
            boolean asked = signal.isPresent()
                    && switch (signal.get()) {
                        case Signal.Back _ -> true;
                        case Signal.Happened happened -> happened.event().kind().equals("consent.asked");
                        case Signal.Lost _ -> false;
                    };
            if (asked) {
                return;
            }
        }
    }
}

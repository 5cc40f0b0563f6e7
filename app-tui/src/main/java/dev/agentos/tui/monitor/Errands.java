package dev.agentos.tui.monitor;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.DetailTab;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.MonitorViewModel.Detail;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.LanguageWire;
import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.domain.language.CommandText;
import dev.agentos.tui.ctl.CtlContext;
import dev.agentos.tui.monitor.MonitorProgram.Message;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What the monitor wants from outside: never on the thread that paints, and told to it as messages. */
final class Errands {

    private static final int TREE_AGENTS = 40;

    private final CtlContext context;
    private final AgentdClient client;
    private final Consumer<Message> tell;
    private final Runnable refresh;

    /** @param refresh asks for everything anew, after something was done */
    Errands(CtlContext context, AgentdClient client, Consumer<Message> tell, Runnable refresh) {
        this.context = context;
        this.client = client;
        this.tell = tell;
        this.refresh = refresh;
    }

    private void outside(Runnable work) {
        Thread.ofVirtual().start(() -> {
            try {
                work.run();
            } catch (AgentdException e) {
                say(e.body().message()
                        + (e.body().next().isEmpty() ? "" : " → " + e.body().next()));
            } catch (UnreachableException e) {
                say(String.valueOf(e.getMessage()));
            }
        });
    }

    private void say(String text) {
        tell.accept(new Message.Heard(model -> model.said(text)));
    }

    void answer(String ask, AnswerRequest answer) {
        outside(() -> {
            client.answer(ask, answer);
            say(answer.decision().equals("allow") ? "✓ allowed, " + answer.scope() : "✕ not allowed");
            refresh.run();
        });
    }

    void openCard(String id) {
        outside(() -> tell.accept(new Message.Asked(client.ask(id))));
    }

    /** Reads a page anew; for the tree the calls of the agents that are shown. */
    void load(String page, MonitorViewModel model) {
        Pages pages = new Pages(client);
        if (page.equals("CATALOG")) {
            outside(() -> {
                var entries = pages.catalog();
                tell.accept(new Message.Heard(m -> m.withCatalog(entries)));
            });
            return;
        }
        List<String> names = page.equals("TREE")
                ? model.agents().shown().stream()
                        .map(Row::id)
                        .limit(TREE_AGENTS)
                        .map(id -> new Detail(id, DetailTab.CALLS).page())
                        .toList()
                : List.of(page);
        outside(() -> names.forEach(name -> {
            var lines = pages.read(name);
            tell.accept(new Message.Heard(m -> m.withPage(name, lines)));
        }));
    }

    /** What a line means; the answer is a proposal, choices, or a sentence. */
    void understand(String line, Optional<String> focus) {
        outside(() -> {
            var reading = client.understand(new LanguageWire.Sentence(line, focus, Optional.empty()));
            switch (reading.outcome()) {
                case "understood" -> propose("", List.of(reading.choices().getFirst()));
                case "unsure" -> propose(reading.question(), reading.choices());
                default -> say("? I do not understand that; ? lists the keys, and a command of agentctl works too");
            }
        });
    }

    private void propose(String question, List<ProposalView> choices) {
        List<ProposalView> here =
                choices.stream().filter(c -> c.program().equals("agentctl")).toList();
        if (here.isEmpty()) {
            String first = choices.isEmpty() ? "" : choices.getFirst().command();
            say(first.isEmpty() ? "? " + question : "→ " + first + " is a command of agentsh: ./agentos sh");
        } else {
            tell.accept(new Message.Proposed(question, here));
        }
    }

    /** Runs a command of agentctl; long output gets a page of its own. */
    void run(String command, Optional<Detail> detail) {
        List<String> words = CommandText.split(command).orElse(List.of());
        outside(() -> {
            CommandOutput.Ran ran = CommandOutput.run(context, words);
            tell.accept(new Message.Heard(m -> ran.lines().size() > 2
                    ? m.withPage(new Detail(MonitorProgram.OUTPUT, DetailTab.LOG).page(), ran.lines())
                            .opened(Optional.of(new Detail(MonitorProgram.OUTPUT, DetailTab.LOG)))
                            .said(ran.sentence())
                    : m.said(ran.sentence())));
            refresh.run();
            detail.ifPresent(open -> {
                var lines = new Pages(client).read(open.page());
                tell.accept(new Message.Heard(m -> m.withPage(open.page(), lines)));
            });
        });
    }
}

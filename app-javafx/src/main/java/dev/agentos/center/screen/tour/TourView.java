package dev.agentos.center.screen.tour;

import dev.agentos.bridge.client.AgentdClient.Search;
import dev.agentos.bridge.tour.TourContracts;
import dev.agentos.bridge.view.Answer;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.TextLines;
import dev.agentos.bridge.view.TimelineViewModel;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.view.TourViewModel;
import dev.agentos.bridge.view.TourViewModel.Part;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.Undo;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.center.consent.CardView;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.UiThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** The first ten minutes: a governed agent on real documents, one question, its result, its trail, and an escape refused. */
public final class TourView implements Screen {

    private static final int EVENTS = 200;
    private static final String TOLD = "tour";
    private static final double STORY_LEAST = 130;

    private final ScreenContext context;
    private final Label place = Parts.text("", "mono", "muted");
    private final Label title = Parts.text("", "title");
    private final Label says = Parts.prose("", "muted");
    private final Button onward = Parts.button("", this::onward, "accent");
    private final StackPane body = new StackPane();
    private final LinesView lines = new LinesView(false);
    private final PanelView<List<TextLine>> text = new PanelView<>(lines.node(), lines::show);
    private final HBox foot = Parts.row();
    private Optional<CardView> card = Optional.empty();
    private final VBox root;
    private TourViewModel tour = TourViewModel.start();

    public TourView(ScreenContext context) {
        this.context = context;
        HBox.setHgrow(text, Priority.ALWAYS);
        body.getChildren().setAll(text);
        VBox.setVgrow(body, Priority.ALWAYS);
        foot.getStyleClass().add("tour-foot");
        VBox head = new VBox(Parts.row(title, Parts.spring(), place), says);
        VBox panel = Parts.panel(head, body);
        panel.getChildren().add(foot);
        VBox.setVgrow(panel, Priority.ALWAYS);
        root = new VBox(panel);
        root.getStyleClass().add("page");
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        context.preferences().change(values -> values.withTold(TOLD));
        if (tour.part() == Part.NEXT) {
            tour = TourViewModel.start();
        }
        enter();
    }

    private void onward() {
        if (tour.part() == Part.NEXT) {
            context.go(Place.of(CenterTab.HOME));
            return;
        }
        tour = tour.next();
        enter();
    }

    private void enter() {
        Part part = tour.part();
        place.setText(tour.place());
        title.setText(part.title());
        says.setText(part.says());
        onward.setText(part.onward());
        Parts.disable(onward, "");
        card = Optional.empty();
        body.getChildren().setAll(text);
        foot.getChildren().setAll(Parts.spring(), Parts.withReason(onward));
        text.show(new PanelState.Loading<>("reading"));
        switch (part) {
            case CONTRACT ->
                text.show(PanelState.ready(TextLines.of(Tone.PLAIN, TourContracts.text(TourContracts.FOLDER_SUMMARY))));
            case PLAN -> plan();
            case RUN -> run();
            case RESULT -> result();
            case STORY -> story();
            case OUTSIDE -> outside();
            case NEXT -> next();
        }
    }

    // ------------------------------------------------------------------ 2 plan, 3 run

    private void plan() {
        List<TextLine> shown = new ArrayList<>(List.of(
                TextLine.of("1  read       fs.read      every text of the sample folder"),
                TextLine.of("2  summary    summarize    pick the sentences that say most"),
                new TextLine(Tone.NEEDS, "3  write      fs.write     save /workspace/summary.md     ? asks first"),
                TextLine.of("")));
        context.background()
                .readValue(
                        () -> context.client()
                                .validate(new dev.agentos.bridge.wire.ContractWire.ContractText(
                                        TourContracts.FOLDER_SUMMARY,
                                        TourContracts.text(TourContracts.FOLDER_SUMMARY),
                                        Optional.empty(),
                                        Optional.empty())),
                        state -> text.show(state.map(report -> {
                            report.allows().forEach(sentence -> shown.add(TextLine.muted(sentence)));
                            return shown;
                        })));
    }

    private AgentWire.AgentView spawn(String name, Map<String, Object> inputs) {
        return context.client()
                .spawn(new AgentWire.Spawn(
                        "center-tour-" + UUID.randomUUID(),
                        name,
                        TourContracts.text(name),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        inputs,
                        false));
    }

    private void run() {
        Parts.disable(onward, "the run is not over");
        if (!tour.agent().isEmpty()) {
            followed();
            return;
        }
        String folder = context.commands()
                .home()
                .map(home -> home.resolve("samples").resolve("city-permits").toString())
                .orElse("samples/city-permits");
        context.background()
                .readValue(
                        () -> spawn(
                                TourContracts.FOLDER_SUMMARY, Map.of("folder", folder, "title", "What the city says")),
                        state -> {
                            state.found().ifPresent(agent -> {
                                tour = tour.running(agent.id());
                                followed();
                            });
                            if (state.found().isEmpty()) {
                                text.show(state.map(_ -> List.of()));
                            }
                        });
    }

    /** The story of the run as far as it is known, and its question where it asks one. */
    private void followed() {
        String agent = tour.agent();
        context.background()
                .readValue(
                        () -> context.client()
                                .search(Search.ofAgent(agent, EVENTS))
                                .events()
                                .reversed(),
                        state -> {
                            if (tour.part() == Part.RUN || tour.part() == Part.STORY) {
                                text.show(state.map(
                                        events -> TimelineViewModel.of(agent).reduce(events).entries().stream()
                                                .map(TourView::line)
                                                .toList()));
                            }
                        });
    }

    private static TextLine line(TimelineViewModel.Entry entry) {
        return new TextLine(
                entry.tone(),
                entry.clock() + "  " + entry.glyph() + " " + entry.title()
                        + (entry.detail().isEmpty() ? "" : "   " + entry.detail()));
    }

    @Override
    public void show(CenterViewModel state) {
        if (tour.part() != Part.RUN || tour.agent().isEmpty()) {
            return;
        }
        followed();
        var ask = state.inbox().waiting().stream()
                .filter(one -> one.agent().equals(tour.agent()))
                .findFirst();
        if (ask.isPresent() && card.isEmpty()) {
            asks(ask.get());
        } else if (ask.isEmpty() && card.isPresent()) {
            card = Optional.empty();
            body.getChildren().setAll(text);
        }
        card.ifPresent(open -> open.show(state.inbox()));
        state.agents().rows().stream()
                .filter(row -> row.id().equals(tour.agent()) && row.state().isFinal())
                .findFirst()
                .ifPresent(row -> {
                    boolean done = row.word().equals("done");
                    says.setText(
                            done
                                    ? "It is done: three steps, one question."
                                    : "It ended " + row.word() + ": " + row.reason()
                                            + " What was not allowed was not written.");
                    Parts.disable(onward, "");
                });
    }

    /** The same card as in the Inbox, below the story. */
    private void asks(AskView ask) {
        CardView fresh = new CardView(context, ask);
        card = Optional.of(fresh);
        VBox both = new VBox(text, fresh.node());
        both.getStyleClass().add("tour-ask");
        text.setMinHeight(STORY_LEAST);
        text.setPrefHeight(STORY_LEAST);
        VBox.setVgrow(fresh.node(), Priority.ALWAYS);
        body.getChildren().setAll(both);
        // Once it is shown: what is not seen cannot have the focus.
        UiThread.later(fresh::focus);
    }

    // ------------------------------------------------------------------ 4 result

    private void result() {
        String agent = tour.agent();
        context.background()
                .readValue(
                        () -> TourViewModel.summary(context.client().result(agent)),
                        state -> text.show(state.map(answers -> {
                            List<TextLine> shown = new ArrayList<>();
                            for (Answer answer : answers) {
                                if (answer instanceof Answer.Prose prose) {
                                    shown.addAll(TextLines.of(Tone.PLAIN, prose.text()));
                                    shown.add(TextLine.of(""));
                                    prose.sources()
                                            .forEach(source -> shown.add(new TextLine(Tone.OK, "source  " + source)));
                                }
                            }
                            return shown.isEmpty() ? List.of(TextLine.of("It made no summary.")) : shown;
                        })));
        Button undo = Parts.button("Undo the file", () -> {});
        undo.setOnAction(_ -> context.background()
                .act(() -> context.client().undo(agent, new Undo(Optional.empty(), false)), () -> {
                    says.setText("Undone: the file is gone. The audit trail has the write and the undo.");
                    Parts.disable(undo, "it is undone");
                }));
        foot.getChildren().setAll(undo, Parts.spring(), Parts.withReason(onward));
    }

    // ------------------------------------------------------------------ 5 story

    private void story() {
        followed();
        Parts.disable(onward, "the trail is being checked");
        context.background()
                .readValue(
                        () -> {
                            context.client().checkpoint();
                            return context.commands().run(List.of("audit", "verify"));
                        },
                        state -> {
                            boolean verified =
                                    state.found().map(ran -> ran.isDone()).orElse(false);
                            String said = state.found()
                                    .map(ran -> (ran.out().isBlank() ? ran.err() : ran.out())
                                            .lines()
                                            .findFirst()
                                            .orElse(""))
                                    .orElse("");
                            Label outcome = Parts.text(
                                    verified ? "✓ the audit trail is verified" : "✕ not verified: " + said,
                                    verified ? "tone-ok" : "tone-bad");
                            if (tour.part() == Part.STORY) {
                                foot.getChildren().setAll(outcome, Parts.spring(), Parts.withReason(onward));
                            }
                            Parts.disable(onward, "");
                        });
    }

    // ------------------------------------------------------------------ 6 outside, 7 next

    private void outside() {
        Parts.disable(onward, "it is still trying");
        context.background()
                .readValue(
                        () -> {
                            AgentWire.AgentView agent = spawn(TourContracts.OUTSIDE, Map.of());
                            context.client()
                                    .awaitAgent(
                                            agent.id(),
                                            dev.agentos.bridge.client.AgentdClient.Until.ENDED,
                                            Duration.ofSeconds(30));
                            List<TextLine> shown = new ArrayList<>();
                            TextLines.of(Tone.MUTED, TourContracts.text(TourContracts.OUTSIDE))
                                    .forEach(shown::add);
                            shown.add(TextLine.of(""));
                            TimelineViewModel.of(agent.id())
                                    .reduce(context.client()
                                            .search(Search.ofAgent(agent.id(), EVENTS))
                                            .events()
                                            .reversed())
                                    .entries()
                                    .forEach(entry -> shown.add(line(entry)));
                            var why = context.client().explain(agent.id(), "write", "/etc/agentos-was-here");
                            shown.add(TextLine.of(""));
                            shown.add(new TextLine(
                                    why.answer().equals("refused") ? Tone.OK : Tone.BAD,
                                    why.answer() + ": " + why.why()
                                            + (why.contractLine().isEmpty() ? "" : " · " + why.contractLine())));
                            return shown;
                        },
                        state -> {
                            text.show(state.map(shown -> shown));
                            Parts.disable(onward, "");
                        });
    }

    private void next() {
        text.show(PanelState.ready(List.of(
                TextLine.of("Catalog        eight agents, ready to start"),
                TextLine.of("Contracts      the sample contract, with completion and its problems as you type"),
                TextLine.of("Models         a model of your own is optional: local/extractive needs none"),
                TextLine.of("Settings       what this machine can enforce, and how to close each gap"))));
        foot.getChildren()
                .setAll(
                        Parts.button("Open the catalog", () -> context.go(Place.of(CenterTab.CATALOG))),
                        Parts.button("Write a contract", () -> context.go(Place.of(CenterTab.CONTRACTS))),
                        Parts.spring(),
                        Parts.withReason(onward));
    }
}

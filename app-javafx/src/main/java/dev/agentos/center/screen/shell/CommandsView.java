package dev.agentos.center.screen.shell;

import dev.agentos.bridge.view.Answer;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.LanguageWire;
import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.center.ui.CommandRunner.Ran;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.Words;
import dev.agentos.domain.language.CommandText;
import dev.agentos.domain.language.Effect;
import dev.agentos.domain.language.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/**
 * The language of agentsh in the window. A line that is a command runs; anything else is a sentence, whose command is
 * shown with its effect before it runs. {@code ?} in front forces a sentence, {@code !} a command.
 */
public final class CommandsView implements Screen {

    private static final int KEPT = 60;

    private final ScreenContext context;
    private final VBox transcript = new VBox();
    private final ScrollPane scroll = Parts.scroll(transcript);
    private final TextField line = new TextField();
    private final VBox root;
    private final List<String> history = new ArrayList<>();
    private int at;

    public CommandsView(ScreenContext context) {
        this.context = context;
        transcript.getStyleClass().add("transcript");
        line.setPromptText("A command, or what you want in your own words");
        line.getStyleClass().addAll("mono", "prompt");
        line.setOnAction(_ -> entered());
        line.addEventFilter(KeyEvent.KEY_PRESSED, this::recall);
        transcript.heightProperty().subscribe(() -> scroll.setVvalue(1));
        VBox.setVgrow(scroll, Priority.ALWAYS);
        VBox page = Parts.panel(
                Parts.head("Shell", Parts.text("? sentence   ! command   ↑ earlier lines", "muted")), scroll);
        VBox.setVgrow(page, Priority.ALWAYS);
        root = new VBox(page, line);
        root.getStyleClass().add("page");
        transcript
                .getChildren()
                .add(Parts.prose(
                        "Every command of agentctl, without its name: list, doctor, audit verify. Or say it: "
                                + "“which agents use the most memory?”",
                        "muted"));
    }

    @Override
    public Node node() {
        return root;
    }

    /** {@code argument} is a command that was chosen elsewhere, with its effect shown there. */
    @Override
    public void opened(String argument) {
        if (!argument.isEmpty()) {
            run(argument);
            // The place is the shell, not the command: coming back to it must not run it again.
            context.go(Place.of(CenterTab.SHELL));
        }
        line.requestFocus();
    }

    @Override
    public void show(CenterViewModel state) {}

    private void recall(KeyEvent event) {
        if (event.getCode() != KeyCode.UP && event.getCode() != KeyCode.DOWN) {
            return;
        }
        at = Math.clamp(at + (event.getCode() == KeyCode.UP ? -1 : 1), 0, history.size());
        line.setText(at < history.size() ? history.get(at) : "");
        line.end();
        event.consume();
    }

    private void entered() {
        String text = Optional.ofNullable(line.getText()).orElse("").strip();
        if (text.isEmpty()) {
            return;
        }
        history.add(text);
        at = history.size();
        line.clear();
        if (text.startsWith("!")) {
            run(text.substring(1).strip());
        } else if (text.startsWith("?") || intent(text).isEmpty()) {
            understand(text.startsWith("?") ? text.substring(1).strip() : text);
        } else {
            run(text);
        }
    }

    /** The command that a line begins with, the longest that fits. */
    private static Optional<Intent> intent(String text) {
        return Words.all().intents().stream()
                .filter(one -> text.equals(one.command()) || text.startsWith(one.command() + " "))
                .max(java.util.Comparator.comparingInt(one -> one.command().length()));
    }

    private void add(Node node) {
        transcript.getChildren().add(node);
        if (transcript.getChildren().size() > KEPT) {
            transcript.getChildren().removeFirst();
        }
    }

    // ------------------------------------------------------------------ sentences

    private void understand(String text) {
        add(Parts.prose("? " + text, "strong"));
        context.background()
                .readValue(
                        () -> context.client()
                                .understand(new LanguageWire.Sentence(text, Optional.empty(), Optional.empty())),
                        this::understood);
    }

    private void understood(PanelState<LanguageWire.Reading> state) {
        switch (state) {
            case PanelState.Ready<LanguageWire.Reading> ready -> {
                LanguageWire.Reading reading = ready.value();
                if (reading.choices().isEmpty()) {
                    add(Parts.prose(
                            "I do not understand that. Commands work too: list, doctor, audit verify.", "muted"));
                    return;
                }
                if (!reading.question().isEmpty()) {
                    add(Parts.prose(reading.question(), "muted"));
                }
                reading.choices().forEach(choice -> add(proposal(choice)));
            }
            case PanelState.Failed<LanguageWire.Reading> failed ->
                add(Parts.prose(failed.why() + " → " + failed.next(), "tone-bad"));
            case PanelState.Loading<LanguageWire.Reading> _,
                    PanelState.Empty<LanguageWire.Reading> _,
                    PanelState.Missing<LanguageWire.Reading> _ -> {}
        }
    }

    private HBox proposal(ProposalView choice) {
        boolean changes = choice.effect().equals("changes");
        HBox row = Parts.row(
                Parts.text("→ " + choice.command(), "mono", "strong"),
                Parts.text(choice.effect(), changes ? "tone-needs" : "muted"),
                Parts.spring());
        row.getChildren()
                .addAll(
                        Parts.button("Edit", () -> {
                            line.setText(choice.command());
                            line.requestFocus();
                            line.end();
                        }),
                        Parts.button(changes ? "Run it: it changes something" : "Run it", () -> {
                            row.setDisable(true);
                            run(choice.command());
                        }));
        row.getStyleClass().add("proposal");
        return row;
    }

    // ------------------------------------------------------------------ commands

    private void run(String command) {
        Optional<List<String>> words = CommandText.split(command);
        if (words.isEmpty() || words.get().isEmpty()) {
            add(Parts.prose("a quote is open: " + command, "tone-bad"));
            return;
        }
        VBox answer = new VBox(Parts.text("agentctl " + command, "mono", "strong"), Parts.text("running …", "muted"));
        answer.getStyleClass().add("answer");
        add(answer);
        List<String> asked = rich(command, words.get());
        context.background().readValue(() -> context.commands().run(asked), state -> {
            answer.getChildren().removeLast();
            state.found().ifPresent(ran -> told(answer, ran));
            context.refresh().run();
        });
    }

    /** A command that reads is asked for its data, so that its answer can be more than text. */
    private static List<String> rich(String command, List<String> words) {
        boolean reads = intent(command).map(one -> one.effect() == Effect.READS).orElse(false);
        boolean whole = words.stream().noneMatch(word -> word.startsWith("--") || word.equals("schema"));
        if (!reads || !whole || words.getFirst().equals("completion")) {
            return words;
        }
        List<String> more = new ArrayList<>(words);
        more.add("--json");
        return more;
    }

    private static void told(VBox answer, Ran ran) {
        List<Answer> answers = Answer.of(ran.out(), ran.err(), ran.isDone());
        answers.forEach(one -> answer.getChildren().add(AnswerView.of(one)));
        if (answers.isEmpty()) {
            answer.getChildren().add(Parts.text(ran.isDone() ? "✓ done" : "✕ exit " + ran.exit(), "muted"));
        }
    }
}

package dev.agentos.center.shell;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.PaletteEntry;
import dev.agentos.bridge.view.PaletteEntry.Pick;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.LanguageWire;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.Words;
import java.util.List;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/**
 * Ctrl-K: every place, agent and command, and sentences. A command shows what it does before it runs; one that changes
 * something takes a second Enter.
 */
final class PaletteView {

    private static final double ROW = 34;
    private static final int MOST_ROWS = 10;

    private final ScreenContext context;
    private final TextField field = new TextField();
    private final ListView<PaletteEntry> list = new ListView<>();
    private final Label note = Parts.prose("", "muted", "palette-note");
    private final VBox card = new VBox(field, list, note);
    private final StackPane root = new StackPane(card);
    private Optional<PaletteEntry> armed = Optional.empty();

    PaletteView(ScreenContext context) {
        this.context = context;
        root.setVisible(false);
        root.getStyleClass().add("veil");
        card.getStyleClass().add("palette");
        card.setMaxSize(Region.USE_PREF_SIZE, Region.USE_PREF_SIZE);
        StackPane.setAlignment(card, Pos.TOP_CENTER);
        field.setPromptText("Type a command or a sentence");
        list.setFocusTraversable(false);
        list.setFixedCellSize(ROW);
        list.setCellFactory(_ -> new Line());
        list.setOnMouseClicked(_ -> choose());
        field.textProperty().subscribe(_ -> fill());
        field.addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        root.setOnMousePressed(event -> {
            if (root.equals(event.getTarget())) {
                close();
            }
        });
    }

    StackPane root() {
        return root;
    }

    boolean isOpen() {
        return root.isVisible();
    }

    void open(String text) {
        root.setVisible(true);
        field.setText(text);
        field.requestFocus();
        field.end();
        fill();
    }

    void close() {
        root.setVisible(false);
        armed = Optional.empty();
    }

    private void fill() {
        if (!isOpen()) {
            // The list of commands is read when it is first wanted, not at the start of the window.
            return;
        }
        armed = Optional.empty();
        note.setText("Enter opens or runs · what changes something takes a second Enter · Esc leaves");
        show(PaletteEntry.of(
                field.getText(), Words.all(), context.store().state().agents().rows()));
    }

    private void show(List<PaletteEntry> entries) {
        list.getItems().setAll(entries);
        list.setPrefHeight(ROW * Math.min(MOST_ROWS, Math.max(1, entries.size())) + 2);
        list.getSelectionModel().selectFirst();
    }

    private void key(KeyEvent event) {
        int at = list.getSelectionModel().getSelectedIndex();
        switch (event.getCode()) {
            case ESCAPE -> close();
            case UP -> move(at - 1);
            case DOWN -> move(at + 1);
            case ENTER -> choose();
            case TAB -> complete();
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void move(int to) {
        armed = Optional.empty();
        int last = list.getItems().size() - 1;
        list.getSelectionModel().select(Math.clamp(to, 0, Math.max(0, last)));
        list.scrollTo(list.getSelectionModel().getSelectedIndex());
    }

    private void complete() {
        PaletteEntry entry = list.getSelectionModel().getSelectedItem();
        if (entry == null) {
            return;
        }
        switch (entry.pick()) {
            case Pick.Fill fill -> put(fill.text());
            case Pick.Run run -> put(run.command());
            case Pick.Open _, Pick.Understand _, Pick.Theme _ -> put(entry.title());
        }
    }

    private void put(String text) {
        field.setText(text);
        field.end();
    }

    private void choose() {
        PaletteEntry entry = list.getSelectionModel().getSelectedItem();
        if (entry == null) {
            return;
        }
        switch (entry.pick()) {
            case Pick.Open open -> {
                close();
                context.go(open.place());
            }
            case Pick.Theme theme -> {
                close();
                context.preferences().change(values -> values.withTheme(theme.word()));
            }
            case Pick.Fill fill -> put(fill.text());
            case Pick.Understand said -> understand(said.text());
            case Pick.Run run -> run(entry, run.command());
        }
    }

    private void run(PaletteEntry entry, String command) {
        if (entry.effect().equals("changes") && !armed.equals(Optional.of(entry))) {
            armed = Optional.of(entry);
            note.setText("This changes something. Enter again runs: " + command);
            return;
        }
        close();
        context.go(new Place(CenterTab.SHELL, command));
    }

    private void understand(String text) {
        note.setText("looking for the command …");
        Optional<String> focus =
                Optional.of(context.store().state().place().argument()).filter(argument -> !argument.isEmpty());
        context.background()
                .readValue(
                        () -> context.client().understand(new LanguageWire.Sentence(text, focus, Optional.empty())),
                        state -> understood(text, state));
    }

    private void understood(String text, PanelState<LanguageWire.Reading> state) {
        if (!isOpen() || !field.getText().strip().endsWith(text)) {
            return;
        }
        switch (state) {
            case PanelState.Ready<LanguageWire.Reading> ready -> {
                LanguageWire.Reading reading = ready.value();
                List<PaletteEntry> found = reading.choices().stream()
                        .map(choice -> new PaletteEntry(
                                choice.command(), choice.about(), choice.effect(), new Pick.Run(choice.command())))
                        .toList();
                if (!found.isEmpty()) {
                    show(found);
                }
                note.setText(
                        found.isEmpty()
                                ? "No command was found in that. Commands work too: try list, doctor, audit verify."
                                : reading.question().isEmpty()
                                        ? "This is the command. Enter runs it."
                                        : reading.question());
            }
            case PanelState.Failed<LanguageWire.Reading> failed -> note.setText(failed.why() + " → " + failed.next());
            case PanelState.Loading<LanguageWire.Reading> _,
                    PanelState.Empty<LanguageWire.Reading> _,
                    PanelState.Missing<LanguageWire.Reading> _ -> note.setText("");
        }
    }

    private static final class Line extends ListCell<PaletteEntry> {
        private final Label title = Parts.text("", "mono");
        private final Label about = Parts.text("", "muted");
        private final Label effect = Parts.text("", "effect");
        private final HBox row = Parts.row(title, about, Parts.spring(), effect);

        @Override
        protected void updateItem(PaletteEntry entry, boolean empty) {
            super.updateItem(entry, empty);
            setText(null);
            if (empty || entry == null) {
                setGraphic(null);
                return;
            }
            title.setText(entry.title());
            title.setMinWidth(Math.min(380, title.prefWidth(-1)));
            about.setText(entry.about());
            effect.setText(entry.effect());
            effect.setMinWidth(Region.USE_PREF_SIZE);
            effect.getStyleClass().setAll("label", "effect", entry.effect().equals("changes") ? "tone-needs" : "muted");
            setGraphic(row);
        }
    }

    /** For tests and pictures: what the first key would be. */
    static boolean opens(KeyEvent event) {
        return event.isShortcutDown() && event.getCode() == KeyCode.K;
    }
}

package dev.agentos.center.screen.contracts;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.ContractDraft;
import dev.agentos.bridge.view.ContractDraft.Other;
import dev.agentos.bridge.view.LineDiff;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ContractWire.ContractText;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.animation.PauseTransition;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;
import javafx.util.Duration;

/** A contract as text at the left; at the right what is wrong with it, what it allows in words, and what changed. */
public final class ContractsView implements Screen {

    private static final Duration QUIET = Duration.millis(180);

    private final ScreenContext context;
    private final ContractArea area = new ContractArea(this::typed);
    private final Label name = Parts.text("", "strong");
    private final Label unsaved = Parts.text("", "tone-needs");
    private final MenuButton running = new MenuButton("Compare with …");
    private final DraftPanel panel;
    private final PauseTransition quiet = new PauseTransition(QUIET);
    private final VBox root;
    private ContractDraft draft = ContractDraft.fresh();
    private Optional<Path> file = Optional.empty();
    private List<Row> agents = List.of();

    public ContractsView(ScreenContext context) {
        this.context = context;
        panel = new DraftPanel(area::go, this::settle, this::leave, this::admit);
        quiet.setOnFinished(_ -> paint());
        HBox title = Parts.row(
                name,
                unsaved,
                Parts.spring(),
                Parts.button("Open …", () -> choose("Open a contract", this::read)),
                Parts.button("Save", this::save, "accent"));
        HBox buttons =
                Parts.row(running, Parts.button("Open a proposal …", () -> choose("Open a proposal", this::proposal)));
        running.setMinWidth(Region.USE_PREF_SIZE);
        VBox text = Parts.panel(title, area.node());
        text.getChildren().add(1, buttons);
        HBox.setHgrow(text, Priority.ALWAYS);
        text.setMinWidth(0);
        text.setPrefWidth(640);
        Region side = panel.node();
        side.setPrefWidth(420);
        side.setMinWidth(300);
        HBox both = new HBox(text, side);
        both.getStyleClass().add("split");
        root = new VBox(both);
        root.getStyleClass().add("page");
        VBox.setVgrow(both, Priority.ALWAYS);
        start(draft);
    }

    @Override
    public Node node() {
        return root;
    }

    /** @param argument an agent, whose contract is opened and compared with */
    @Override
    public void opened(String argument) {
        if (!argument.isEmpty()) {
            context.background().readValue(() -> context.client().contractOf(argument), state -> {
                state.found().ifPresent(contract -> {
                    file = Optional.empty();
                    start(ContractDraft.opened(contract.source(), contract.text())
                            .comparedWith(new Other(argument, contract.text(), false)));
                });
                if (state instanceof PanelState.Failed<?> failed) {
                    context.say("✕ " + failed.why());
                }
            });
        }
    }

    @Override
    public void show(CenterViewModel state) {
        List<Row> now = state.agents().rows().stream()
                .filter(row -> !row.state().isFinal())
                .toList();
        if (!now.stream()
                .map(Row::id)
                .toList()
                .equals(agents.stream().map(Row::id).toList())) {
            running.getItems().setAll(now.stream().map(this::item).toList());
        }
        agents = now;
        running.setDisable(now.isEmpty());
    }

    private MenuItem item(Row row) {
        MenuItem item = new MenuItem(row.id());
        item.setMnemonicParsing(false);
        item.setOnAction(_ -> compare(row.id()));
        return item;
    }

    private void compare(String agent) {
        context.background()
                .readValue(
                        () -> context.client().contractOf(agent),
                        state -> state.found().ifPresent(contract -> {
                            draft = draft.comparedWith(new Other(agent, contract.text(), false));
                            paint();
                        }));
    }

    // ------------------------------------------------------------------ text

    private void start(ContractDraft next) {
        draft = next;
        area.replace(next.text());
        area.forget();
        paint();
    }

    private void typed(String text) {
        draft = draft.typed(text);
        quiet.playFromStart();
    }

    private void paint() {
        name.setText(draft.source());
        unsaved.setText(draft.isChanged() ? "! not saved" : "");
        area.show(draft.problems());
        panel.show(draft);
    }

    private void settle(LineDiff.Change change) {
        area.replace(draft.settled(change));
        paint();
    }

    private void leave(LineDiff.Change change) {
        draft = draft.left(change);
        paint();
    }

    private void admit() {
        panel.admitting();
        ContractDraft asked = draft;
        context.background()
                .readValue(
                        () -> context.client()
                                .admit(new ContractText(
                                        asked.source(), asked.text(), Optional.empty(), Optional.empty())),
                        panel::admitted);
    }

    // ------------------------------------------------------------------ files

    private FileChooser chooser(String title) {
        FileChooser chooser = new FileChooser();
        chooser.setTitle(title);
        chooser.getExtensionFilters().add(new FileChooser.ExtensionFilter("Contracts", "*.yaml", "*.yml"));
        return chooser;
    }

    private void choose(String title, Consumer<Path> then) {
        Optional.ofNullable(chooser(title).showOpenDialog(root.getScene().getWindow()))
                .map(File::toPath)
                .ifPresent(then);
    }

    /** Opens a file in the editor. */
    void read(Path path) {
        text(path, text -> {
            file = Optional.of(path);
            start(ContractDraft.opened(String.valueOf(path.getFileName()), text));
        });
    }

    /** Opens a file whose changes are offered one by one. */
    void proposal(Path path) {
        text(path, text -> {
            draft = draft.comparedWith(new Other(String.valueOf(path.getFileName()), text, true));
            paint();
        });
    }

    private void text(Path path, Consumer<String> then) {
        context.background().read(() -> read0(path), state -> {
            state.found().ifPresent(then);
            if (state instanceof PanelState.Failed<?> failed) {
                context.say("✕ " + failed.why());
            }
        });
    }

    private static PanelState<String> read0(Path path) {
        try {
            return PanelState.ready(Files.readString(path));
        } catch (IOException e) {
            return new PanelState.Failed<>(path + " cannot be read: " + e.getMessage(), "");
        }
    }

    private void save() {
        Optional<Path> target = file.or(() -> {
            FileChooser chooser = chooser("Save the contract");
            chooser.setInitialFileName(draft.source());
            return Optional.ofNullable(chooser.showSaveDialog(root.getScene().getWindow()))
                    .map(File::toPath);
        });
        target.ifPresent(this::write);
    }

    /** Writes it whole or not at all. */
    void write(Path path) {
        String text = draft.text();
        context.background().read(() -> write0(path, text), state -> {
            if (state instanceof PanelState.Failed<?> failed) {
                context.say("✕ " + failed.why());
                return;
            }
            file = Optional.of(path);
            draft = draft.typed(text).saved(String.valueOf(path.getFileName())).typed(area.text());
            context.say("✓ saved " + path);
            paint();
        });
    }

    private static PanelState<Boolean> write0(Path path, String text) {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.writeString(fresh, text, StandardCharsets.UTF_8);
            Files.move(
                    fresh,
                    path,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return PanelState.ready(true);
        } catch (IOException e) {
            return new PanelState.Failed<>(path + " was not saved: " + e.getMessage(), "");
        }
    }
}

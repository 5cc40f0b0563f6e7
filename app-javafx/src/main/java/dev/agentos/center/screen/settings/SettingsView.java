package dev.agentos.center.screen.settings;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ServiceWire.Findings;
import dev.agentos.center.ui.FindingLines;
import dev.agentos.center.ui.LookPanel;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** How the window looks, and what this machine can enforce. */
public final class SettingsView implements Screen {

    private final ScreenContext context;
    private final VBox findings = new VBox();
    private final PanelView<Findings> doctor = new PanelView<>(Parts.scroll(findings), this::fill);
    private final Label summary = Parts.text("", "muted");
    private final VBox root;

    public SettingsView(ScreenContext context) {
        this.context = context;
        findings.getStyleClass().add("story");
        VBox look = Parts.panel(Parts.head("Look"), LookPanel.of(context.preferences()));
        VBox machine = Parts.panel(
                Parts.head("What this machine can enforce", summary, Parts.button("Check again", this::probe)), doctor);
        VBox.setVgrow(machine, Priority.ALWAYS);
        root = new VBox(look, machine);
        root.getStyleClass().add("page");
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        context.background().readValue(() -> context.client().findings(), doctor::show);
    }

    private void probe() {
        doctor.show(new PanelState.Loading<>("probing this machine"));
        context.background()
                .readValue(
                        () -> {
                            context.client().doctor();
                            return context.client().findings();
                        },
                        doctor::show);
    }

    private void fill(Findings found) {
        summary.setText(
                found.gaps() == 0
                        ? "every contract can be honoured as written"
                        : found.gaps() + " gaps keep contracts from being honoured as written");
        findings.getChildren()
                .setAll(found.findings().stream().map(FindingLines::of).toList());
    }

    @Override
    public void show(CenterViewModel state) {}
}

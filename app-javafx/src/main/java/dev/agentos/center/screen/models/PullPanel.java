package dev.agentos.center.screen.models;

import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ModelWire.Pull;
import dev.agentos.bridge.wire.ModelWire.PullPlan;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.time.Duration;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** Has a provider fetch a model: its size and the free disk first, then progress, and a stop that leaves no model. */
final class PullPanel {

    private static final Duration NEWS = Duration.ofSeconds(5);
    private static final String HINT =
            "Size and free disk are shown before anything is fetched. Weights that are on this machine: agentctl model --help.";

    private final ScreenContext context;
    private final Runnable pulled;
    private final TextField name = new TextField();
    private final Label said = Parts.prose(HINT, "muted");
    private final ProgressBar progress = new ProgressBar(0);
    private final Button look = Parts.button("Show its size", this::look);
    private final Button pull = Parts.button("Pull it", this::pull);
    private final Button stop = Parts.button("Stop", this::stop);
    private final VBox root;
    private String planned = "";
    private String running = "";

    /** @param pulled told when a model has come */
    PullPanel(ScreenContext context, Runnable pulled) {
        this.context = context;
        this.pulled = pulled;
        name.setPromptText("ollama/qwen3:0.6b");
        name.setAccessibleText("model to pull");
        name.setOnAction(_ -> look());
        name.textProperty()
                .subscribe(text -> Parts.disable(
                        pull, !planned.isEmpty() && text.strip().equals(planned) ? "" : "look at its size"));
        HBox.setHgrow(name, Priority.ALWAYS);
        progress.setMaxWidth(Double.MAX_VALUE);
        HBox line = Parts.row(name, look, Parts.withReason(pull), stop);
        root = Parts.panel(Parts.head("Pull a model"), new VBox(line, progress, said));
        Parts.disable(pull, "look at its size");
        busy(false);
    }

    Region node() {
        return root;
    }

    private void busy(boolean now) {
        for (Region part : new Region[] {progress, stop}) {
            part.setVisible(now);
            part.setManaged(now);
        }
        look.setDisable(now);
    }

    private void look() {
        String wanted = name.getText().strip();
        if (wanted.isEmpty()) {
            return;
        }
        said.setText("asking the provider …");
        context.background().readValue(() -> context.client().planModelPull(wanted), state -> planned(wanted, state));
    }

    private void planned(String wanted, PanelState<PullPlan> state) {
        state.found().ifPresent(plan -> {
            planned = plan.fits() ? wanted : "";
            said.setText((plan.present() ? "It is there; a newer one is looked for. " : "")
                    + size(plan.bytes(), plan.words()) + "; free: " + size(plan.freeBytes(), plan.freeWords())
                    + (plan.fits() ? "" : ". It does not fit."));
            Parts.disable(pull, plan.fits() ? "" : "it does not fit on the disk");
        });
        failed(state);
    }

    private static String size(long bytes, String words) {
        return bytes < 0 ? words : Measures.bytes(bytes) + (words.isEmpty() ? "" : " (" + words + ")");
    }

    private void failed(PanelState<?> state) {
        if (state instanceof PanelState.Failed<?> failed) {
            busy(false);
            said.setText("✕ " + failed.why() + (failed.next().isEmpty() ? "" : " → " + failed.next()));
        }
    }

    private void pull() {
        String wanted = planned;
        if (!wanted.isEmpty()) {
            context.background().readValue(() -> context.client().pullModel(wanted), this::follow);
        }
    }

    private void follow(PanelState<Pull> state) {
        failed(state);
        state.found().ifPresent(now -> {
            running = now.id();
            boolean goesOn = now.state().equals(Pull.RUNNING);
            busy(goesOn);
            progress.setProgress(
                    now.totalBytes() == 0
                            ? ProgressBar.INDETERMINATE_PROGRESS
                            : Math.min(1, now.completedBytes() / (double) now.totalBytes()));
            said.setText(sentence(now));
            if (goesOn) {
                context.background()
                        .readValue(() -> context.client().modelPull(now.id(), now.revision(), NEWS), this::follow);
            } else {
                pulled.run();
            }
        });
    }

    private static String sentence(Pull now) {
        return switch (now.state()) {
            case Pull.RUNNING ->
                now.status()
                        + (now.totalBytes() == 0
                                ? ""
                                : ": " + Measures.bytes(now.completedBytes()) + " of "
                                        + Measures.bytes(now.totalBytes()));
            case Pull.DONE -> "✓ " + now.model() + " is there";
            case Pull.CANCELLED -> "stopped: the model is not there";
            default -> "✕ " + now.trouble();
        };
    }

    private void stop() {
        String id = running;
        context.background().readValue(() -> context.client().cancelModelPull(id), state -> {
            failed(state);
            state.found().ifPresent(now -> said.setText(sentence(now)));
        });
    }
}

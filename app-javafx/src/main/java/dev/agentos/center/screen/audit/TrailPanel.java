package dev.agentos.center.screen.audit;

import dev.agentos.bridge.view.AuditViewModel;
import dev.agentos.bridge.view.AuditViewModel.Verdict;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.center.ui.CommandRunner.Ran;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.UiThread;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;

/**
 * The whole trail: how long it is, whether it is verified, and the way to take it along. Verifying and exporting are done
 * by agentctl, which reads the files beside the service: the service has no say in whether its own trail is sound.
 */
final class TrailPanel {

    private static final Pattern COUNT = Pattern.compile("^([0-9]+) records$");

    private final ScreenContext context;
    private final Label state = Parts.prose("", "strong");
    private final Label detail = Parts.prose("", "muted");
    private final Glyph glyph = new Glyph("·");
    private final HBox sign = new HBox(glyph);
    private final ProgressBar progress = new ProgressBar();
    private final Button verify = Parts.button("Verify everything", this::verify);
    private final Button export = Parts.button("Export …", this::choose);
    private final VBox root;
    private long records;
    private boolean checked;

    TrailPanel(ScreenContext context) {
        this.context = context;
        VBox words = new VBox(state, detail, progress);
        words.getStyleClass().add("trail-words");
        HBox.setHgrow(words, Priority.ALWAYS);
        words.setMinWidth(0);
        progress.setMaxWidth(Double.MAX_VALUE);
        sign.getStyleClass().addAll("sign", "tone-muted");
        HBox row = Parts.row(sign, words, export, verify);
        root = new VBox(row);
        root.getStyleClass().addAll("panel");
        busy(false);
    }

    Region node() {
        return root;
    }

    void show(Optional<ServiceWire.Status> status) {
        records = status.map(one -> one.audit().records()).orElse(0L);
        if (!checked) {
            state.setText(
                    records == 0 ? "The audit trail" : Measures.exact(records) + " records, each chained to the last");
            detail.setText("Not verified in this window yet. Verifying reads the trail's own files, not the service.");
        }
    }

    private void busy(boolean now) {
        progress.setVisible(now);
        progress.setManaged(now);
        verify.setDisable(now);
        export.setDisable(now);
    }

    private void told(String sign, String tone, String what, String more) {
        checked = true;
        glyph.set(sign);
        this.sign.getStyleClass().setAll("sign", tone);
        state.setText(what);
        detail.setText(more);
    }

    // ------------------------------------------------------------------ verify

    private void verify() {
        busy(true);
        progress.setProgress(0);
        told("◌", "tone-muted", "verifying …", "");
        run(List.of("audit", "verify", "--json", "--progress"), this::verified);
    }

    private void run(List<String> words, java.util.function.Consumer<PanelState<Ran>> then) {
        context.background()
                .readValue(() -> context.commands().run(words, line -> UiThread.later(() -> progress(line))), state -> {
                    busy(false);
                    then.accept(state);
                });
    }

    private void progress(String line) {
        Matcher count = COUNT.matcher(line);
        if (count.find()) {
            long read = Long.parseLong(count.group(1));
            progress.setProgress(
                    records == 0 ? ProgressBar.INDETERMINATE_PROGRESS : Math.min(1, (double) read / records));
            detail.setText(Measures.exact(read) + " of " + Measures.exact(records) + " records");
        }
    }

    private void verified(PanelState<Ran> state) {
        state.found()
                .ifPresent(ran -> AuditViewModel.verdict(ran.out())
                        .ifPresentOrElse(
                                verdict -> verdict(verdict, ""),
                                () -> told(
                                        "✕",
                                        "tone-bad",
                                        "The trail could not be verified",
                                        ran.err().strip())));
    }

    private void verdict(Verdict verdict, String more) {
        told(
                verdict.verified() ? "✓" : "✕",
                verdict.verified() ? "tone-ok" : "tone-bad",
                verdict.sentence(),
                verdict.verified()
                        ? (more.isEmpty() ? "in " + verdict.source() : more)
                        : String.join("\n", verdict.findings())
                                + "\nKeep this directory as it is, and compare it with a backup or an export.");
    }

    // ------------------------------------------------------------------ export

    private void choose() {
        FileChooser chooser = new FileChooser();
        chooser.setTitle("Export the audit trail");
        chooser.setInitialFileName("agentos-audit.jsonl");
        Optional.ofNullable(chooser.showSaveDialog(root.getScene().getWindow()))
                .ifPresent(file -> export(file.toPath()));
    }

    /** Writes the bundle, then verifies the bundle alone: what is handed on was checked as its reader will check it. */
    void export(Path file) {
        busy(true);
        progress.setProgress(ProgressBar.INDETERMINATE_PROGRESS);
        told("◌", "tone-muted", "exporting …", file.toString());
        run(
                List.of("audit", "export", file.toString(), "--json"),
                state -> state.found().ifPresent(ran -> {
                    if (!ran.isDone()) {
                        told(
                                "✕",
                                "tone-bad",
                                "The trail was not exported",
                                ran.err().strip());
                        return;
                    }
                    busy(true);
                    run(
                            List.of("audit", "verify", file.toString(), "--json", "--progress"),
                            after -> after.found()
                                    .flatMap(done -> AuditViewModel.verdict(done.out()))
                                    .ifPresentOrElse(
                                            verdict -> verdict(
                                                    verdict,
                                                    "Exported to " + file
                                                            + ", with its key and checkpoints. Anybody can check it: agentctl audit"
                                                            + " verify FILE"),
                                            () -> told(
                                                    "✕", "tone-bad", "The export does not verify", file.toString())));
                }));
    }
}

package dev.agentos.center.shell;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Measures;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.Parts;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;

/** The line at the bottom: the service, what this machine enforces, the audit trail, the machine. */
final class StatusLine {

    private final Glyph glyph = new Glyph("◌");
    private final Label service = Parts.text("agentd");
    private final HBox serviceState = Parts.row(glyph, service);
    private final Label enforcement = Parts.text("", "muted");
    private final Label calls = Parts.text("", "muted");
    private final Label audit = Parts.text("", "muted");
    private final Label machine = Parts.text("", "muted");
    private final HBox root;

    StatusLine() {
        serviceState.getStyleClass().add("state");
        root = Parts.row(serviceState, enforcement, calls, audit, Parts.spring(), machine);
        root.getStyleClass().add("status-line");
    }

    HBox root() {
        return root;
    }

    void show(CenterViewModel state) {
        boolean there = state.connection().isConnected() && state.known();
        String word = there
                ? state.status().map(ServiceWire.Status::state).orElse("ready")
                : state.connection().isConnected() ? "asking" : "silent";
        Tone tone = !there ? Tone.NEEDS : word.equals("ready") ? Tone.OK : Tone.NEEDS;
        glyph.set(there ? "●" : "◌");
        service.setText(word.equals("ready") ? "agentd" : "agentd " + word);
        Parts.restyle(serviceState, "row", "state", Parts.tone(tone));
        if (state.status().isEmpty()) {
            return;
        }
        ServiceWire.Status status = state.status().get();
        ServiceWire.Enforcement enforced = status.enforcement();
        String level = enforced.enforced() == enforced.total() ? "full" : enforced.enforced() == 0 ? "none" : "partial";
        enforcement.setText("Enforcement: " + level + " (" + enforced.enforced() + " of " + enforced.total() + ")");
        long tokens = state.use().todayTokens();
        calls.setText(
                tokens == 0
                        ? "Today: no tokens"
                        : "Today: " + Measures.spent(tokens, state.use().todayCostUsd()));
        audit.setText("Audit: " + Measures.exact(status.audit().records()) + " records, signed to #"
                + Measures.exact(status.audit().checkpointCount()));
        ServiceWire.MachineView host = status.machine();
        machine.setText(host.cores() + " CPUs · " + Measures.bytes(host.memoryBytes()) + " · "
                + (host.gpuMemoryBytes() > 0 ? "GPU " + Measures.bytes(host.gpuMemoryBytes()) : "no GPU"));
    }
}

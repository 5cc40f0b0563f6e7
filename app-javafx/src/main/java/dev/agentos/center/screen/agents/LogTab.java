package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** What an agent wrote, standard error in another tone, with a search. */
final class LogTab implements AgentTab {

    private static final int TAIL = 256 * 1024;

    private final ScreenContext context;
    private final LinesView lines = new LinesView(true);
    private final PanelView<List<TextLine>> panel = new PanelView<>(lines.node(), lines::show);
    private final TextField search = new TextField();
    private final Label hits = Parts.text("", "muted");
    private final VBox root;
    private String agent = "";

    LogTab(ScreenContext context) {
        this.context = context;
        search.setPromptText("Search the log");
        search.textProperty().subscribe(text -> {
            int found = lines.search(text == null ? "" : text.strip());
            hits.setText(text == null || text.isBlank() ? "" : found == 1 ? "1 line" : found + " lines");
        });
        HBox bar = Parts.row(search, hits, Parts.spring(), Parts.button("Read again", () -> open(agent)));
        root = Parts.panel(bar, panel);
    }

    @Override
    public String title() {
        return "Log";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void open(String id) {
        agent = id;
        context.background().read(() -> read(id), state -> {
            if (id.equals(agent)) {
                panel.show(state);
            }
        });
    }

    private PanelState<List<TextLine>> read(String id) {
        List<TextLine> all = new ArrayList<>();
        for (String stream : List.of("stdout", "stderr")) {
            AgentWire.LogChunk chunk = context.client().log(id, stream, 0, Duration.ZERO);
            String text = chunk.text();
            (text.length() > TAIL ? text.substring(text.length() - TAIL) : text)
                    .lines()
                    .forEach(line -> all.add(new TextLine(stream.equals("stderr") ? Tone.NEEDS : Tone.PLAIN, line)));
        }
        return all.isEmpty()
                ? new PanelState.Empty<>(
                        "It has written nothing.", "What its program prints appears here; a plan prints nothing.")
                : PanelState.ready(all);
    }

    @Override
    public void show(CenterViewModel state) {}
}

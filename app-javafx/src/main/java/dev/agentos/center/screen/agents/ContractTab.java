package dev.agentos.center.screen.agents;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.bridge.wire.ContractWire.SubstitutionView;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;

/** The contract that an agent was admitted with, and below it what is really enforced of it. */
final class ContractTab implements AgentTab {

    private record Both(AgentView agent, List<TextLine> contract) {}

    private static final double RECEIPT = 240;
    private static final double SENTENCE = 48;

    private final ScreenContext context;
    private final LinesView contract = new LinesView(true);
    private final VBox receipt = new VBox();
    private final Label enforced = Parts.text("", "strong");
    private final ScrollPane below;
    private final PanelView<Both> panel;
    private final VBox root;
    private String agent = "";

    ContractTab(ScreenContext context) {
        this.context = context;
        receipt.getStyleClass().add("receipt");
        below = Parts.scroll(receipt);
        VBox both = new VBox(contract.node(), below);
        both.getStyleClass().add("contract-both");
        VBox.setVgrow(contract.node(), Priority.ALWAYS);
        panel = new PanelView<>(both, this::fill);
        root = Parts.panel(Parts.head("Contract beside what is enforced", enforced), panel);
    }

    @Override
    public String title() {
        return "Contract";
    }

    @Override
    public Region node() {
        return root;
    }

    @Override
    public void open(String id) {
        agent = id;
        context.background()
                .readValue(
                        () -> new Both(
                                context.client().agent(id),
                                context.client()
                                        .contractOf(id)
                                        .text()
                                        .lines()
                                        .map(TextLine::of)
                                        .toList()),
                        state -> {
                            if (id.equals(agent)) {
                                panel.show(state);
                                if (!(state instanceof PanelState.Ready)) {
                                    enforced.setText("");
                                }
                            }
                        });
    }

    private void fill(Both both) {
        contract.show(both.contract());
        List<ReceiptLine> lines = both.agent().receipt();
        long declared = lines.stream().filter(ReceiptLine::declared).count();
        long held = lines.stream()
                .filter(line -> line.declared() && line.actual().equals("enforced"))
                .count();
        boolean managed = lines.isEmpty();
        enforced.setText(managed ? "" : held + " of " + declared);
        enforced.getStyleClass().setAll("label", "strong", held == declared ? "tone-ok" : "tone-needs");
        receipt.getChildren().clear();
        below.setPrefHeight(managed ? SENTENCE : RECEIPT);
        below.setMinHeight(managed ? SENTENCE : RECEIPT / 2);
        if (managed) {
            receipt.getChildren()
                    .add(Parts.prose(
                            "agentd runs its plan itself: each call is decided against the contract before it is made, and "
                                    + "no program of its own runs.",
                            "muted"));
        }
        lines.forEach(line -> receipt.getChildren().add(line(line)));
        both.agent().substitutions().forEach(line -> receipt.getChildren().add(substitution(line)));
        both.agent().notes().forEach(note -> receipt.getChildren().add(row("·", "tone-muted", "admission", note)));
    }

    private static HBox line(ReceiptLine line) {
        boolean held = line.actual().equals("enforced");
        String tone = !line.declared() ? "tone-muted" : held ? "tone-ok" : "tone-bad";
        String sign = held ? "✓" : line.declared() ? "✕" : "·";
        return row(sign, tone, line.mechanism(), held ? line.how() : line.actual() + ": " + line.how());
    }

    private static HBox substitution(SubstitutionView line) {
        return row(
                "!",
                "tone-needs",
                line.resource(),
                line.given() + " instead of " + line.wanted() + ": " + line.reason());
    }

    private static HBox row(String sign, String tone, String what, String how) {
        HBox mark = new HBox(new Glyph(sign));
        mark.getStyleClass().addAll("sign", tone);
        Label name = Parts.text(what);
        name.setMinWidth(120);
        name.setPrefWidth(120);
        Label words = Parts.prose(how, "muted");
        HBox.setHgrow(words, Priority.ALWAYS);
        HBox row = new HBox(mark, name, words);
        row.getStyleClass().add("receipt-line");
        return row;
    }

    @Override
    public void show(CenterViewModel state) {}
}

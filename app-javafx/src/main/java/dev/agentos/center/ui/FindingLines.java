package dev.agentos.center.ui;

import dev.agentos.bridge.wire.ServiceWire.FindingView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** What the doctor found, each with what follows from it and how it is closed. */
public final class FindingLines {

    private FindingLines() {}

    public static HBox of(FindingView finding) {
        String glyph = finding.state().equals("ok") ? "✓" : finding.state().equals("gap") ? "✕" : "·";
        String tone =
                finding.state().equals("ok") ? "tone-ok" : finding.state().equals("gap") ? "tone-bad" : "tone-muted";
        HBox sign = new HBox(new Glyph(glyph));
        sign.getStyleClass().addAll("sign", tone);
        VBox words = new VBox(Parts.prose(finding.what(), "strong"));
        if (!finding.consequence().isEmpty()) {
            words.getChildren().add(Parts.prose(finding.consequence(), "muted"));
        }
        if (!finding.fix().isEmpty()) {
            words.getChildren().add(Parts.prose(finding.fix(), "mono"));
        }
        HBox.setHgrow(words, Priority.ALWAYS);
        HBox line = new HBox(sign, words);
        line.getStyleClass().add("story-line");
        return line;
    }
}

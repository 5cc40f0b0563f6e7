package dev.agentos.center.screen.settings;

import dev.agentos.bridge.view.CenterPreferences;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ServiceWire.FindingView;
import dev.agentos.bridge.wire.ServiceWire.Findings;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.util.List;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
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
        VBox look = Parts.panel(Parts.head("Look"), look());
        VBox machine = Parts.panel(
                Parts.head("What this machine can enforce", summary, Parts.button("Check again", this::probe)), doctor);
        VBox.setVgrow(machine, Priority.ALWAYS);
        root = new VBox(look, machine);
        root.getStyleClass().add("page");
    }

    private HBox look() {
        CenterPreferences values = context.preferences().values();
        ToggleGroup group = new ToggleGroup();
        HBox themes = Parts.row();
        for (String word : List.of("system", "dark", "light", "high-contrast")) {
            ToggleButton button = new ToggleButton(word);
            button.setToggleGroup(group);
            button.setMinWidth(Region.USE_PREF_SIZE);
            button.setSelected(values.theme().equals(word));
            button.setOnAction(_ -> {
                button.setSelected(true);
                context.preferences().change(now -> now.withTheme(word));
                context.preferences().save();
            });
            context.preferences().listen(now -> button.setSelected(now.theme().equals(word)));
            themes.getChildren().add(button);
        }
        Slider size = new Slider(CenterPreferences.LEAST_TEXT, CenterPreferences.MOST_TEXT, values.textPercent());
        size.setMajorTickUnit(20);
        size.setBlockIncrement(10);
        size.setPrefWidth(180);
        Label percent = Parts.text(values.textPercent() + " %", "figure");
        percent.setMinWidth(52);
        percent.setAlignment(Pos.CENTER_RIGHT);
        size.valueProperty().subscribe(now -> {
            int rounded = (int) (Math.round(now.doubleValue() / 10) * 10);
            percent.setText(rounded + " %");
            if (!size.isValueChanging()) {
                context.preferences().change(then -> then.withText(rounded));
            }
        });
        context.preferences().listen(now -> size.setValue(now.textPercent()));
        Label text = Parts.text("Text", "muted");
        text.setMinWidth(Region.USE_PREF_SIZE);
        HBox line = Parts.row(themes, Parts.spring(), text, size, percent);
        line.getStyleClass().add("settings-line");
        return line;
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
                .setAll(found.findings().stream().map(SettingsView::line).toList());
    }

    private static HBox line(FindingView finding) {
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

    @Override
    public void show(CenterViewModel state) {}
}

package dev.agentos.center.screen.installer;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.InstallerViewModel;
import dev.agentos.bridge.view.InstallerViewModel.Page;
import dev.agentos.bridge.view.InstallerViewModel.Service;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ServiceWire.Findings;
import dev.agentos.center.ui.FindingLines;
import dev.agentos.center.ui.LinesView;
import dev.agentos.center.ui.LookPanel;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.ScreenContext;
import java.nio.file.Path;
import java.util.function.Consumer;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.RadioButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** Welcome, check, service, look, commands: one page after the other, back and forth. */
public final class InstallerView {

    private final ScreenContext context;
    private final Consumer<CenterTab> opens;
    private final Label place = Parts.text("", "mono", "muted");
    private final Label title = Parts.text("", "title");
    private final Label says = Parts.prose("", "muted");
    private final StackPane body = new StackPane();
    private final HBox foot = Parts.row();
    private final Button back = Parts.button("Back", this::back);
    private final Button onward = Parts.button("", this::onward, "accent");
    private final LinesView plan = new LinesView(false);
    private final VBox root;
    private InstallerViewModel model;

    /** @param opens shows the window itself, at a place */
    public InstallerView(ScreenContext context, Consumer<CenterTab> opens) {
        this.context = context;
        this.opens = opens;
        this.model = InstallerViewModel.start(context.commands().home().map(Path::toString));
        VBox head = new VBox(Parts.row(title, Parts.spring(), place), says);
        VBox panel = Parts.panel(head, body);
        foot.getStyleClass().add("tour-foot");
        panel.getChildren().add(foot);
        VBox.setVgrow(panel, Priority.ALWAYS);
        root = new VBox(panel);
        root.getStyleClass().addAll("window", "page");
        enter();
    }

    public VBox root() {
        return root;
    }

    public InstallerViewModel model() {
        return model;
    }

    private void back() {
        model = model.back();
        enter();
    }

    private void onward() {
        if (model.page() == Page.DONE) {
            opens.accept(CenterTab.HOME);
            return;
        }
        model = model.next();
        enter();
    }

    private void enter() {
        Page page = model.page();
        title.setText(page.title());
        says.setText(page.says());
        place.setText(model.place());
        onward.setText(page.onward());
        Parts.disable(back, page == Page.WELCOME ? "this is the first page" : "");
        foot.getChildren().setAll(Parts.withReason(back), Parts.spring(), onward);
        body.getChildren()
                .setAll(
                        switch (page) {
                            case WELCOME -> welcome();
                            case CHECK -> check();
                            case SERVICE -> service();
                            case LOOK -> new VBox(LookPanel.of(context.preferences()));
                            case DONE -> done();
                        });
        onward.requestFocus();
    }

    private Node welcome() {
        VBox page = new VBox(
                Parts.prose(
                        "AgentOS runs agents as processes: each under a contract that says what it may use, what it must "
                                + "ask, and when it stops. What it did stands in a trail that anybody can check."),
                Parts.prose(
                        "The pages: check this machine, choose for whom agentd runs, choose a look, see the commands. "
                                + "You can go back at any time, and close the window without anything having happened."),
                Parts.prose("No account, no key, no model and no network are needed.", "muted"));
        page.getStyleClass().add("column");
        return page;
    }

    private Node check() {
        VBox findings = new VBox();
        findings.getStyleClass().add("story");
        PanelView<Findings> doctor = new PanelView<>(
                Parts.scroll(findings),
                found -> findings.getChildren()
                        .setAll(found.findings().stream().map(FindingLines::of).toList()));
        context.background()
                .readValue(
                        () -> context.client().findings(),
                        state -> doctor.show(
                                state instanceof PanelState.Failed<Findings>
                                        ? new PanelState.Missing<>(
                                                "agentd is not running yet, and this window starts nothing.",
                                                "Go on; the last page has agentctl doctor, which checks the same.")
                                        : state));
        return doctor;
    }

    private Node service() {
        ToggleGroup group = new ToggleGroup();
        VBox page = new VBox();
        page.getStyleClass().add("column");
        for (Service one : Service.values()) {
            RadioButton button = new RadioButton(one.title());
            button.setToggleGroup(group);
            button.setSelected(model.service() == one);
            button.setOnAction(_ -> {
                model = model.serving(one);
                planned();
            });
            VBox choice = new VBox(button, Parts.prose(one.says(), "muted", "choice-says"));
            choice.getStyleClass().add("choice");
            page.getChildren().add(choice);
        }
        CheckBox notifies = new CheckBox("Tell me of questions while the window is closed");
        notifies.setSelected(model.notifies());
        notifies.setOnAction(_ -> {
            model = model.notifying(notifies.isSelected());
            planned();
        });
        page.getChildren().addAll(notifies, Parts.text("What will be there", "panel-title"), plan.node());
        VBox.setVgrow(plan.node(), Priority.ALWAYS);
        planned();
        return page;
    }

    private void planned() {
        plan.show(model.plan());
    }

    private Node done() {
        VBox commands = new VBox();
        commands.getStyleClass().add("commands");
        model.commands().forEach(command -> commands.getChildren().add(Parts.prose(command, "mono")));
        Button copy = Parts.button("Copy the commands", () -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(String.join("\n", model.commands()));
            Clipboard.getSystemClipboard().setContent(content);
        });
        foot.getChildren()
                .setAll(
                        back,
                        copy,
                        Parts.spring(),
                        Parts.button("Take the tour", () -> opens.accept(CenterTab.TOUR)),
                        onward);
        return Parts.scroll(commands);
    }
}

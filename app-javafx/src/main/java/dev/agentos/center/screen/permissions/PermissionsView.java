package dev.agentos.center.screen.permissions;

import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.wire.ConsentWire.GrantView;
import dev.agentos.bridge.wire.SecretWire.SecretValue;
import dev.agentos.bridge.wire.SecretWire.SecretView;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.TextTable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.PasswordField;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;

/** Standing grants with where each was used, and secrets by name. Values of secrets are never shown. */
public final class PermissionsView implements Screen {

    private final ScreenContext context;
    private final TextTable<GrantView> grants = new TextTable<>(GrantView::id);
    private final PanelView<List<GrantView>> grantPanel = new PanelView<>(grants.node(), grants::show);
    private final Button revoke = Parts.button("Revoke", this::revoke);
    private final TextTable<SecretView> secrets = new TextTable<>(SecretView::name);
    private final PanelView<List<SecretView>> secretPanel = new PanelView<>(secrets.node(), secrets::show);
    private final Button forget = Parts.button("Delete", this::forget);
    private final TextField name = new TextField();
    private final PasswordField value = new PasswordField();
    private final TextField hosts = new TextField();
    private final Label kept = Parts.prose("", "muted");
    private final VBox root;
    private int asks = -1;

    public PermissionsView(ScreenContext context) {
        this.context = context;
        grants.column("Agent", 190, "mono", GrantView::agent)
                .column("Tool", 90, "mono", GrantView::tool)
                .column("On", 220, "mono", GrantView::target)
                .column("Until", 110, "text", PermissionsView::until)
                .column("Used", 60, "figure", grant -> String.valueOf(grant.used()))
                .column("Last", 150, "muted", GrantView::lastUse);
        grants.onSelection(this::enable);
        secrets.column("Name", 160, "mono", SecretView::name)
                .column(
                        "Only to",
                        220,
                        "text",
                        secret -> secret.hosts().isEmpty()
                                ? "hosts of the using contract"
                                : String.join(", ", secret.hosts()))
                .column("Named by", 200, "text", secret -> String.join(", ", secret.agents()))
                .column("Uses", 60, "figure", secret -> String.valueOf(secret.uses()))
                .column("Set", 120, "muted", secret -> day(secret.setAt()));
        secrets.onSelection(this::enable);
        VBox top = Parts.panel(Parts.head("Standing grants", Parts.withReason(revoke)), grantPanel);
        VBox bottom =
                Parts.panel(Parts.head("Secrets", Parts.withReason(forget)), new VBox(secretPanel, kept, setting()));
        VBox.setVgrow(top, Priority.ALWAYS);
        VBox.setVgrow(bottom, Priority.ALWAYS);
        VBox.setVgrow(secretPanel, Priority.ALWAYS);
        top.setPrefHeight(0);
        bottom.setPrefHeight(0);
        root = new VBox(top, bottom);
        root.getStyleClass().add("page");
        enable();
    }

    private HBox setting() {
        name.setPromptText("name");
        value.setPromptText("value");
        hosts.setPromptText("only to these hosts");
        HBox.setHgrow(hosts, Priority.ALWAYS);
        HBox line = Parts.row(name, value, hosts, Parts.button("Set", this::set));
        line.getStyleClass().add("go");
        return line;
    }

    private static String until(GrantView grant) {
        return switch (grant.scope()) {
            case "run" -> "end of the run";
            case "restart" -> "agentd restarts";
            default -> day(grant.expiresAt());
        };
    }

    private static String day(String time) {
        return time.length() >= 16 ? time.substring(0, 16).replace('T', ' ') : time;
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        context.background().read(this::readGrants, grantPanel::show);
        context.background().read(this::readSecrets, secretPanel::show);
    }

    private PanelState<List<GrantView>> readGrants() {
        List<GrantView> all = context.client().grants().grants();
        return all.isEmpty()
                ? new PanelState.Empty<>(
                        "Nothing is allowed beyond the contracts.",
                        "An answer “in this run” or “for 30 days” appears here with where it was used.")
                : PanelState.ready(all);
    }

    private PanelState<List<SecretView>> readSecrets() {
        var all = context.client().secrets();
        dev.agentos.center.ui.UiThread.later(() -> kept.setText(all.protection()));
        return all.secrets().isEmpty()
                ? new PanelState.Empty<>(
                        "No secret is kept.", "Set one below; contracts name it under security.secrets.")
                : PanelState.ready(all.secrets());
    }

    @Override
    public void show(CenterViewModel state) {
        // An answer may have given a grant.
        if (state.inbox().closed().size() != asks) {
            asks = state.inbox().closed().size();
            opened("");
        }
    }

    private void enable() {
        Parts.disable(revoke, grants.selected().isEmpty() ? "choose a grant" : "");
        Parts.disable(forget, secrets.selected().isEmpty() ? "choose a secret" : "");
    }

    private void revoke() {
        grants.selected()
                .ifPresent(grant -> context.background()
                        .act(() -> context.client().revoke(grant.id()), () -> {
                            context.say("✓ revoked; what was open under it is ended");
                            opened("");
                        }));
    }

    private void forget() {
        secrets.selected()
                .ifPresent(secret -> context.background()
                        .act(() -> context.client().deleteSecret(secret.name()), () -> {
                            context.say("✓ deleted " + secret.name());
                            opened("");
                        }));
    }

    private void set() {
        String given = Optional.ofNullable(name.getText()).orElse("").strip();
        if (given.isEmpty() || value.getText().isEmpty()) {
            context.say("a secret needs a name and a value");
            return;
        }
        List<String> only = Arrays.stream(
                        Optional.ofNullable(hosts.getText()).orElse("").split("[,\\s]+"))
                .filter(host -> !host.isEmpty())
                .toList();
        SecretValue secret = new SecretValue(given, value.getText(), only);
        // The field forgets it at once; agentd seals it.
        value.clear();
        context.background().act(() -> context.client().setSecret(secret), () -> {
            name.clear();
            hosts.clear();
            context.say("✓ set " + secret.name());
            opened("");
        });
    }
}

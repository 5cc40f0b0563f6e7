package dev.agentos.testkit.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterPreferences;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.InstallerViewModel;
import dev.agentos.center.Installer;
import dev.agentos.center.screen.installer.InstallerView;
import dev.agentos.center.ui.CommandRunner;
import dev.agentos.center.ui.Preferences;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.ButtonBase;
import javafx.scene.image.WritableImage;
import javafx.stage.Stage;

/** The pages that set AgentOS up, as a person goes through them. */
public final class InstallerWindow implements AutoCloseable {

    private static final long SETTLE_MS = 400;

    private final Stage stage;
    private final InstallerView view;
    private final AtomicReference<Optional<CenterTab>> opened;

    private InstallerWindow(Stage stage, InstallerView view, AtomicReference<Optional<CenterTab>> opened) {
        this.stage = stage;
        this.view = view;
        this.opened = opened;
    }

    public static InstallerWindow open(AgentdClient client, CommandRunner commands, String theme)
            throws InterruptedException {
        AtomicReference<Optional<CenterTab>> opened = new AtomicReference<>(Optional.empty());
        return CenterWindow.ui(() -> {
            Stage stage = new Stage();
            Preferences preferences =
                    Preferences.inMemory(CenterPreferences.fresh().withTheme(theme));
            InstallerView view =
                    Installer.open(stage, client, commands, preferences, tab -> opened.set(Optional.of(tab)));
            return new InstallerWindow(stage, view, opened);
        });
    }

    public InstallerViewModel model() throws InterruptedException {
        return CenterWindow.ui(view::model);
    }

    /** Where the person went from the last page. */
    public Optional<CenterTab> opened() {
        return opened.get();
    }

    /** Uses the button, choice or box with this text, as the space bar does; whether there was one that can be used. */
    public boolean use(String text) throws InterruptedException {
        boolean used = CenterWindow.ui(() -> {
            Optional<ButtonBase> button = find(view.root(), text);
            button.ifPresent(ButtonBase::fire);
            return button.isPresent();
        });
        TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
        return used;
    }

    private static Optional<ButtonBase> find(Node node, String text) {
        if (node instanceof ButtonBase button && text.equals(button.getText()) && !button.isDisabled()) {
            return Optional.of(button);
        }
        if (node instanceof Parent parent) {
            for (Node child : parent.getChildrenUnmodifiable()) {
                Optional<ButtonBase> found = find(child, text);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    public void picture(Path file) throws InterruptedException, IOException {
        TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
        WritableImage image = CenterWindow.ui(() -> stage.getScene().snapshot(null));
        Pictures.write(image, file);
    }

    @Override
    public void close() {
        try {
            CenterWindow.ui(() -> {
                stage.hide();
                return true;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

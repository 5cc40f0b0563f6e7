package dev.agentos.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.center.screen.installer.InstallerView;
import dev.agentos.center.ui.Background;
import dev.agentos.center.ui.CommandRunner;
import dev.agentos.center.ui.Look;
import dev.agentos.center.ui.Preferences;
import dev.agentos.center.ui.ScreenContext;
import dev.agentos.center.ui.Store;
import java.util.function.Consumer;
import javafx.scene.Scene;
import javafx.stage.Stage;

/** The pages that set AgentOS up, in a window of their own. */
public final class Installer {

    private static final double WIDTH = 860;
    private static final double HEIGHT = 560;

    private Installer() {}

    /**
     * Opens them on a stage. For the UI thread.
     *
     * @param opens shows the control centre at a place, once the person is through
     */
    public static InstallerView open(
            Stage stage,
            AgentdClient client,
            CommandRunner commands,
            Preferences preferences,
            Consumer<CenterTab> opens) {
        Store<CenterViewModel> store = new Store<>(CenterViewModel.start());
        Background background = new Background(text -> store.change(state -> state.said(text)));
        ScreenContext context = new ScreenContext(client, store, background, commands, preferences, () -> {});
        InstallerView view = new InstallerView(context, tab -> {
            preferences.save();
            opens.accept(tab);
        });
        Scene scene = new Scene(view.root(), WIDTH, HEIGHT);
        Look.of(scene, preferences);
        stage.setTitle("Set up AgentOS");
        stage.setScene(scene);
        stage.show();
        return view;
    }
}

package dev.agentos.center.ui;

import dev.agentos.bridge.view.CenterViewModel;
import javafx.scene.Node;

/**
 * A place of the window, as a function of state. It is made when it is first opened and kept; {@link #show} is called
 * on the UI thread while it is open, with every state that is shown.
 */
public interface Screen {

    /** Its nodes, always the same. */
    Node node();

    void show(CenterViewModel state);

    /** It was opened, or opened at something else. {@code argument} is what is opened in it, or empty. */
    default void opened(String argument) {}

    /** Another place was opened. */
    default void closed() {}

    /** Esc was pressed and nothing else took it; whether this screen did. */
    default boolean back() {
        return false;
    }
}

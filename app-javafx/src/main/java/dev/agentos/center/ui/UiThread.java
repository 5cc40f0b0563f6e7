package dev.agentos.center.ui;

import javafx.application.Platform;

/** The one door to the thread that owns the window. Nothing else hands work to it. */
public final class UiThread {

    private UiThread() {}

    /** Runs it there: now where this is that thread, else as soon as it comes round. */
    public static void run(Runnable work) {
        if (Platform.isFxApplicationThread()) {
            work.run();
        } else {
            Platform.runLater(work);
        }
    }

    /** Runs it there after what waits already. */
    public static void later(Runnable work) {
        Platform.runLater(work);
    }
}

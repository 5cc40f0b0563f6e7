package dev.agentos.testkit.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterPreferences;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.Center;
import dev.agentos.center.ui.CommandRunner;
import dev.agentos.center.ui.Preferences;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javafx.animation.AnimationTimer;
import javafx.application.Platform;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.input.MouseButton;
import javafx.scene.robot.Robot;
import javafx.scene.text.Text;
import javafx.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * The window as a person meets it: it is looked at, and given keys and clicks. One toolkit serves a whole process;
 * {@link #headless} must come before the first window.
 */
public final class CenterWindow implements AutoCloseable {

    private static final long LIMIT_SECONDS = 30;
    private static final long POLL_MS = 20;
    private static boolean started;

    private final @Nullable Center center;

    private CenterWindow(@Nullable Center center) {
        this.center = center;
    }

    /** No window: what a test holds before it has opened one. */
    public static CenterWindow none() {
        return new CenterWindow(null);
    }

    /** What this machine lacks to paint a window; empty when it lacks nothing. Starts the toolkit. */
    public static String lacks() throws InterruptedException {
        try {
            startToolkit();
            return "";
        } catch (RuntimeException | LinkageError e) {
            return e.getMessage()
                    + (e.getCause() == null ? "" : ": " + e.getCause().getMessage());
        }
    }

    /** Chooses JavaFX's headless platform, which paints 1000 by 1000 pixels. */
    public static void headless() {
        System.setProperty("glass.platform", "Headless");
        System.setProperty("prism.order", "sw");
    }

    private static synchronized void startToolkit() throws InterruptedException {
        if (started) {
            return;
        }
        CountDownLatch ready = new CountDownLatch(1);
        Platform.setImplicitExit(false);
        Platform.startup(ready::countDown);
        if (!ready.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the toolkit did not start");
        }
        started = true;
    }

    /** Ends the toolkit and with it every window of this process. */
    public static void exit() {
        Platform.exit();
    }

    /** Opens a window of this size, in pixels. */
    public static CenterWindow open(
            AgentdClient client, CommandRunner commands, String theme, double width, double height)
            throws InterruptedException {
        startToolkit();
        CenterPreferences values = CenterPreferences.fresh().withTheme(theme).withSize(width, height);
        Center center = ui(() -> {
            Stage stage = new Stage();
            stage.setX(0);
            stage.setY(0);
            return Center.open(stage, client, commands, Preferences.inMemory(values), CenterTab.HOME);
        });
        CenterWindow window = new CenterWindow(center);
        window.frames(2);
        return window;
    }

    /** Runs it on the UI thread and waits. */
    public static <T> T ui(Callable<T> work) throws InterruptedException {
        CompletableFuture<T> done = new CompletableFuture<>();
        Platform.runLater(() -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        try {
            return done.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("on the UI thread: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the UI thread did not answer within " + LIMIT_SECONDS + " s", e);
        }
    }

    public Center center() {
        Center open = center;
        if (open == null) {
            throw new IllegalStateException("no window was opened");
        }
        return open;
    }

    public CenterViewModel state() {
        return center().context().store().state();
    }

    // ------------------------------------------------------------------ waiting

    /** Waits until so many frames were painted. */
    public void frames(int count) throws InterruptedException {
        CountDownLatch painted = new CountDownLatch(count);
        AnimationTimer timer = ui(() -> {
            AnimationTimer made = new AnimationTimer() {
                @Override
                public void handle(long now) {
                    painted.countDown();
                }
            };
            made.start();
            return made;
        });
        if (!painted.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nothing is painted");
        }
        ui(() -> {
            timer.stop();
            return true;
        });
    }

    /** Waits until the state is so; says what was waited for when it does not come. */
    public void until(String what, Predicate<CenterViewModel> so) throws InterruptedException {
        await(what, () -> so.test(state()));
    }

    /** Waits until a node that is seen has such a text. */
    public void untilSeen(String text) throws InterruptedException {
        await("to see “" + text + "”", () -> ui(() -> find(text).isPresent()));
    }

    /** Waits until a text that begins like this is seen. */
    public void untilSeenLike(String beginning) throws InterruptedException {
        await("to see “" + beginning + "…”", () -> texts().stream().anyMatch(text -> text.startsWith(beginning)));
    }

    /** Waits until what has this text can be used. */
    public void untilEnabled(String text) throws InterruptedException {
        await(
                "to use “" + text + "”",
                () -> ui(() -> find(text).map(node -> !node.isDisabled()).orElse(false)));
    }

    /** Scrolls every list that is seen to its last line. */
    public void scrollToEnd() throws InterruptedException {
        frames(3);
        ui(() -> {
            SceneTree.find(center().scene().getRoot(), node -> {
                if (node instanceof ListView<?> list && !list.getItems().isEmpty()) {
                    list.scrollTo(list.getItems().size() - 1);
                }
                return false;
            });
            return true;
        });
        frames(2);
    }

    /** Waits until no node that is seen has such a text. */
    public void untilGone(String text) throws InterruptedException {
        await("no longer to see “" + text + "”", () -> ui(() -> find(text).isEmpty()));
    }

    private void await(String what, Callable<Boolean> so) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (System.nanoTime() < deadline) {
            try {
                if (so.call()) {
                    return;
                }
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(what, e);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        throw new IllegalStateException("waited " + LIMIT_SECONDS + " s in vain: " + what + "; seen: " + texts());
    }

    // ------------------------------------------------------------------ looking

    /** Every text that is seen, from the top of the tree. */
    public List<String> texts() throws InterruptedException {
        return ui(() -> SceneTree.texts(center().scene().getRoot()));
    }

    /** The first node that is seen and has this text, or whose name for assistive programs it is. */
    public Optional<Node> find(String text) {
        return SceneTree.find(center().scene().getRoot(), text);
    }

    /** The first node that is seen and fits. */
    public Optional<Node> find(Predicate<Node> fits) {
        return SceneTree.find(center().scene().getRoot(), fits);
    }

    /** Texts that do not fit where they stand and that no tooltip gives whole: what is painted ends in an ellipsis. */
    public List<String> cutOff() throws InterruptedException {
        return ui(() -> {
            // What was told a moment ago is laid out with the next frame only.
            center().scene().getRoot().applyCss();
            center().scene().getRoot().layout();
            List<String> cut = new ArrayList<>();
            SceneTree.find(center().scene().getRoot(), node -> {
                if (node instanceof Labeled labeled
                        && labeled.getText() != null
                        && !labeled.getText().isEmpty()
                        && labeled.getTooltip() == null
                        && labeled.getContentDisplay() != ContentDisplay.GRAPHIC_ONLY
                        && labeled.lookup(".text") instanceof Text painted
                        && !painted.getText().equals(labeled.getText())) {
                    cut.add(labeled.getText());
                }
                return false;
            });
            return cut;
        });
    }

    /** Paints the window into a file. */
    public void picture(Path file) throws InterruptedException, IOException {
        frames(3);
        WritableImage image = ui(() -> center().scene().snapshot(null));
        Pictures.write(image, file);
    }

    // ------------------------------------------------------------------ doing

    public void go(Place place) throws InterruptedException {
        ui(() -> {
            center().context().go(place);
            return true;
        });
        frames(2);
    }

    /** Presses keys together and lets go of them. */
    public void press(KeyCode... keys) throws InterruptedException {
        ui(() -> {
            SceneTree.press(keys);
            return true;
        });
        frames(2);
    }

    /** Types letters, digits and blanks. */
    public void type(String text) throws InterruptedException {
        ui(() -> {
            Robot robot = new Robot();
            for (char c : text.toUpperCase(Locale.ROOT).toCharArray()) {
                KeyCode key =
                        c == ' ' ? KeyCode.SPACE : c == '-' ? KeyCode.MINUS : KeyCode.getKeyCode(String.valueOf(c));
                robot.keyType(key);
            }
            return true;
        });
        frames(2);
    }

    /** Clicks in the middle of what has this text. */
    public void click(String text) throws InterruptedException {
        untilSeen(text);
        Node node = ui(() -> find(text).orElseThrow());
        click(node);
    }

    /** Moves the pointer to where nothing answers to it. */
    public void pointAside() throws InterruptedException {
        ui(() -> {
            new Robot().mouseMove(1, 1);
            return true;
        });
        frames(2);
    }

    public void click(Node node) throws InterruptedException {
        ui(() -> {
            Bounds bounds = node.localToScreen(node.getBoundsInLocal());
            Robot robot = new Robot();
            robot.mouseMove(bounds.getCenterX(), bounds.getCenterY());
            robot.mouseClick(MouseButton.PRIMARY);
            return true;
        });
        frames(2);
    }

    @Override
    public void close() {
        Center open = center;
        if (open == null) {
            return;
        }
        try {
            ui(() -> {
                open.stage().hide();
                open.close();
                return true;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

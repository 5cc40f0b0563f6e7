package dev.agentos.testkit.center;

import dev.agentos.bridge.view.CardViewModel;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.center.consent.CardWindow;
import dev.agentos.center.ui.ScreenContext;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javafx.application.Platform;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.image.WritableImage;
import javafx.scene.input.KeyCode;
import javafx.scene.input.MouseButton;
import javafx.scene.robot.Robot;
import javafx.stage.Stage;
import javafx.stage.Window;

/** A person, or something that is none, at a consent card in a window of its own. */
public final class CardHand implements AutoCloseable {

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int KEYS_PER_SECOND = 60;
    private static final List<KeyCode> KEYS = List.of(
            KeyCode.O,
            KeyCode.R,
            KeyCode.S,
            KeyCode.T,
            KeyCode.A,
            KeyCode.D,
            KeyCode.N,
            KeyCode.V,
            KeyCode.M,
            KeyCode.Y,
            KeyCode.DIGIT1,
            KeyCode.ENTER,
            KeyCode.ENTER,
            KeyCode.SPACE,
            KeyCode.SPACE,
            KeyCode.TAB,
            KeyCode.DOWN);

    private final CardWindow window;

    private CardHand(CardWindow window) {
        this.window = window;
    }

    /** Opens the card as a click on its notification does. */
    public static CardHand open(ScreenContext context, AskView ask) throws InterruptedException {
        return new CardHand(CenterWindow.ui(() -> CardWindow.open(context, ask)));
    }

    public CardViewModel model() {
        return window.card().model();
    }

    public Stage stage() {
        return window.stage();
    }

    // ------------------------------------------------------------------ looking

    /** Every text that is seen. */
    public List<String> texts() throws InterruptedException {
        return CenterWindow.ui(() -> SceneTree.texts(stage().getScene().getRoot()));
    }

    public Optional<Node> find(String text) throws InterruptedException {
        return CenterWindow.ui(() -> SceneTree.find(stage().getScene().getRoot(), text));
    }

    /** Whether a control with this text can be used now. */
    public boolean isOpen(String text) throws InterruptedException {
        return find(text).map(node -> !node.isDisabled()).orElse(false);
    }

    /** Waits until it is so, on the UI thread; whether it came. */
    public static boolean awaits(Callable<Boolean> so) throws InterruptedException {
        return awaits(so, LIMIT_NANOS);
    }

    /** The same with another limit, in nanoseconds. */
    public static boolean awaits(Callable<Boolean> so, long limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit;
        do {
            if (CenterWindow.ui(so)) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        } while (System.nanoTime() < deadline);
        return false;
    }

    /** Windows that are open. */
    public static int windows() throws InterruptedException {
        return CenterWindow.ui(() ->
                (int) Window.getWindows().stream().filter(Window::isShowing).count());
    }

    public WritableImage picture() throws InterruptedException {
        return CenterWindow.ui(() -> stage().getScene().snapshot(null));
    }

    // ------------------------------------------------------------------ doing

    /** Presses and releases keys together. */
    public static void press(KeyCode... keys) throws InterruptedException {
        CenterWindow.ui(() -> {
            SceneTree.press(keys);
            return true;
        });
    }

    /** Waits as long as a careful person does before the next key. */
    public static void think() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(900);
    }

    /** Types a word as a hand does. */
    public static void type(String word) throws InterruptedException {
        for (int i = 0; i < word.length(); i++) {
            press(KeyCode.getKeyCode(String.valueOf(Character.toUpperCase(word.charAt(i)))));
            TimeUnit.MILLISECONDS.sleep(120);
        }
    }

    /** Clicks in the middle of what has this text; whether there was such a thing. */
    public boolean click(String text) throws InterruptedException {
        Optional<Node> node = find(text);
        if (node.isEmpty()) {
            return false;
        }
        CenterWindow.ui(() -> {
            // A tooltip that closes leaves the headless platform without a window for the pointer.
            stage().requestFocus();
            Bounds bounds = node.get().localToScreen(node.get().getBoundsInLocal());
            Robot robot = new Robot();
            robot.mouseMove(bounds.getCenterX(), bounds.getCenterY());
            robot.mouseClick(MouseButton.PRIMARY);
            return true;
        });
        return true;
    }

    @Override
    public void close() {
        try {
            CenterWindow.ui(() -> {
                stage().hide();
                // A desktop gives the focus back to another window; the headless platform gives it to none.
                Window.getWindows().stream()
                        .filter(Window::isShowing)
                        .findFirst()
                        .ifPresent(Window::requestFocus);
                return true;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Presses 60 keys a second, at random, until it is closed. Like a keyboard it waits for nobody: a window that is slow
     * finds the keys that it missed in its queue, one right after the other.
     */
    public static final class Storm implements AutoCloseable {
        private static final int QUEUE = 120;
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicInteger waiting = new AtomicInteger();
        private final Thread thread;
        private volatile boolean stopped;

        public Storm(SplittableRandom random) {
            thread = Thread.ofPlatform().daemon().name("storm").start(() -> {
                try {
                    while (!stopped) {
                        KeyCode key = KEYS.get(random.nextInt(KEYS.size()));
                        if (waiting.get() < QUEUE) {
                            waiting.incrementAndGet();
                            Platform.runLater(() -> type(key));
                        }
                        TimeUnit.NANOSECONDS.sleep(1_000_000_000L / KEYS_PER_SECOND);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        private void type(KeyCode key) {
            waiting.decrementAndGet();
            Robot robot = new Robot();
            robot.keyPress(key);
            robot.keyRelease(key);
            count.incrementAndGet();
        }

        /** Keys that arrived. */
        public int count() {
            return count.get();
        }

        @Override
        public void close() {
            stopped = true;
            try {
                thread.join();
                while (waiting.get() > 0) {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

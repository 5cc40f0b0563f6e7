package dev.agentos.center.shell;

import dev.agentos.bridge.view.CenterPreferences;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.screen.Screens;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;

/** The frame: search on top, places at the left, the open screen, the status line; banner and palette over it. */
public final class ShellView {

    private static final String CLOSING = "closing-stops-nothing";
    private static final int TEXT_STEP = 10;
    private static final int PLACES_KEPT = 50;

    private final ScreenContext context;
    private final Screens screens;
    private final NavigationView navigation;
    private final StatusLine statusLine = new StatusLine();
    private final Banner banner;
    private Optional<PaletteView> palette = Optional.empty();
    private final Notice notice = new Notice();
    private final Label waiting = Parts.text("", "waits");
    private final Button waits;
    private final Label message = Parts.text("", "message");
    private final StackPane body = new StackPane();
    private final StackPane root;
    private final Deque<Place> before = new ArrayDeque<>();
    private Optional<Place> place = Optional.empty();
    private Optional<Screen> open = Optional.empty();

    public ShellView(ScreenContext context, Screens screens) {
        this.context = context;
        this.screens = screens;
        navigation = new NavigationView(context);
        banner = new Banner(context.store());
        waits = Parts.button("", () -> context.go(Place.of(CenterTab.INBOX)), "waits-button");
        waits.setGraphic(waiting);
        VBox middle = new VBox(banner.root(), body, message);
        VBox.setVgrow(body, Priority.ALWAYS);
        body.setMinSize(0, 0);
        middle.setMinWidth(0);
        BorderPane frame = new BorderPane(middle, top(), null, statusLine.root(), navigation.root());
        root = new StackPane(frame, notice.root());
        root.getStyleClass().add("window");
        context.store().listen(this::show);
    }

    private HBox top() {
        Region mark = new Region();
        mark.getStyleClass().add("brand-mark");
        Label name = Parts.text("AgentOS", "brand");
        HBox brand = Parts.row(mark, name);
        brand.getStyleClass().add("brand-box");
        Label hint = Parts.text("Ctrl K", "key");
        HBox inside = Parts.row(Parts.text("Type a command or a sentence", "muted"), Parts.spring(), hint);
        Button search = Parts.button("", () -> search(""), "search");
        search.setGraphic(inside);
        search.setAccessibleText("Type a command or a sentence");
        inside.prefWidthProperty().bind(search.widthProperty().subtract(22));
        HBox top = Parts.row(brand, search, Parts.spring(), waits);
        top.getStyleClass().add("top");
        return top;
    }

    public StackPane root() {
        return root;
    }

    public Notice notice() {
        return notice;
    }

    /** The screen that is open. */
    public Optional<Screen> open() {
        return open;
    }

    // ------------------------------------------------------------------ state

    private void show(CenterViewModel state) {
        navigation.show(state);
        statusLine.show(state);
        banner.show(state);
        int count = state.inbox().count();
        waiting.setText(count == 0 ? "" : "? " + count + (count == 1 ? " waits for you" : " wait for you"));
        waits.setVisible(count > 0);
        message.setText(state.message());
        message.setVisible(!state.message().isEmpty());
        message.setManaged(!state.message().isEmpty());
        if (!place.equals(Optional.of(state.place()))) {
            move(state.place());
        }
        open.ifPresent(screen -> screen.show(state));
    }

    private void move(Place to) {
        place.ifPresent(from -> {
            before.push(from);
            if (before.size() > PLACES_KEPT) {
                before.removeLast();
            }
        });
        place = Optional.of(to);
        Screen next = screens.get(to.tab());
        if (!open.equals(Optional.of(next))) {
            open.ifPresent(Screen::closed);
            open = Optional.of(next);
            body.getChildren().setAll(next.node());
        }
        // No control has the focus until its person or its screen gives it one.
        body.requestFocus();
        next.opened(to.argument());
    }

    // ------------------------------------------------------------------ keys

    /** Takes the keys of the window. */
    public void keys(Scene scene) {
        scene.addEventFilter(KeyEvent.KEY_PRESSED, this::early);
        scene.addEventHandler(KeyEvent.KEY_PRESSED, this::late);
    }

    /** Keys that work wherever the focus is. */
    private void early(KeyEvent event) {
        if (!event.isShortcutDown() && !event.isAltDown()) {
            return;
        }
        boolean taken = true;
        switch (event.getCode()) {
            case K -> search("");
            case PLUS, EQUALS, ADD -> text(TEXT_STEP);
            case MINUS, SUBTRACT -> text(-TEXT_STEP);
            case DIGIT0, NUMPAD0 -> context.preferences().change(values -> values.withText(100));
            default -> {
                List<CenterTab> tabs = List.of(CenterTab.values());
                int at =
                        event.getCode().isDigitKey() ? event.getCode().getChar().charAt(0) - '1' : -1;
                taken = event.isAltDown() && at >= 0 && at < tabs.size();
                if (taken) {
                    context.go(Place.of(tabs.get(at)));
                }
            }
        }
        if (taken) {
            event.consume();
        }
    }

    private void text(int by) {
        context.preferences().change((CenterPreferences values) -> values.withText(values.textPercent() + by));
    }

    /** Keys that nothing in the screen wanted. */
    private void late(KeyEvent event) {
        if (event.getCode() == KeyCode.ESCAPE) {
            if (notice.isOpen()) {
                notice.close();
            } else if (palette.map(PaletteView::isOpen).orElse(false)) {
                palette.ifPresent(PaletteView::close);
            } else if (!open.map(Screen::back).orElse(false)) {
                back();
            }
            event.consume();
        }
    }

    /** Opens the place before this one. */
    private void back() {
        if (!before.isEmpty()) {
            Place to = before.pop();
            context.go(to);
            // Going back is not a way forward.
            place = Optional.empty();
        }
    }

    /** Opens the palette with a text. It is made when it is first wanted. */
    public void search(String text) {
        PaletteView view = palette.orElseGet(() -> {
            PaletteView made = new PaletteView(context);
            root.getChildren().add(made.root());
            return made;
        });
        palette = Optional.of(view);
        view.open(text);
    }

    // ------------------------------------------------------------------ closing

    /** Whether the window may go. The first time it says that no agent goes with it. */
    public boolean mayClose() {
        long live = context.store().state().agents().rows().stream()
                .filter(row -> !row.state().isFinal())
                .count();
        if (live == 0 || context.preferences().values().told().contains(CLOSING)) {
            return true;
        }
        context.preferences().change(values -> values.withTold(CLOSING));
        context.preferences().save();
        notice.show(
                "Closing this window stops no agent",
                (live == 1 ? "1 agent goes on" : live + " agents go on")
                        + " under agentd. They are here again when you open the window, and in agentctl list. "
                        + "This is said once.",
                "Keep the window",
                () -> {},
                "Close the window",
                () -> root.getScene().getWindow().hide());
        return false;
    }
}

package dev.agentos.tui.monitor;

import com.googlecode.lanterna.SGR;
import com.googlecode.lanterna.TerminalSize;
import com.googlecode.lanterna.TextCharacter;
import com.googlecode.lanterna.TextColor;
import com.googlecode.lanterna.input.KeyStroke;
import com.googlecode.lanterna.screen.Screen;
import com.googlecode.lanterna.screen.TerminalScreen;
import dev.agentos.themes.Role;
import dev.agentos.themes.TerminalPalette;
import dev.agentos.themes.TerminalPalette.Depth;
import dev.agentos.themes.Theme;
import dev.agentos.themes.Theme.Colour;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The terminal as a grid. What is on it already is not written again. */
final class Surface implements AutoCloseable {

    private final Screen screen;
    private final CountingOutput out;
    private final Depth depth;
    private final Map<Role, TextColor> colours = new EnumMap<>(Role.class);
    private Optional<Frame> shown = Optional.empty();
    private boolean open;

    private Surface(Screen screen, CountingOutput out, Depth depth, Theme theme) {
        this.screen = screen;
        this.out = out;
        this.depth = depth;
        for (Role role : Role.values()) {
            colours.put(role, colour(role, depth, theme));
        }
    }

    /** @param resized told, on any thread, when the terminal has another size */
    static Surface open(InputStream in, OutputStream to, Map<String, String> environment, Runnable resized)
            throws IOException {
        CountingOutput out = new CountingOutput(to);
        RawTerminal terminal = new RawTerminal(in, out);
        TerminalScreen screen = new TerminalScreen(terminal);
        // After the screen's own listener: who is woken must find the new size, or the old one is painted and stays.
        terminal.addResizeListener((_, _) -> resized.run());
        Depth depth = TerminalPalette.detect(environment, true).depth();
        Surface surface = new Surface(screen, out, depth, TerminalPalette.theme(environment));
        surface.start();
        return surface;
    }

    void start() throws IOException {
        screen.startScreen();
        screen.setCursorPosition(null);
        shown = Optional.empty();
        open = true;
    }

    private static TextColor colour(Role role, Depth depth, Theme theme) {
        // The terminal's own two colours always fit each other.
        if (role == Role.TEXT || role == Role.BACKGROUND || depth == Depth.MONO) {
            return TextColor.ANSI.DEFAULT;
        }
        Colour colour = theme.colour(role);
        return switch (depth) {
            case TRUE -> new TextColor.RGB(colour.red(), colour.green(), colour.blue());
            case ANSI_256 -> new TextColor.Indexed(TerminalPalette.nearest256(colour));
            default ->
                switch (role) {
                    case OK -> TextColor.ANSI.GREEN;
                    case NEEDS -> TextColor.ANSI.YELLOW;
                    case BAD -> TextColor.ANSI.RED;
                    case ACCENT, SRT -> TextColor.ANSI.BLUE;
                    case HRT -> TextColor.ANSI.MAGENTA;
                    case DT -> TextColor.ANSI.CYAN;
                    default -> TextColor.ANSI.DEFAULT;
                };
        };
    }

    int width() {
        return screen.getTerminalSize().getColumns();
    }

    int height() {
        return screen.getTerminalSize().getRows();
    }

    /** Whether the terminal has another size now. */
    boolean resized() {
        TerminalSize changed = screen.doResizeIfNecessary();
        if (changed != null) {
            shown = Optional.empty();
        }
        return changed != null;
    }

    /** What is on the screen is not known any more: the next frame is painted whole. */
    void forget() {
        shown = Optional.empty();
    }

    /** Paints a frame; one that is there already writes nothing. */
    boolean paint(Frame frame) throws IOException {
        if (shown.map(frame::same).orElse(false)) {
            return false;
        }
        boolean whole = shown.isEmpty();
        for (int y = 0; y < Math.min(frame.height(), height()); y++) {
            for (int x = 0; x < Math.min(frame.width(), width()); x++) {
                int point = frame.point(x, y);
                if (point != 0) {
                    screen.setCharacter(x, y, character(point, frame.style(x, y)));
                }
            }
        }
        screen.refresh(whole ? Screen.RefreshType.COMPLETE : Screen.RefreshType.DELTA);
        shown = Optional.of(frame);
        return true;
    }

    private TextCharacter character(int point, Frame.Style style) {
        TextColor fore = colours.getOrDefault(style.fore(), TextColor.ANSI.DEFAULT);
        TextColor back = colours.getOrDefault(style.back(), TextColor.ANSI.DEFAULT);
        String text = Character.toString(point);
        boolean surface = style.back() == Role.RAISED || style.back() == Role.PANEL;
        boolean reverse = surface && depth.compareTo(Depth.ANSI_256) < 0;
        TextColor ground = reverse ? TextColor.ANSI.DEFAULT : back;
        TextCharacter made = TextCharacter.fromString(text, fore, ground)[0];
        made = style.bold() ? made.withModifier(SGR.BOLD) : made;
        return reverse ? made.withModifier(SGR.REVERSE) : made;
    }

    /** The next key; waits for it. */
    KeyStroke key() throws IOException {
        return screen.readInput();
    }

    /** A key that is there already. */
    Optional<KeyStroke> waiting() throws IOException {
        return Optional.ofNullable(screen.pollInput());
    }

    long bytesWritten() {
        return out.count();
    }

    /** Gives the terminal back; it can be taken again. */
    void stop() throws IOException {
        if (open) {
            open = false;
            screen.stopScreen();
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}

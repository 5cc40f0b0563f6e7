package dev.agentos.tui.monitor;

import com.googlecode.lanterna.input.KeyStroke;

/** From the terminal library's keys to ours. */
final class Translate {

    private Translate() {}

    /** The letter that was pressed with Ctrl; NUL where there was none. */
    static char control(KeyStroke stroke) {
        return stroke.isCtrlDown() && stroke.getCharacter() != null
                ? Character.toLowerCase(stroke.getCharacter())
                : '\0';
    }

    static Keys.Key key(KeyStroke stroke) {
        switch (control(stroke)) {
            // Enter and Backspace of a terminal that does not translate them.
            case 'm', 'j' -> {
                return Keys.Key.named("enter");
            }
            case 'h' -> {
                return Keys.Key.named("backspace");
            }
            case '\0' -> {}
            default -> {
                return Keys.Key.named("other");
            }
        }
        return switch (stroke.getKeyType()) {
            case Character -> Keys.Key.of(stroke.getCharacter() == null ? '\0' : stroke.getCharacter());
            case ArrowUp -> Keys.Key.named("up");
            case ArrowDown -> Keys.Key.named("down");
            case ArrowLeft -> Keys.Key.named("left");
            case ArrowRight -> Keys.Key.named("right");
            case PageUp -> Keys.Key.named("pageup");
            case PageDown -> Keys.Key.named("pagedown");
            case Enter -> Keys.Key.named("enter");
            case Escape -> Keys.Key.named("esc");
            case Tab -> Keys.Key.named("tab");
            case ReverseTab -> Keys.Key.named("backtab");
            case Backspace, Delete -> Keys.Key.named("backspace");
            default -> Keys.Key.named("other");
        };
    }
}

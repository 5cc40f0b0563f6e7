package dev.agentos.tui.monitor;

import com.googlecode.lanterna.input.KeyStroke;

/** From the terminal library's keys to ours. */
final class Translate {

    private Translate() {}

    static Keys.Key key(KeyStroke stroke) {
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

package dev.agentos.tui.tour;

import dev.agentos.themes.Role;
import dev.agentos.tui.term.Keyboard;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How a tour speaks: numbered parts, short paragraphs, and a pause between them where a person reads. */
final class TourVoice {

    private static final int PARTS = 8;

    private final Screen screen;
    private final Optional<Keyboard> keyboard;
    private final Optional<LineInput> lines;
    private final boolean pauses;
    private int part;

    /**
     * @param keyboard where a person presses keys
     * @param lines where a person types lines instead; with neither there is no person
     */
    TourVoice(Screen screen, Optional<Keyboard> keyboard, Optional<LineInput> lines, boolean pauses) {
        this.screen = screen;
        this.keyboard = keyboard;
        this.lines = lines;
        this.pauses = pauses;
    }

    Screen screen() {
        return screen;
    }

    void part(String title) {
        part++;
        screen.blank();
        String head = " " + part + " of " + PARTS + "  ";
        screen.line(screen.muted(head) + screen.bold(title) + " "
                + screen.paint(
                        Role.FAINT,
                        "─".repeat(Math.max(3, Math.min(78, screen.width()) - head.length() - title.length() - 2))));
    }

    void say(String text) {
        screen.prose(2, text);
    }

    void note(String text) {
        for (String part : Screen.wrap(screen.text(text), screen.width() - 4)) {
            screen.line("  " + screen.muted(part));
        }
    }

    void good(String text) {
        sign(Role.OK, "✓", text);
    }

    void bad(String text) {
        sign(Role.BAD, "✕", text);
    }

    private void sign(Role role, String glyph, String text) {
        List<String> parts = Screen.wrap(screen.text(text), screen.width() - 6);
        for (int i = 0; i < parts.size(); i++) {
            screen.line(i == 0 ? "  " + screen.paint(role, glyph) + " " + parts.get(i) : "    " + parts.get(i));
        }
    }

    /** Numbered lines of a contract. */
    void contract(String text) {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int remark = remark(line);
            String code = remark < 0 ? line : line.substring(0, remark);
            screen.line(screen.paint(Role.FAINT, String.format("  %2d ", i + 1))
                    + screen.text(code)
                    + (remark < 0 ? "" : screen.muted(line.substring(remark))));
        }
    }

    private static int remark(String line) {
        return line.startsWith("#") ? 0 : line.indexOf(" # ");
    }

    /** Waits for the person; false when they want to leave. */
    boolean pause() throws InterruptedException, IOException {
        if (!pauses) {
            return true;
        }
        screen.blank();
        screen.line("  " + screen.muted("Enter goes on · q leaves"));
        if (keyboard.isEmpty()) {
            Optional<LineInput.Line> line = lines.isPresent() ? lines.get().next() : Optional.empty();
            return line.isPresent() && !line.get().text().strip().equalsIgnoreCase("q");
        }
        keyboard.get().drain();
        while (true) {
            Optional<Keyboard.Key> key = keyboard.get().next(Duration.ofSeconds(1));
            if (key.isPresent()) {
                char c = key.get().character();
                if (key.get().end() || c == 'q' || c == 'Q') {
                    return false;
                }
                if (c == '\n' || c == '\r') {
                    return true;
                }
            }
        }
    }

    /** Whether a person answers here. */
    boolean isInteractive() {
        return keyboard.isPresent() || lines.isPresent();
    }

    Optional<Keyboard> keyboard() {
        return keyboard;
    }

    Optional<LineInput> lines() {
        return lines;
    }

    /** A choice between two letters, the first of which is the safe one that a mere Enter means. */
    char choose(char safe, char other) throws InterruptedException, IOException {
        if (keyboard.isPresent()) {
            keyboard.get().drain();
            while (true) {
                Optional<Keyboard.Key> key = keyboard.get().next(Duration.ofSeconds(1));
                if (key.isPresent()) {
                    char c = Character.toLowerCase(key.get().character());
                    if (key.get().end() || c == safe || c == '\n' || c == '\r') {
                        return safe;
                    }
                    if (c == other) {
                        return other;
                    }
                }
            }
        }
        if (lines.isPresent()) {
            Optional<LineInput.Line> line = lines.get().next();
            boolean chosen = line.isPresent()
                    && !line.get().pasted()
                    && line.get().text().strip().equalsIgnoreCase(String.valueOf(other));
            return chosen ? other : safe;
        }
        return safe;
    }
}

package dev.agentos.tui.shell;

import dev.agentos.tui.term.Console;
import dev.agentos.tui.term.LineInput;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Whole lines and numbered choices: for screen readers, pipes and terminals that cannot move the cursor. */
final class PlainPrompt implements Prompt {

    private final Console console;
    private final Screen screen;
    private final LineInput lines;
    private Optional<String> prefilled = Optional.empty();

    PlainPrompt(Console console) {
        this.console = console;
        this.screen = console.screen();
        this.lines = new LineInput(console.in());
    }

    @Override
    public Optional<String> line() {
        prefilled.ifPresent(text -> screen.line("edit: " + text));
        prefilled = Optional.empty();
        if (console.inTerminal()) {
            console.out().print("agentsh> ");
            console.out().flush();
        }
        try {
            return lines.next().map(LineInput.Line::text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Translation.Decision decide(Translation translation) {
        if (!console.inTerminal()) {
            // A script says commands. A sentence in it is translated, and only what reads runs unseen.
            if (translation.changes()) {
                screen.line("   not run: nobody is here to confirm a change; write the command itself");
                return new Translation.Decision.Leave();
            }
            return new Translation.Decision.Run(translation.command());
        }
        screen.line("   1  run it");
        screen.line("   2  edit it");
        screen.line("   3  leave it");
        Optional<Integer> number = number(3);
        return switch (number.orElse(3)) {
            case 1 -> new Translation.Decision.Run(translation.command());
            case 2 -> new Translation.Decision.Edit(translation.command());
            default -> new Translation.Decision.Leave();
        };
    }

    @Override
    public Optional<Integer> number(int most) {
        if (!console.inTerminal()) {
            return Optional.empty();
        }
        screen.line("   Type a number and press Enter; anything else leaves it.");
        try {
            return lines.next()
                    .filter(line -> !line.pasted())
                    .map(line -> line.text().strip())
                    .filter(text -> text.matches("\\d{1,2}"))
                    .map(Integer::valueOf)
                    .filter(number -> number >= 1 && number <= most);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void prefill(String text) {
        prefilled = Optional.of(text);
    }

    @Override
    public void close() {}
}

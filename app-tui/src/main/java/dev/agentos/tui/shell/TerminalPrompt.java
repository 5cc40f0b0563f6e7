package dev.agentos.tui.shell;

import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.NonBlockingReader;

/** The line editor: history, completion with descriptions, bracketed paste. */
final class TerminalPrompt implements Prompt {

    private final Terminal terminal;
    private final Screen screen;
    private final LineReader reader;
    private final String prompt;
    private String prefilled = "";

    TerminalPrompt(Terminal terminal, Screen screen, Suggestions suggestions, Path history) {
        this.terminal = terminal;
        this.screen = screen;
        DefaultParser parser = new DefaultParser();
        parser.setEofOnUnclosedQuote(false);
        parser.setEofOnEscapedNewLine(true);
        // An apostrophe is part of a sentence; only a double quote keeps words together while a line is typed.
        parser.setQuoteChars(new char[] {'"'});
        this.reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("agentsh")
                .parser(parser)
                .completer(new ShellCompleter(suggestions))
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.HISTORY_SIZE, 2_000)
                .variable(LineReader.HISTORY_IGNORE, "*secret*:*password*:*token=*")
                .variable(LineReader.INDENTATION, 2)
                .variable(LineReader.LIST_MAX, 60)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
                .option(LineReader.Option.BRACKETED_PASTE, true)
                .option(LineReader.Option.AUTO_GROUP, true)
                .option(LineReader.Option.GROUP_PERSIST, true)
                .option(LineReader.Option.COMPLETE_IN_WORD, true)
                .option(LineReader.Option.MENU_COMPLETE, false)
                .option(LineReader.Option.AUTO_FRESH_LINE, true)
                .build();
        this.prompt = new AttributedString("agentsh> ", AttributedStyle.BOLD).toAnsi(terminal);
    }

    @Override
    public Optional<String> line() {
        while (true) {
            try {
                String text = prefilled;
                prefilled = "";
                return Optional.of(reader.readLine(prompt, null, (Character) null, text.isEmpty() ? null : text));
            } catch (UserInterruptException e) {
                // Ctrl-C at the prompt throws the line away and nothing else.
                prefilled = "";
            } catch (EndOfFileException e) {
                return Optional.empty();
            }
        }
    }

    @Override
    public Translation.Decision decide(Translation translation) {
        terminal.writer().print("   " + screen.muted(translation.keys()) + " ");
        terminal.flush();
        Attributes before = terminal.enterRawMode();
        try {
            NonBlockingReader keys = terminal.reader();
            // What was typed before the proposal stood there is no answer to it.
            int early = keys.read(1L);
            while (early >= 0) {
                early = keys.read(1L);
            }
            Translation.State state = Translation.begin(System.nanoTime());
            while (true) {
                int key = keys.read();
                Translation.Step step = translation.key(state, key, System.nanoTime());
                boolean armed = step.state().armed() && !state.armed();
                state = step.state();
                if (armed) {
                    terminal.writer().print("y ");
                    terminal.flush();
                }
                if (step.decision().isPresent()) {
                    terminal.writer().println();
                    terminal.flush();
                    return step.decision().get();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            terminal.setAttributes(before);
        }
    }

    @Override
    public Optional<Integer> number(int most) {
        try {
            String text = reader.readLine("   number, or Enter to leave it: ").strip();
            return text.matches("[1-9]") && Integer.parseInt(text) <= most
                    ? Optional.of(Integer.valueOf(text))
                    : Optional.empty();
        } catch (UserInterruptException | EndOfFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void prefill(String text) {
        prefilled = text;
    }

    @Override
    public void close() {
        try {
            reader.getHistory().save();
            terminal.close();
        } catch (IOException e) {
            System.getLogger(TerminalPrompt.class.getName()).log(System.Logger.Level.DEBUG, "closing the terminal", e);
        }
    }
}

package dev.agentos.tui.shell;

import dev.agentos.bridge.view.ContractProblems;
import dev.agentos.themes.Role;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jline.keymap.KeyMap;
import org.jline.reader.Candidate;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Parser;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Status;

/**
 * A contract in several lines with its problems beside it: lines with a problem are marked as they are typed, the first
 * one is told below, Tab offers the keys of the schema. Alt-Enter or Ctrl-X saves, Ctrl-C leaves the file as it was.
 */
final class ContractEditor {

    private final Terminal terminal;
    private final Screen screen;

    ContractEditor(Terminal terminal, Screen screen) {
        this.terminal = terminal;
        this.screen = screen;
    }

    /** Edits and saves; whether it was saved. */
    boolean edit(Path file) throws IOException {
        String before = Files.exists(file)
                ? Files.readString(file)
                : "apiVersion: agentos/v0.2\nkind: AgentContract\nname: my-agent\n";
        String name = String.valueOf(file.getFileName());
        Status status = Status.getStatus(terminal);
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("agentsh-edit")
                .parser(new Lines())
                .highlighter(new Marks(name, status))
                .completer((_, line, candidates) -> keys(line.line().substring(0, line.cursor()), candidates))
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "%N │ ")
                .option(LineReader.Option.INSERT_TAB, false)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        KeyMap<org.jline.reader.Binding> keys =
                Objects.requireNonNull(reader.getKeyMaps().get(LineReader.MAIN));
        keys.bind(new Reference("newline"), "\r", "\n");
        reader.getWidgets().put("newline", () -> {
            reader.getBuffer().write("\n" + indent(reader.getBuffer().upToCursor()));
            return true;
        });
        keys.bind(new Reference(LineReader.ACCEPT_LINE), "\u001b\r", "\u001b\n", "\u0018");
        screen.line("  "
                + screen.muted("editing " + file
                        + " · Alt-Enter or Ctrl-X saves · Ctrl-C leaves it as it was · Tab offers keys"));
        try {
            String text = reader.readLine("1 │ ", null, (Character) null, before);
            String ready = text.endsWith("\n") ? text : text + "\n";
            List<ContractProblems.At> problems = ContractProblems.of(ready, name);
            Files.writeString(file, ready, StandardCharsets.UTF_8);
            long errors = problems.stream().filter(ContractProblems.At::error).count();
            screen.line("  "
                    + (errors == 0
                            ? screen.paint(Role.OK, "✓ saved, no errors")
                                    + screen.muted(" · start it: spawn --contract " + file)
                            : screen.paint(Role.NEEDS, "! saved with " + errors + (errors == 1 ? " error" : " errors"))
                                    + screen.muted(" · contract validate " + file)));
            problems.forEach(p -> screen.line("    "
                    + screen.paint(
                            p.error() ? Role.BAD : Role.NEEDS, (p.error() ? "✕ " : "! ") + p.line() + ":" + p.column())
                    + "  " + screen.text(p.message())));
            return true;
        } catch (UserInterruptException | EndOfFileException e) {
            screen.line("  " + screen.muted("left as it was"));
            return false;
        } finally {
            if (status != null) {
                status.update(List.of());
            }
        }
    }

    private static String indent(String upToCursor) {
        String line = upToCursor.substring(upToCursor.lastIndexOf('\n') + 1);
        String lead = line.substring(0, line.length() - line.stripLeading().length());
        return line.stripTrailing().endsWith(":") ? lead + "  " : lead;
    }

    private static void keys(String before, List<Candidate> candidates) {
        ContractProblems.keysAt(before)
                .forEach((key, about) -> candidates.add(
                        new Candidate(key + ":", key, null, about.isEmpty() ? null : about, null, null, true)));
    }

    /** Every text is complete: only the save key ends it. */
    private static final class Lines extends DefaultParser {
        @Override
        public org.jline.reader.ParsedLine parse(String line, int cursor, Parser.ParseContext context) throws EOFError {
            return super.parse(line, cursor, context == ParseContext.COMPLETE ? context : ParseContext.UNSPECIFIED);
        }

        @Override
        public boolean isEscapeChar(char ch) {
            return false;
        }

        @Override
        public boolean isQuoteChar(CharSequence buffer, int pos) {
            return false;
        }
    }

    /** Paints lines that have problems and tells the first of them below. */
    private static final class Marks implements Highlighter {
        private final String name;
        private final @org.jspecify.annotations.Nullable Status status;

        Marks(String name, @org.jspecify.annotations.Nullable Status status) {
            this.name = name;
            this.status = status;
        }

        @Override
        public AttributedString highlight(LineReader reader, String buffer) {
            List<ContractProblems.At> problems = ContractProblems.of(buffer + "\n", name);
            AttributedStringBuilder marked = new AttributedStringBuilder();
            int number = 0;
            for (String line : buffer.split("\n", -1)) {
                number++;
                int here = number;
                if (number > 1) {
                    marked.append("\n");
                }
                boolean wrong = problems.stream().anyMatch(p -> p.line() == here && p.error());
                marked.append(
                        line,
                        wrong
                                ? AttributedStyle.DEFAULT
                                        .foreground(AttributedStyle.RED)
                                        .underline()
                                : AttributedStyle.DEFAULT);
            }
            if (status != null) {
                status.update(List.of(new AttributedString(
                        problems.isEmpty()
                                ? "✓ no problems"
                                : "✕ " + problems.getFirst().line() + ":"
                                        + problems.getFirst().column() + "  "
                                        + problems.getFirst().message()
                                        + (problems.size() > 1 ? "   and " + (problems.size() - 1) + " more" : ""))));
            }
            return marked.toAttributedString();
        }

        @Override
        public void setErrorPattern(Pattern pattern) {}

        @Override
        public void setErrorIndex(int index) {}
    }
}

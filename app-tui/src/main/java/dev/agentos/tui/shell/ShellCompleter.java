package dev.agentos.tui.shell;

import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completion for the line editor: each candidate with what it is. */
final class ShellCompleter implements Completer {

    private final Suggestions suggestions;

    ShellCompleter(Suggestions suggestions) {
        this.suggestions = suggestions;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> words =
                line.words().subList(0, Math.min(line.wordIndex(), line.words().size()));
        List<String> before =
                words.isEmpty() || !words.getFirst().equals("agentctl") ? words : words.subList(1, words.size());
        for (Suggestion suggestion : suggestions.next(before, line.word())) {
            candidates.add(new Candidate(
                    suggestion.value(),
                    suggestion.value(),
                    suggestion.group().isEmpty() ? null : suggestion.group(),
                    suggestion.description().isEmpty() ? null : suggestion.description(),
                    null,
                    null,
                    !suggestion.open()));
        }
    }
}

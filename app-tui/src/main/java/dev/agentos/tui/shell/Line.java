package dev.agentos.tui.shell;

import dev.agentos.domain.language.CommandText;
import java.util.List;
import java.util.Optional;

/** What a typed line is, before anybody looks at its meaning. */
sealed interface Line {

    /** Nothing. */
    record Empty() implements Line {}

    /** {@code ?sentence}, or a line that is no command. */
    record Sentence(String text, boolean forced) implements Line {}

    /**
     * A command.
     *
     * @param pipe what the output goes into; empty for the screen
     * @param forced with {@code !} in front: never taken for a sentence
     */
    record Command(List<String> words, Optional<String> pipe, boolean forced) implements Line {
        public Command {
            words = List.copyOf(words);
        }
    }

    /** A quote is open. */
    record Unfinished(String text) implements Line {}

    /** Takes a line apart. {@code command | !program} sends the output of a command to a program of this machine. */
    static Line read(String typed) {
        String text = typed.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return new Empty();
        }
        if (text.startsWith("?") && text.length() > 1) {
            return new Sentence(text.substring(1).strip(), true);
        }
        boolean forced = text.startsWith("!") && text.length() > 1;
        String rest = forced ? text.substring(1).strip() : text;
        Optional<String> pipe = Optional.empty();
        int bar = rest.indexOf("| !") >= 0 ? rest.indexOf("| !") : rest.indexOf("|!");
        if (bar > 0) {
            pipe = Optional.of(rest.substring(rest.indexOf('!', bar) + 1).strip());
            rest = rest.substring(0, bar).strip();
        }
        Optional<List<String>> words = CommandText.split(rest);
        if (words.isEmpty()) {
            // "what's running" has an open quote and is a sentence all the same.
            return rest.matches("(?s).*[\\p{L}]'[\\p{L}].*") && !rest.contains("\"")
                    ? new Sentence(rest, false)
                    : new Unfinished(text);
        }
        List<String> plain = words.get().size() > 1 && words.get().getFirst().matches("agentctl|agentsh")
                ? words.get().subList(1, words.get().size())
                : words.get();
        return new Command(plain, pipe, forced);
    }
}

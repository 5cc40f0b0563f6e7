package dev.agentos.domain.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A command line as text: taken apart and put together as a shell would. */
public final class CommandText {

    private CommandText() {}

    /** The words of a line; quotes and backslashes as in a shell. Empty when a quote is open. */
    public static Optional<List<String>> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else if (c == '\\'
                        && quote == '"'
                        && i + 1 < line.length()
                        && "\"\\".indexOf(line.charAt(i + 1)) >= 0) {
                    word.append(line.charAt(++i));
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (c == '\\' && i + 1 < line.length()) {
                word.append(line.charAt(++i));
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            return Optional.empty();
        }
        if (inWord) {
            words.add(word.toString());
        }
        return Optional.of(words);
    }

    /** The word as it must be written so that {@link #split} gives it back. */
    public static String quoted(String word) {
        if (!word.isEmpty() && word.matches("[\\p{L}\\p{N}._~/=:,@%+*-]+")) {
            return word;
        }
        return word.contains("\"") || word.contains("\\") ? "'" + word.replace("'", "'\\''") + "'" : "\"" + word + "\"";
    }

    public static String join(List<String> words) {
        return String.join(" ", words.stream().map(CommandText::quoted).toList());
    }
}

package dev.agentos.domain.language;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program's command line inside a sentence: "run python3 x.py under coder.yaml". */
final class CommandInSentence {

    private static final String CONTRACT =
            "(?:the )?(?:contract |sandbox of |sandbox |rules of )?([\\p{L}\\p{N}._~/-]+\\.ya?ml)(?: contract| sandbox)?";
    private static final Pattern RUN = Pattern.compile(
            "^(?:.*?\\b)?(?:run|execute|exec|start|launch|try)\\s+(?:the command\\s+|the program\\s+|command\\s+|this:?\\s+)?(.+?)\\s+(?:under|with|in|inside|using|within|confined by|sandboxed by|governed by|sandboxed with|sandboxed under|through|by)\\s+"
                    + CONTRACT + "[.!?]*$",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern CONTRACT_FIRST = Pattern.compile(
            "^(?:please\\s+)?(?:under|with|in|inside|using|within)\\s+" + CONTRACT
                    + "[,:]?\\s+(?:please\\s+)?(?:run|execute|start|launch)\\s+(?:the command\\s+)?(.+?)[.!]*$",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern USE = Pattern.compile(
            "^(?:please\\s+)?use\\s+" + CONTRACT
                    + "\\s+to\\s+(?:run|execute|start|launch)\\s+(?:the command\\s+)?(.+?)[.!]*$",
            Pattern.CASE_INSENSITIVE);
    /** What stands after "run" and is no program. */
    private static final Pattern NO_PROGRAM = Pattern.compile(
            "(?:an?|the|this|my|our|another|one|new|agents?|it|that|something|contract|everything)\\b.*|.*\\b(?:agent|contract|instance)s?$",
            Pattern.CASE_INSENSITIVE);

    private CommandInSentence() {}

    record Found(String contract, String command) {}

    static Optional<Found> find(String text) {
        String plain = text.strip();
        Matcher run = RUN.matcher(plain);
        if (run.matches()) {
            return found(run.group(2), run.group(1));
        }
        for (Pattern pattern : new Pattern[] {CONTRACT_FIRST, USE}) {
            Matcher matcher = pattern.matcher(plain);
            if (matcher.matches()) {
                return found(matcher.group(1), matcher.group(2));
            }
        }
        return Optional.empty();
    }

    private static Optional<Found> found(String contract, String command) {
        String inside = command.strip().replaceFirst("^[\"'`](.*)[\"'`]$", "$1");
        return NO_PROGRAM.matcher(inside).matches() ? Optional.empty() : Optional.of(new Found(contract, inside));
    }
}

package dev.agentos.domain.language;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Where a sentence stops speaking to us and begins what is to be said to an agent. */
final class Question {

    private static final Pattern TO_AGENT = Pattern.compile(
            "(?:ask|query|consult|put (?:a|the|this) question to|pose (?:a|the|this) question to|question for|find out from|inquire of|let .{1,20} ask|i have a question for|check with)\\s+(?:the\\s+|our\\s+|my\\s+)?(?:agent\\s+)?",
            Pattern.CASE_INSENSITIVE);

    private Question() {}

    /** The index at which the question to an agent begins; empty where nothing is said to one. */
    static OptionalInt begins(String text, List<Mention> mentions) {
        for (Mention mention : mentions) {
            if (mention.kind() == Kind.AGENT) {
                boolean asked =
                        TO_AGENT.matcher(text.substring(0, mention.from())).matches();
                boolean more = mention.to() < text.strip().length();
                return asked && more ? OptionalInt.of(mention.to()) : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }
}

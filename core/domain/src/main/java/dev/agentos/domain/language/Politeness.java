package dev.agentos.domain.language;

import java.util.regex.Pattern;

/** What people say around what they mean. */
final class Politeness {

    private static final Pattern BEFORE = Pattern.compile(
            "^(?:\\s*(?:\\?|hey|hi|hello|ok|okay|so|well|now|please|kindly|just|quickly|agentos|agentctl|computer|could you|can you|would you|will you|can we|could we|let's|let us|i(?: would|'d) like (?:you )?to|i want (?:you )?to|i need (?:you )?to|i wish to|i'd love to|we need to|we should|you should|go ahead and|be so kind (?:as )?to|be kind enough to|would you mind|do me a favou?r and|if you would|if possible|help me|i'd like to know|i want to know|i wonder|do you know|can you tell me|could you tell me|would you kindly)[\\s,:]+)+",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern AFTER = Pattern.compile(
            "(?:[\\s,]+(?:please|thanks|thank you|for me please|if you can|if possible|would you|will you|right away|immediately|asap|at once|pls|cheers))+[.!?\\s]*$",
            Pattern.CASE_INSENSITIVE);

    private Politeness() {}

    static String strip(String sentence) {
        String text = sentence.strip();
        String inner = AFTER.matcher(BEFORE.matcher(text).replaceFirst(""))
                .replaceFirst("")
                .strip();
        String meant = inner.replaceFirst("[.!?]+$", "").strip();
        return meant.isEmpty() ? text.replaceFirst("[.!?]+$", "").strip() : meant;
    }
}

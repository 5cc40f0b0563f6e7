package dev.agentos.domain.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The patterns, each of which costs a bounded look back from a word: the whole is linear in the text. They say what an
 * attack says, whatever it says it about.
 */
final class Rules {

    /** A rule of this weight is evidence enough in text that must not give orders. */
    static final double ALONE = 0.9;

    /** More findings say nothing new. */
    private static final int MOST = 256;

    private static final List<Rule> RULES = List.of(
            Rule.of("override-instructions", 0.95, 3, "IGNORE PRIOR|THIS INSTRUCTION|TASK"),
            Rule.of("override", 0.8, 4, "IGNORE INSTRUCTION"),
            Rule.of("override-all", 0.7, 2, "IGNORE PRIOR"),
            Rule.of("stop-task", 0.8, 4, "STOP PRIOR|THIS|YOU TASK|INSTRUCTION"),
            Rule.of("new-instructions", 0.7, 2, "NEW INSTRUCTION|TASK"),
            Rule.of("from-now-on", 0.6, 1, "FROM NOW YOU|FOLLOW|ANSWER|MUST"),
            Rule.of("from-now-on", 0.6, 3, "FROM NOW YOU"),
            Rule.of("you-are-now", 0.6, 1, "YOU ARE NOW"),
            Rule.of("persona", 0.7, 6, "YOU|ARE ARE|YOU PERSONA"),
            Rule.of("no-limits", 0.6, 3, "WITHOUT LIMITS"),
            Rule.of("reveal-prompt", 0.9, 3, "REVEAL SYSTEM PROMPT"),
            Rule.of("reveal-prompt", 0.6, 4, "REVEAL YOU INSTRUCTION"),
            Rule.of("address-assistant", 0.5, 3, "ATTENTION|YOU ASSISTANT"),
            Rule.of("address-assistant", 0.4, 2, "ASSISTANT YOU|MUST|ATTENTION"),
            Rule.of("send-private", 0.6, 6, "SEND PRIVATE"),
            Rule.of("send-private", 0.5, 8, "PRIVATE SEND"),
            Rule.of("conceal", 0.9, 3, "NOT MENTION THIS|USER"),
            Rule.of("conceal", 0.7, 3, "NOT MENTION|ATTENTION USER"),
            Rule.of("tool-precondition", 0.8, 5, "BEFORE USE THIS|TOOL YOU|MUST"),
            Rule.of("tool-precondition", 0.6, 4, "YOU MUST USE TOOL"),
            Rule.of("answer-only", 0.4, 3, "ANSWER ONLY"),
            Rule.of("answer-only", 0.4, 3, "ONLY ANSWER"),
            Rule.of("decode-and-obey", 0.9, 6, "ENCODE FOLLOW"),
            Rule.of("obey-this", 0.6, 3, "FOLLOW THIS|NEW INSTRUCTION"),
            Rule.of("mode", 0.6, 1, "ENABLED MODE"),
            Rule.of("mode", 0.6, 2, "MODE ENABLED"),
            Rule.of("already-approved", 0.7, 4, "USER APPROVED"),
            Rule.of("task-done", 0.5, 3, "TASK DONE NOW|NEW|YOU"),
            Rule.of("silently", 0.7, 8, "SILENT SEND|DELETE|TRANSFER|USE|FOLLOW|ANSWER"),
            Rule.of("silently", 0.7, 8, "SEND|DELETE|TRANSFER|USE|FOLLOW|ANSWER SILENT"),
            Rule.of("delete", 0.3, 4, "DELETE PRIOR|PRIVATE|THIS"),
            Rule.of("urgent-order", 0.5, 6, "ATTENTION STOP|IGNORE|SEND|TRANSFER|DELETE|FOLLOW"),
            Rule.of("rot13-words", 0.3, 6, "ROT ROT ROT"),
            Rule.of("reversed-words", 0.3, 6, "BACK BACK BACK"));

    /** Signs of a conversation's own format, which have no business in data. */
    private static final List<String> MARKERS = List.of(
            "<|im_start|>",
            "<|im_end|>",
            "<|system|>",
            "<|user|>",
            "<|assistant|>",
            "<|endoftext|>",
            "<|begin_of_text|>",
            "<|start_header_id|>",
            "<|eot_id|>",
            "[INST]",
            "[/INST]",
            "<<SYS>>",
            "<start_of_turn>",
            "<IMPORTANT>",
            "<INFORMATION>",
            "<system>",
            "</system>",
            "<system_prompt>",
            "[SYSTEM]",
            "[system]",
            "```system",
            "### Instruction",
            "### System",
            "###SYSTEM",
            "\nSystem:",
            "\nsystem:",
            "\nSYSTEM:",
            "\nAssistant:",
            "\nHuman:",
            "<tool_result>",
            "</tool_result>",
            "<function_results>",
            "<user_query>",
            "</user_query>");

    private static final int NUMBERS;
    private static final int[] NUMBER = new int[RULES.size()];
    private static final List<String> NAMES = new ArrayList<>();
    private static final int MARKER;
    private static final int MARKDOWN_LINK;
    private static final int[][] INDEX_BY_LAST = new int[64][];

    static {
        for (int i = 0; i < RULES.size(); i++) {
            String name = RULES.get(i).name();
            int number = NAMES.indexOf(name);
            if (number < 0) {
                number = NAMES.size();
                NAMES.add(name);
            }
            NUMBER[i] = number;
        }
        MARKER = NAMES.size();
        NAMES.add("role-marker");
        MARKDOWN_LINK = NAMES.size();
        NAMES.add("link-with-place-for-data");
        NUMBERS = NAMES.size();
        for (int bit = 0; bit < 64; bit++) {
            int concept = bit;
            int[] ending = IntStream.range(0, RULES.size())
                    .filter(i -> (RULES.get(i).last() & (1L << concept)) != 0)
                    .toArray();
            INDEX_BY_LAST[bit] = ending;
        }
    }

    private Rules() {}

    /** How many different findings there are; the head has a weight for each. */
    static int count() {
        return NUMBERS;
    }

    static String name(int number) {
        return NAMES.get(number);
    }

    /** A place where a rule applies, in characters of the text it was looked for in. */
    record Hit(int number, double weight, int from, int to) {}

    /** Everything that applies to a text, in no order. */
    static List<Hit> in(String text) {
        return in(text, Tokens.of(text));
    }

    /** The same, with the words of the text at hand. */
    static List<Hit> in(String text, Tokens tokens) {
        List<Hit> hits = new ArrayList<>();
        words(tokens, hits);
        markers(text, hits);
        links(text, hits);
        return hits;
    }

    private static void words(Tokens tokens, List<Hit> hits) {
        int[] free = new int[RULES.size()];
        for (int token = 1; token < tokens.size() && hits.size() < MOST; token++) {
            long concepts = tokens.concepts(token);
            while (concepts != 0) {
                int bit = Long.numberOfTrailingZeros(concepts);
                concepts &= concepts - 1;
                int[] candidates = INDEX_BY_LAST[bit];
                for (int index : candidates) {
                    if (free[index] > token) {
                        continue;
                    }
                    Rule rule = RULES.get(index);
                    int start = rule.startOf(tokens, token);
                    if (start >= 0) {
                        hits.add(new Hit(NUMBER[index], rule.weight(), tokens.from(start), tokens.to(token)));
                        // The same words again are the same finding.
                        free[index] = token + 1 + rule.gap();
                    }
                }
            }
        }
    }

    private static void markers(String text, List<Hit> hits) {
        for (String marker : MARKERS) {
            int at = text.indexOf(marker);
            for (int n = 0; at >= 0 && n < 8; n++) {
                hits.add(new Hit(MARKER, 0.8, at, at + marker.length()));
                at = text.indexOf(marker, at + marker.length());
            }
        }
    }

    /** An image or link whose address has a place that somebody is meant to fill: the way data leaves by being shown. */
    private static void links(String text, List<Hit> hits) {
        int at = text.indexOf("](http");
        for (int n = 0; at >= 0 && n < 64; n++) {
            int limit = Math.min(text.length(), at + 600);
            int query = -1;
            int end = at + 2;
            boolean place = false;
            while (end < limit && text.charAt(end) != ')' && text.charAt(end) != '\n') {
                char c = text.charAt(end);
                if (c == '?') {
                    query = end;
                } else if (query >= 0 && (c == '[' || c == '{' || c == '<' || c == '$')) {
                    place = true;
                }
                end++;
            }
            if (place) {
                hits.add(new Hit(MARKDOWN_LINK, 0.9, at, end));
            }
            at = text.indexOf("](http", end);
        }
    }
}

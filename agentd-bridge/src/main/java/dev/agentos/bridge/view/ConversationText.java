package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.AgentWire.Conversation;
import dev.agentos.bridge.wire.AgentWire.Message;
import java.util.ArrayList;
import java.util.List;

/** The words that a model has before it, as lines: who speaks, then what. Every text of it has passed agentd's sanitiser. */
public final class ConversationText {

    private static final int MOST_LINES = 300;
    private static final String INDENT = "    ";

    private ConversationText() {}

    /**
     * The lines.
     *
     * @param width longest line, in characters; only a longer word is longer
     */
    public static List<TextLine> lines(Conversation said, int width) {
        List<TextLine> lines = new ArrayList<>();
        for (Message message : said.messages()) {
            if (!lines.isEmpty()) {
                lines.add(TextLine.of(""));
            }
            lines.add(TextLine.muted(speaker(message)));
            block(message.text(), Tone.PLAIN, width, lines);
            message.calls().forEach(call -> block("▸ " + call.tool() + " " + call.arguments(), Tone.OK, width, lines));
        }
        if (!said.notes().isEmpty()) {
            lines.add(TextLine.of(""));
            lines.add(TextLine.muted("its notes to itself"));
            said.notes().forEach((name, text) -> block(name + ": " + text, Tone.PLAIN, width, lines));
        }
        return lines;
    }

    private static String speaker(Message message) {
        return switch (message.role()) {
            case "system" -> "the contract tells it";
            case "user" -> "it is asked";
            case "assistant" -> "the model says";
            default -> message.name().isEmpty() ? "a tool gives" : message.name() + " gives";
        };
    }

    private static void block(String text, Tone tone, int width, List<TextLine> into) {
        List<String> all = text.lines().toList();
        all.stream()
                .limit(MOST_LINES)
                .forEach(line -> wrapped(line, Math.max(20, width - INDENT.length()))
                        .forEach(piece -> into.add(new TextLine(tone, INDENT + piece))));
        if (all.size() > MOST_LINES) {
            into.add(TextLine.muted(INDENT + "… " + (all.size() - MOST_LINES) + " more lines"));
        }
    }

    /** Breaks at spaces; a word that is longer than a line stays whole. */
    private static List<String> wrapped(String line, int width) {
        List<String> pieces = new ArrayList<>();
        String rest = line;
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            int cut = space > 0 ? space : rest.indexOf(' ', width);
            if (cut < 0) {
                break;
            }
            pieces.add(rest.substring(0, cut));
            rest = rest.substring(cut + 1);
        }
        pieces.add(rest);
        return pieces;
    }
}

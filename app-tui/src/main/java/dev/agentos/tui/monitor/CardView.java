package dev.agentos.tui.monitor;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import java.util.List;
import java.util.Optional;

/**
 * One question as it is shown now.
 *
 * @param lines the full content, wrapped by nobody yet
 * @param scroll the first line that is shown
 * @param seen whether its end has been on the screen: until then there is no Allow
 * @param marked the choice that waits for Enter
 * @param word what was typed of the word that a high-risk object needs; absent when none is being typed
 */
record CardView(
        AskView ask,
        List<String> lines,
        int scroll,
        boolean seen,
        List<Choice> choices,
        Optional<Choice> marked,
        Optional<String> word,
        String message) {}

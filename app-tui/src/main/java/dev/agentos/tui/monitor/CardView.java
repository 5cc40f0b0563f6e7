package dev.agentos.tui.monitor;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.tui.term.AnswerPrompt.Choice;
import java.util.List;
import java.util.Optional;

/**
 * One question as it is shown now.
 *
 * @param rows the full content, cut to the screen's width
 * @param scroll the first row that is shown
 * @param left rows that were not on the screen yet: until it is 0 there is no Allow
 * @param marked the choice that waits for Enter
 * @param word what was typed of the word that a high-risk object needs; absent when none is being typed
 */
record CardView(
        AskView ask,
        List<String> rows,
        int scroll,
        int left,
        List<Choice> choices,
        Optional<Choice> marked,
        Optional<String> word,
        String message) {}

package dev.agentos.tui.shell;

import java.util.Optional;

/** Where lines and answers come from: a terminal with a line editor, or plain lines. */
interface Prompt extends AutoCloseable {

    /** The next line; empty at the end of the input. */
    Optional<String> line() throws InterruptedException;

    /** What a person does with a proposal. */
    Translation.Decision decide(Translation translation) throws InterruptedException;

    /** A number from 1 to {@code most}; empty when none was given. */
    Optional<Integer> number(int most) throws InterruptedException;

    /** What stands in the next line already. */
    void prefill(String text);

    @Override
    void close();
}

package dev.agentos.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.worker.Stretches.Said;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StretchesTest {

    private final List<String> sent = new ArrayList<>();

    private Stretches stretches(int most) {
        return new Stretches(most, Set.of("<end>", "</s>"), String::length, sent::add);
    }

    @Test
    void aStretchWithoutAMarkHasAllTheTokensThatWereAskedFor() throws IOException {
        Stretches answer = stretches(10);
        // Two tokens that a tokenizer would read as one are two all the same.
        answer.add("abc", 4);
        assertEquals(6, answer.left());
        answer.add("defghi", 6);
        assertEquals(new Said("abcdefghi", 10, false), answer.said());
        assertEquals(List.of("abc", "defghi"), sent);
    }

    @Test
    void theMarkOfTheEndIsNeitherTextNorAToken() throws IOException {
        Stretches answer = stretches(10);
        answer.add("abc<end>", 8);
        assertEquals(0, answer.left());
        assertEquals(new Said("abc", 3, false), answer.said());
        assertEquals(List.of("abc"), sent);
    }

    @Test
    void aMarkAloneAndAStretchWithoutAWordEndItToo() throws IOException {
        Stretches answer = stretches(10);
        answer.add("ab", 2);
        answer.add("</s>", 4);
        assertEquals(new Said("ab", 2, false), answer.said());
        Stretches silent = stretches(10);
        silent.add("", 4);
        assertEquals(new Said("", 0, false), silent.said());
        assertEquals(List.of("ab"), sent);
    }

    @Test
    void theBeginningOfACharacterIsLeftToTheNextStretch() throws IOException {
        Stretches answer = stretches(10);
        answer.add("ab\uFFFD", 4);
        assertEquals("ab", answer.text());
        assertEquals(8, answer.left());
        answer.add("é", 8);
        assertEquals(List.of("ab", "é"), sent);
    }

    @Test
    void whoIsStoppedHasSomethingLeft() throws IOException {
        Stretches answer = stretches(10);
        answer.add("abcd", 4);
        assertEquals(new Said("abcd", 4, true), answer.said());
    }
}

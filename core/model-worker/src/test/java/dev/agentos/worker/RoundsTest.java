package dev.agentos.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.worker.GenerateFrame.Generate;
import dev.agentos.worker.Stretches.Said;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RoundsTest {

    /** Says the next letters of the alphabet; each result waits for a permit. */
    private static final class Letters implements Rounds.Library {
        final Semaphore permits = new Semaphore(0);
        final List<String> asked = new ArrayList<>();
        private final Map<Integer, String> results = new HashMap<>();
        private int number;
        private volatile boolean gone;

        @Override
        public synchronized int ask(Generate ask, String text, int most) {
            if (text.contains("!")) {
                throw new IllegalArgumentException("not that");
            }
            asked.add(ask.slot() + ":" + text + "+" + most);
            StringBuilder said = new StringBuilder();
            for (int i = 0; i < most; i++) {
                said.append((char) ('a' + (text.length() + i) % 26));
            }
            results.put(++number, said.toString());
            return number;
        }

        @Override
        public String result(int which) {
            permits.acquireUninterruptibly();
            if (gone) {
                throw new LinkageError("the library is gone");
            }
            synchronized (this) {
                return Objects.requireNonNull(results.remove(which));
            }
        }

        synchronized List<String> asked() {
            return List.copyOf(asked);
        }
    }

    private final Letters letters = new Letters();
    private final Rounds rounds = new Rounds(letters);

    @AfterEach
    void close() {
        rounds.close();
        letters.permits.release(1_000_000);
    }

    private static Generate ask(int slot, String prompt) {
        return new Generate(slot, slot, true, true, prompt, 1_000, -1, -1, -1, List.of(), "", false);
    }

    private CompletableFuture<Said> say(
            int slot, String prompt, int most, List<String> sent, BooleanSupplier cancelled) {
        Stretches stretches = new Stretches(most, Set.of(), String::length, sent::add);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return rounds.say(ask(slot, prompt), stretches, cancelled);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    private static boolean never() {
        return false;
    }

    private static final class Steps implements Rounds.Reading {
        private final String prompt;
        private int read;

        Steps(String prompt) {
            this.prompt = prompt;
        }

        @Override
        public boolean isDone() {
            return read == prompt.length();
        }

        @Override
        public String next() {
            return prompt.substring(0, read + 1);
        }

        @Override
        public void done() {
            read++;
        }
    }

    private CompletableFuture<Boolean> read(int slot, String prompt, BooleanSupplier cancelled) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return rounds.read(ask(slot, prompt), new Steps(prompt), cancelled);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    private void await(int asked) throws InterruptedException {
        while (letters.asked().size() < asked) {
            Thread.sleep(1);
        }
    }

    @Test
    void eachStretchGoesOnFromTheOneBeforeAndNothingIsSaidTwice() throws Exception {
        letters.permits.release(1_000_000);
        List<String> sent = new ArrayList<>();
        Said said = say(3, "", 100, sent, RoundsTest::never).get();
        assertEquals(new Said("abcdefghijklmnopqrstuvwxyz".repeat(4).substring(0, 100), 100, false), said);
        assertEquals(said.text(), String.join("", sent));
        assertEquals("3:+4", letters.asked().getFirst());
    }

    @Test
    void allOfARoundSayTheSameNumberOfTokensAndAPromptIsReadMeanwhile() throws Exception {
        List<String> sent = new ArrayList<>();
        CompletableFuture<Boolean> blocking = read(0, "x", RoundsTest::never);
        await(1);
        CompletableFuture<Said> two = say(2, "", 3, sent, RoundsTest::never);
        CompletableFuture<Said> one = say(1, "pp", 50, new ArrayList<>(), RoundsTest::never);
        CompletableFuture<Boolean> reader = read(5, "xyz", RoundsTest::never);
        Thread.sleep(50);
        letters.permits.release();
        assertTrue(blocking.get());
        await(4);
        assertEquals(List.of("0:x+0", "1:pp+3", "2:+3", "5:x+0"), letters.asked());
        letters.permits.release(1_000_000);
        assertEquals(3, two.get().tokens());
        assertEquals(50, one.get().tokens());
        assertTrue(reader.get());
    }

    @Test
    void whoIsCancelledStopsAfterItsStretchAndKeepsWhatWasSaid() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        List<String> sent = new ArrayList<>();
        CompletableFuture<Said> answer = say(1, "", 100, sent, cancelled::get);
        await(1);
        cancelled.set(true);
        letters.permits.release();
        assertEquals(new Said("abcd", 4, true), answer.get());
        assertEquals(List.of("abcd"), sent);
        assertEquals(1, letters.asked().size());
    }

    @Test
    void aCancelledPromptIsReadNoFurther() throws Exception {
        AtomicBoolean cancelled = new AtomicBoolean();
        CompletableFuture<Boolean> reader = read(1, "xyz", cancelled::get);
        await(1);
        cancelled.set(true);
        letters.permits.release();
        assertFalse(reader.get());
        assertEquals(List.of("1:x+0"), letters.asked());
    }

    @Test
    void aLongPromptLetsAShortOneInBetween() throws Exception {
        CompletableFuture<Boolean> longer = read(1, "x".repeat(40), RoundsTest::never);
        await(1);
        CompletableFuture<Boolean> late = read(2, "y", RoundsTest::never);
        Thread.sleep(50);
        letters.permits.release(1_000_000);
        assertTrue(late.get());
        assertTrue(longer.get());
        assertEquals(16, letters.asked().indexOf("2:y+0"));
    }

    @Test
    void whatGoesWrongWithOneIsItsOwnMatter() throws Exception {
        List<String> sent = new ArrayList<>();
        letters.permits.release(1_000_000);
        CompletableFuture<Said> wrong = say(1, "!", 100, new ArrayList<>(), RoundsTest::never);
        CompletableFuture<Said> right = say(2, "", 100, sent, RoundsTest::never);
        assertThrows(Exception.class, wrong::get);
        assertEquals(100, right.get().tokens());
    }

    @Test
    void theEndOfTheWorkerEndsEverybodysWaiting() throws Exception {
        CompletableFuture<Said> answer = say(1, "", 100, new ArrayList<>(), RoundsTest::never);
        await(1);
        rounds.close();
        assertThrows(Exception.class, answer::get);
        assertThrows(IOException.class, () -> rounds.read(ask(1, "x"), new Steps("x"), RoundsTest::never));
    }

    @Test
    void anErrorOfTheLibraryIsToldToAllWhoWaitAndToAllWhoCome() throws Exception {
        CompletableFuture<Said> asked = say(1, "", 100, new ArrayList<>(), RoundsTest::never);
        await(1);
        CompletableFuture<Said> next = say(2, "", 100, new ArrayList<>(), RoundsTest::never);
        CompletableFuture<Boolean> reader = read(3, "xyz", RoundsTest::never);
        letters.gone = true;
        letters.permits.release();
        String why = "the worker can answer no more: java.lang.LinkageError: the library is gone";
        for (CompletableFuture<?> waiting : List.of(asked, next, reader)) {
            ExecutionException told = assertThrows(ExecutionException.class, waiting::get);
            assertEquals(IllegalStateException.class.getName() + ": " + why, told.getMessage());
        }
        assertEquals(
                why,
                assertThrows(
                                IllegalStateException.class,
                                () -> rounds.read(ask(1, "x"), new Steps("x"), RoundsTest::never))
                        .getMessage());
    }
}

package dev.agentos.domain.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.contract.LatencyClass;
import dev.agentos.domain.schedule.OnsetWindow.Onsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OnsetWindowTest {

    private final OnsetWindow window = new OnsetWindow();

    private void srt(long onset, long promised) {
        window.add(
                LatencyClass.SRT,
                Duration.ofMillis(onset),
                promised == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(promised)));
    }

    private static Onsets onsets(long worst, long allowed, long answers, long late) {
        return new Onsets(
                Duration.ofMillis(worst),
                allowed == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(allowed)),
                answers,
                late);
    }

    @Test
    void theAnswerNearestToItsOwnPromiseIsShownWithThatPromise() {
        srt(600, 1_000);
        srt(200, 250);
        srt(900, 0);
        assertEquals(Map.of(LatencyClass.SRT, onsets(200, 250, 3, 0)), window.drain());
    }

    @Test
    void answersThatAreLateAreCounted() {
        srt(251, 250);
        srt(250, 250);
        srt(2_000, 1_000);
        assertEquals(Map.of(LatencyClass.SRT, onsets(2_000, 1_000, 3, 2)), window.drain());
    }

    @Test
    void withoutAnyPromiseTheSlowestIsShown() {
        srt(100, 0);
        srt(300, 0);
        srt(200, 0);
        assertEquals(Map.of(LatencyClass.SRT, onsets(300, 0, 3, 0)), window.drain());
    }

    @Test
    void whatWasSeenIsGivenOnceAndClassesAreApart() {
        srt(100, 250);
        window.add(LatencyClass.DT, Duration.ofMillis(4_000), Optional.empty());
        assertEquals(
                Map.of(LatencyClass.SRT, onsets(100, 250, 1, 0), LatencyClass.DT, onsets(4_000, 0, 1, 0)),
                window.drain());
        assertEquals(Map.of(), window.drain());
    }
}

package dev.agentos.bridge.view;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** What a panel shows: its value, or why it has none and what to do about that. Never a bare "no data". */
public sealed interface PanelState<T> {

    /** It is being read. */
    record Loading<T>(String what) implements PanelState<T> {}

    /** There is nothing yet. */
    record Empty<T>(String what, String next) implements PanelState<T> {}

    /** It could not be read. */
    record Failed<T>(String why, String next) implements PanelState<T> {}

    /** It is not available here; {@code waitsFor} says what would bring it. */
    record Missing<T>(String why, String waitsFor) implements PanelState<T> {}

    /** The value; {@code silentSince} when nothing newer was heard since then. */
    record Ready<T>(T value, Optional<Instant> silentSince) implements PanelState<T> {

        /** One line that says how old it is; empty while it is fresh. */
        public Optional<String> staleness(Instant now) {
            return silentSince.map(since -> "stopped reporting " + ago(since, now));
        }
    }

    static <T> PanelState<T> ready(T value) {
        return new Ready<>(value, Optional.empty());
    }

    /** The same state of something made from the value. */
    default <R> PanelState<R> map(Function<T, R> how) {
        return switch (this) {
            case Loading<T> loading -> new Loading<>(loading.what());
            case Empty<T> empty -> new Empty<>(empty.what(), empty.next());
            case Failed<T> failed -> new Failed<>(failed.why(), failed.next());
            case Missing<T> missing -> new Missing<>(missing.why(), missing.waitsFor());
            case Ready<T> ready -> new Ready<>(how.apply(ready.value()), ready.silentSince());
        };
    }

    /** The value, where there is one. */
    default Optional<T> found() {
        return this instanceof Ready<T> ready ? Optional.of(ready.value()) : Optional.empty();
    }

    /** A span in words, for example {@code 3 min ago}. */
    static String ago(Instant since, Instant now) {
        long seconds = Math.max(0, Duration.between(since, now).toSeconds());
        if (seconds < 60) {
            return seconds + " s ago";
        }
        return seconds < 7_200 ? seconds / 60 + " min ago" : seconds / 3_600 + " h ago";
    }
}

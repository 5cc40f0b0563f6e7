package dev.agentos.domain.contract;

/**
 * What reading a quantity gave.
 *
 * @param <T> the type of the amount
 */
public sealed interface Reading<T> {
    /** The amount, in the unit that the method's name says. */
    record Amount<T>(T value) implements Reading<T> {}

    /** No amount: what is wrong, and what to write instead. */
    record Unreadable<T>(String message, String next) implements Reading<T> {}

    /**
     * The amount.
     *
     * @throws IllegalArgumentException with the message, if it could not be read
     */
    default T orThrow() {
        return switch (this) {
            case Amount<T>(T value) -> value;
            case Unreadable<T>(String message, String next) ->
                throw new IllegalArgumentException(message + "; " + next);
        };
    }
}

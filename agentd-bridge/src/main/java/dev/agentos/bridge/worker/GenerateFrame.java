package dev.agentos.bridge.worker;

import java.util.List;

/** One message between agentd and a worker that runs a language model. {@code id} pairs what belongs together. */
public sealed interface GenerateFrame {

    long id();

    /**
     * The worker's first frame: what it loaded.
     *
     * @param contextTokens the longest prompt and answer of one slot
     * @param weightsSha256 lower-case hex digest of the file as it was loaded
     */
    record Ready(int contextTokens, int slots, String weightsSha256) implements GenerateFrame {
        @Override
        public long id() {
            return 0;
        }
    }

    /**
     * Asks for an answer.
     *
     * @param slot where it runs; what the slot read before is used again only with {@code keep}
     * @param patient whether the prompt is read in small portions and the answer comes some tokens at a time, between which
     *     it can be cancelled
     * @param maxTokens the longest answer
     * @param temperature and {@code topP}: negative for the worker's own choice
     * @param seed negative for a random one
     * @param schema a JSON Schema that the answer is held to; empty for none
     * @param endless whether the end that the model itself sets is overlooked
     */
    record Generate(
            long id,
            int slot,
            boolean keep,
            boolean patient,
            String prompt,
            int maxTokens,
            double temperature,
            double topP,
            long seed,
            List<String> stop,
            String schema,
            boolean endless)
            implements GenerateFrame {
        public Generate {
            stop = List.copyOf(stop);
        }
    }

    /** The next piece of an answer. */
    record Piece(long id, String text) implements GenerateFrame {}

    /** How an answer ended. */
    enum How {
        STOP(1),
        LENGTH(2),
        CANCELLED(3);

        private final int number;

        How(int number) {
            this.number = number;
        }

        /** The number on the wire. */
        int number() {
            return number;
        }
    }

    /** The end of an answer. */
    record Ended(long id, How how, int promptTokens, int completionTokens) implements GenerateFrame {}

    /** Asks to end an answer at the next token. */
    record Cancel(long id) implements GenerateFrame {}

    /** Nothing comes of a request. */
    record Failed(long id, String message) implements GenerateFrame {}

    /** Asks how many tokens a text has. */
    record Count(long id, String text) implements GenerateFrame {}

    record Counted(long id, int tokens) implements GenerateFrame {}

    /** A message of a conversation. */
    record Message(String role, String text) {}

    /** Asks for a conversation as the model's own template writes it. */
    record Template(long id, List<Message> messages) implements GenerateFrame {
        public Template {
            messages = List.copyOf(messages);
        }
    }

    /**
     * Asks for a conversation about tools as the model's own template writes it. What comes is {@link Templated}, or
     * {@link Failed} where the template knows no tools.
     *
     * @param messages and {@code tools}: lists in the JSON of OpenAI's chat completions
     */
    record Converse(long id, String messages, String tools) implements GenerateFrame {}

    record Templated(long id, String prompt) implements GenerateFrame {}
}

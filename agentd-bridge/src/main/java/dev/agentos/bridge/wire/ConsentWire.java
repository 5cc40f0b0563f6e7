package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records about asks, answers and grants. */
public final class ConsentWire {

    private ConsentWire() {}

    /**
     * An ask as every face shows it; all texts have passed the one sanitiser.
     *
     * @param content the full content, sanitised; empty when there is none
     * @param shown digest that an Allow must name
     * @param escaped whether hidden characters were made visible: a warning is due
     */
    public record AskView(
            String id,
            String agent,
            String run,
            String step,
            String tool,
            String target,
            String title,
            String agentReason,
            Map<String, Object> facts,
            String content,
            boolean escaped,
            String risk,
            String confirmWord,
            boolean reversible,
            String contractLine,
            String grantTarget,
            String askedAt,
            String expiresAt,
            String shown) {}

    public record Asks(List<AskView> asks) {
        public Asks {
            asks = List.copyOf(asks);
        }
    }

    /** {@code decision} is {@code allow} or {@code deny}; {@code scope} is once, run, restart or 30d. */
    public record AnswerRequest(
            String decision, String scope, String shown, Optional<String> word, Optional<String> client) {}

    public record Answered(String ask, String decision, String by, Optional<String> grant) {}

    public record GrantView(
            String id,
            String agent,
            String tool,
            String target,
            String scope,
            String run,
            String expiresAt,
            String by,
            String givenAt,
            long used) {}

    public record Grants(List<GrantView> grants) {
        public Grants {
            grants = List.copyOf(grants);
        }
    }
}

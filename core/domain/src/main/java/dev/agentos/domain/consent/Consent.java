package dev.agentos.domain.consent;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The words of the consent queue: what is asked, how it is answered, what an answer grants. */
public final class Consent {

    private Consent() {}

    /** How much an answer covers. The smallest is the default everywhere. */
    public enum Scope {
        ONCE("once"),
        RUN("run"),
        RESTART("restart"),
        DAYS_30("30d");

        private final String word;

        Scope(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        public static Optional<Scope> of(String word) {
            for (Scope scope : values()) {
                if (scope.word.equals(word)) {
                    return Optional.of(scope);
                }
            }
            return Optional.empty();
        }
    }

    /** High risk looks different everywhere and needs the last word of the object typed. */
    public enum Risk {
        NORMAL,
        HIGH
    }

    /**
     * Something that waits for a person. Facts come from agentd; {@code agentReason} are the agent's own words.
     *
     * @param content the full content that would be written or sent; Allow needs it to have been seen
     * @param shown SHA-256 of exactly what a client must display (title, facts, content), in hexadecimal
     * @param grantTarget what a wider grant would cover, for example a folder
     */
    public record Ask(
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
            Risk risk,
            boolean reversible,
            String contractLine,
            String grantTarget,
            Instant askedAt,
            Optional<Instant> expiresAt,
            String shown) {
        public Ask {
            facts = Map.copyOf(facts);
        }

        /** The word to type for a high-risk answer: the last path or name part of the object. */
        public String confirmWord() {
            int slash = target.lastIndexOf('/');
            return slash >= 0 && slash + 1 < target.length() ? target.substring(slash + 1) : target;
        }
    }

    /** What a person decided, and over which client it came. */
    public record Answer(boolean allow, Scope scope, String by, String shown, Optional<String> typedWord) {}

    /**
     * A standing permission for one agent and tool below one target.
     *
     * @param run the only run it holds for, where the scope is {@code RUN}
     * @param bootId the service start it holds for, where the scope is {@code RESTART}
     */
    public record Grant(
            String id,
            String agent,
            String contract,
            String tool,
            String target,
            Scope scope,
            Optional<String> run,
            Optional<String> bootId,
            Optional<Instant> expiresAt,
            String by,
            Instant givenAt,
            long used) {

        /** Whether this grant covers a call now. A path target covers what lies below it. */
        public boolean covers(
                String agentId, String toolName, String onTarget, String runId, String boot, Instant now) {
            return agent.equals(agentId)
                    && tool.equals(toolName)
                    && run.map(runId::equals).orElse(true)
                    && bootId.map(boot::equals).orElse(true)
                    && expiresAt.map(now::isBefore).orElse(true)
                    && (onTarget.equals(target) || onTarget.startsWith(target.endsWith("/") ? target : target + "/"));
        }
    }

    /** How long a 30-day grant holds. */
    public static final Duration THIRTY_DAYS = Duration.ofDays(30);
}

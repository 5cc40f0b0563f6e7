package dev.agentos.domain.consent;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
     * Something that waits for a person. Facts come from agentd; {@code agentReason} are the agent's own words. Texts are
     * raw; what a client displays is {@link AskDisplay}.
     *
     * @param tool what grants are matched by
     * @param target the object of the act
     * @param content the full content that would be written or sent; Allow needs it to have been seen
     * @param grantTarget what a wider grant would cover, for example a folder
     * @param shown SHA-256 of exactly what a client must display ({@link AskDisplay#digest}), in hexadecimal
     * @param contentKind the word of {@link AskContent}
     * @param riskReason why it is in the high tier, in words; empty for the normal tier
     * @param options the Allows to choose from, the smallest first
     * @param group asks with the same group are of one shape and fold into one card; empty for none
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
            String shown,
            AskKind kind,
            String verb,
            String contentKind,
            String riskReason,
            List<GrantOption> options,
            String group) {
        public Ask {
            facts = Map.copyOf(facts);
            options = List.copyOf(options);
        }

        /** The ask that a request makes. */
        public static Ask of(String id, AskRequest request, Instant now) {
            String act = act(request);
            Ask ask = new Ask(
                    id,
                    request.agent(),
                    request.run(),
                    request.step(),
                    request.tool(),
                    request.object(),
                    request.agent() + " wants to " + act,
                    request.agentReason(),
                    request.facts(),
                    request.content().readable(),
                    request.risk(),
                    request.reversible(),
                    request.contractLine(),
                    request.grantTarget(),
                    now,
                    request.patience().isZero() ? Optional.empty() : Optional.of(now.plus(request.patience())),
                    "",
                    request.kind(),
                    request.verb(),
                    request.content().word(),
                    request.riskReason(),
                    request.options(),
                    ConsentRules.groupOf(request));
            return ask.withShown(AskDisplay.of(ask).digest());
        }

        /** What it wants to do, for the title. A verb of a tool's asker's own says all of it. */
        private static String act(AskRequest request) {
            String verb = request.verb();
            if (request.kind() != AskKind.TOOL) {
                return request.object().isEmpty() ? verb : verb + " " + request.object();
            }
            if (!verb.equals(AskKind.TOOL.verb())) {
                return verb;
            }
            return verb + " " + request.tool() + (request.object().isEmpty() ? "" : " on " + request.object());
        }

        private Ask withShown(String digest) {
            return new Ask(
                    id,
                    agent,
                    run,
                    step,
                    tool,
                    target,
                    title,
                    agentReason,
                    facts,
                    content,
                    risk,
                    reversible,
                    contractLine,
                    grantTarget,
                    askedAt,
                    expiresAt,
                    digest,
                    kind,
                    verb,
                    contentKind,
                    riskReason,
                    options,
                    group);
        }

        /** The word to type for a high-risk answer: the last path part, name part or word of the object, as displayed. */
        public String confirmWord() {
            int cut = target.lastIndexOf('/');
            for (int i = cut + 1; i < target.length(); i++) {
                if (Character.isWhitespace(target.charAt(i))) {
                    cut = i;
                }
            }
            String last = cut >= 0 && cut + 1 < target.length() ? target.substring(cut + 1) : target;
            return DisplayText.name(last).text();
        }

        /** The choice of this scope, where it is offered. */
        public Optional<GrantOption> option(Scope scope) {
            return options.stream().filter(option -> option.scope() == scope).findFirst();
        }
    }

    /**
     * What a person decided, and over which client it came.
     *
     * @param shown digest of everything that was displayed, see {@link AskDisplay#digest}
     * @param seen digest of the full content as the client displayed it to its end, see {@link AskDisplay#contentDigest}
     */
    public record Answer(
            boolean allow, Scope scope, String by, String shown, Optional<String> typedWord, Optional<String> seen) {

        /** A denial, or the answer to an ask without content: there is nothing to have been seen to its end. */
        public Answer(boolean allow, Scope scope, String by, String shown, Optional<String> typedWord) {
            this(allow, scope, by, shown, typedWord, Optional.empty());
        }

        /** The Allow of somebody who was shown all of the ask. */
        public static Answer allow(Ask ask, Scope scope, String by, Optional<String> typedWord) {
            return new Answer(
                    true,
                    scope,
                    by,
                    ask.shown(),
                    typedWord,
                    Optional.of(AskDisplay.of(ask).contentDigest()));
        }
    }

    /**
     * A standing permission for one agent and tool below one target.
     *
     * @param run the only run it holds for, where the scope is {@code RUN}
     * @param bootId the service start it holds for, where the scope is {@code RESTART}
     * @param used how many acts it covered
     * @param ask the ask whose answer gave it
     * @param lastUsedAt when it last covered an act
     * @param lastUse what that was: run and step, connection or operation; empty for never
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
            long used,
            String ask,
            Optional<Instant> lastUsedAt,
            String lastUse) {

        /** A grant that was not used yet, whose ask is not known. */
        public Grant(
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
            this(
                    id,
                    agent,
                    contract,
                    tool,
                    target,
                    scope,
                    run,
                    bootId,
                    expiresAt,
                    by,
                    givenAt,
                    used,
                    "",
                    Optional.empty(),
                    "");
        }

        /** The same grant after one more use. */
        public Grant usedAt(Instant now, String where) {
            return new Grant(
                    id,
                    agent,
                    contract,
                    tool,
                    target,
                    scope,
                    run,
                    bootId,
                    expiresAt,
                    by,
                    givenAt,
                    used + 1,
                    ask,
                    Optional.of(now),
                    where);
        }

        /** Whether this grant covers a call now. A path target covers what lies below it; no target covers no target. */
        public boolean covers(
                String agentId, String toolName, String onTarget, String runId, String boot, Instant now) {
            return agent.equals(agentId)
                    && tool.equals(toolName)
                    && run.map(runId::equals).orElse(true)
                    && bootId.map(boot::equals).orElse(true)
                    && expiresAt.map(now::isBefore).orElse(true)
                    && (onTarget.equals(target) || isBelow(onTarget));
        }

        private boolean isBelow(String onTarget) {
            return !target.isEmpty() && onTarget.startsWith(target.endsWith("/") ? target : target + "/");
        }
    }

    /** How long a 30-day grant holds. */
    public static final Duration THIRTY_DAYS = Duration.ofDays(30);
}

package dev.agentos.bridge.wire;

import dev.agentos.domain.json.Digests;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records about asks, answers and grants. */
public final class ConsentWire {

    private ConsentWire() {}

    /** An Allow to choose from: {@code scope} is once, run, restart or 30d; {@code says} is exactly what it covers. */
    public record OptionView(String scope, String says) {}

    /**
     * An ask as every face shows it; all texts have passed the one sanitiser.
     *
     * @param content the full content, sanitised; empty when there is none
     * @param shown digest that an Allow must name
     * @param escaped whether hidden or misleading characters were made visible: a warning is due
     * @param kind tool, domain, budget, substitution, staged-diff, held-syscall or plan
     * @param contentKind none, text, diff or bytes
     * @param riskReason why the risk is high, in words
     * @param options the Allows to choose from, the smallest first
     * @param group asks with the same group are of one shape and fold into one card; empty for none
     * @param state pending, allowed, denied, expired or withdrawn
     * @param by who ended it, and where; empty while it waits
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
            String shown,
            String kind,
            String contentKind,
            String riskReason,
            List<OptionView> options,
            String group,
            String state,
            String by) {
        public AskView {
            options = List.copyOf(options);
        }

        /** The digest that an Allow carries once the whole content was painted, here for who displays all of it at once. */
        public String contentDigest() {
            return Digests.sha256Hex(content);
        }

        /** Whether this Allow is offered. */
        public boolean offers(String scope) {
            return options.stream().anyMatch(option -> option.scope().equals(scope));
        }
    }

    public record Asks(List<AskView> asks) {
        public Asks {
            asks = List.copyOf(asks);
        }
    }

    /** Another ask of the same group, with the digests of what was displayed of it. */
    public record Member(String ask, String shown, Optional<String> seen) {}

    /**
     * An answer.
     *
     * @param decision {@code allow} or {@code deny}
     * @param scope once, run, restart or 30d
     * @param shown digest of everything that was displayed, as the ask names it
     * @param word the last word of a high-risk object
     * @param client the program, for the audit
     * @param seen SHA-256 of the full content, hashed by the client from what it displayed to its end; an Allow of an ask
     *     with content does not count without it
     * @param others further asks of the same group that this answer is for
     */
    public record AnswerRequest(
            String decision,
            String scope,
            String shown,
            Optional<String> word,
            Optional<String> client,
            Optional<String> seen,
            Optional<List<Member>> others) {

        /** A denial, or an answer to an ask without content. */
        public AnswerRequest(
                String decision, String scope, String shown, Optional<String> word, Optional<String> client) {
            this(decision, scope, shown, word, client, Optional.empty(), Optional.empty());
        }

        /** The Allow of somebody to whom all of the ask was displayed. */
        public static AnswerRequest allow(AskView ask, String scope, Optional<String> word, String client) {
            return new AnswerRequest(
                    "allow",
                    scope,
                    ask.shown(),
                    word,
                    Optional.of(client),
                    Optional.of(ask.contentDigest()),
                    Optional.empty());
        }

        /** A refusal, once; it makes no rule. */
        public static AnswerRequest deny(AskView ask, String client) {
            return new AnswerRequest("deny", "once", ask.shown(), Optional.empty(), Optional.of(client));
        }

        /** The same answer for these asks of the group as well. */
        public AnswerRequest with(List<AskView> group) {
            return new AnswerRequest(
                    decision,
                    scope,
                    shown,
                    word,
                    client,
                    seen,
                    Optional.of(group.stream()
                            .map(ask -> new Member(
                                    ask.id(),
                                    ask.shown(),
                                    decision.equals("allow") ? Optional.of(ask.contentDigest()) : Optional.empty()))
                            .toList()));
        }
    }

    /**
     * What an answer did.
     *
     * @param grant the first grant that it gave
     * @param grants all of them
     * @param also other asks that it closed: the rest of the group, and what the grants cover
     */
    public record Answered(
            String ask, String decision, String by, Optional<String> grant, List<String> grants, List<String> also) {
        public Answered {
            grants = List.copyOf(grants);
            also = List.copyOf(also);
        }
    }

    /**
     * A standing permission and where it was used.
     *
     * @param used how many acts it covered: asks that it saved
     * @param ask the ask whose answer gave it
     * @param lastUsedAt ISO time; empty for never
     * @param lastUse the run and step, connection or operation that used it last
     * @param open uses that are open now
     */
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
            long used,
            String ask,
            String lastUsedAt,
            String lastUse,
            long open) {}

    /**
     * How asking went so far.
     *
     * @param asks how many were put to a person, in all states
     * @param promptsPerRun asks by runs that asked at all; 0 when none did
     * @param answerMsP50 time from ask to a person's answer, in milliseconds; 0 when nobody answered
     * @param allowedPct share of a person's answers that allowed, in per cent
     * @param savedAsks acts that live grants covered, which would have asked
     * @param coveredAsks waiting asks that a grant given for another answered
     */
    public record Stats(
            long asks,
            long pending,
            long allowed,
            long denied,
            long expired,
            long withdrawn,
            long coveredAsks,
            long runsThatAsked,
            double promptsPerRun,
            long answerMsP50,
            long answerMsP95,
            double allowedPct,
            long grantsLive,
            long savedAsks,
            List<KindStats> kinds,
            List<GrantView> grants) {
        public Stats {
            kinds = List.copyOf(kinds);
            grants = List.copyOf(grants);
        }
    }

    /** The same for one kind of ask and tool. */
    public record KindStats(String kind, String tool, long asks, long allowed, long denied) {}

    public record Grants(List<GrantView> grants) {
        public Grants {
            grants = List.copyOf(grants);
        }
    }
}

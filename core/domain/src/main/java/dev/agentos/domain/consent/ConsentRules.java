package dev.agentos.domain.consent;

import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Risk;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What makes an answer valid and what it grants. Pure and total. */
public final class ConsentRules {

    /** The outcome of an answer. */
    public sealed interface Verdict {
        /** Allowed; {@code grant} is present for every scope but once. */
        record Allowed(Optional<Grant> grant) implements Verdict {}

        record Denied() implements Verdict {}

        /** The answer does not count; the ask stays open. */
        record Invalid(String code, String reason, String next) implements Verdict {}
    }

    private ConsentRules() {}

    /**
     * Judges an answer.
     *
     * @param answererIsAgent whether the answer came from inside a sandbox; an agent never approves itself or another
     * @param bootId the current start of the service
     */
    public static Verdict judge(
            Ask ask,
            Answer answer,
            boolean answererIsAgent,
            String contract,
            String bootId,
            String grantId,
            Instant now) {
        if (answererIsAgent) {
            return new Verdict.Invalid(
                    "consent.not-a-person",
                    "an agent cannot answer for a person",
                    "answer from agentctl or the centre");
        }
        if (ask.expiresAt().map(now::isAfter).orElse(false)) {
            return new Verdict.Invalid(
                    "consent.expired", "ask " + ask.id() + " has expired and was refused once", "run the step again");
        }
        if (!answer.allow()) {
            return new Verdict.Denied();
        }
        if (!answer.shown().equals(ask.shown())) {
            return new Verdict.Invalid(
                    "consent.not-seen",
                    "an Allow must name the digest of the full content that was shown",
                    "show it first: agentctl consent show " + ask.id());
        }
        if (ask.risk() == Risk.HIGH
                && !answer.typedWord().map(ask.confirmWord()::equals).orElse(false)) {
            return new Verdict.Invalid(
                    "consent.word-needed",
                    "this is high risk: the last word of its object must be typed",
                    "add --word " + ask.confirmWord());
        }
        if (ask.risk() == Risk.HIGH && answer.scope() != Scope.ONCE) {
            return new Verdict.Invalid(
                    "consent.once-only", "a high-risk act is allowed once at a time", "answer with --scope once");
        }
        if (answer.scope() == Scope.ONCE) {
            return new Verdict.Allowed(Optional.empty());
        }
        return new Verdict.Allowed(Optional.of(new Grant(
                grantId,
                ask.agent(),
                contract,
                ask.tool(),
                ask.grantTarget(),
                answer.scope(),
                answer.scope() == Scope.RUN ? Optional.of(ask.run()) : Optional.empty(),
                answer.scope() == Scope.RESTART ? Optional.of(bootId) : Optional.empty(),
                answer.scope() == Scope.DAYS_30 ? Optional.of(now.plus(Consent.THIRTY_DAYS)) : Optional.empty(),
                answer.by(),
                now,
                0)));
    }

    /** The digest of what a client displays for an ask: every fact and the whole content, in canonical form. */
    public static String shownDigest(
            String title, String agentReason, String target, Map<String, Object> facts, String content, String line) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("title", title);
        shown.put("agent_reason", agentReason);
        shown.put("target", target);
        shown.put("facts", facts);
        shown.put("content", content);
        shown.put("contract_line", line);
        return Digests.sha256Hex(CanonicalJson.write(shown).getBytes(StandardCharsets.UTF_8));
    }

    /** The first live grant that covers a call. */
    public static Optional<Grant> covering(
            List<Grant> grants, String agent, String tool, String target, String run, String bootId, Instant now) {
        return grants.stream()
                .filter(grant -> grant.covers(agent, tool, target, run, bootId, now))
                .findFirst();
    }
}

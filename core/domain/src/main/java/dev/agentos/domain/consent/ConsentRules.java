package dev.agentos.domain.consent;

import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Risk;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What makes an answer valid and what it grants. Pure and total. */
public final class ConsentRules {

    /** The outcome of an answer. */
    public sealed interface Verdict {
        /** Allowed; there are grants for every scope but once, one for each thing that the chosen option covers. */
        record Allowed(List<Grant> grants) implements Verdict {
            public Allowed {
                grants = List.copyOf(grants);
            }
        }

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
     * @param firstGrant the number of the first grant that the answer gives
     */
    public static Verdict judge(
            Ask ask,
            Answer answer,
            boolean answererIsAgent,
            String contract,
            String bootId,
            long firstGrant,
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
            return notSeen(ask, "an Allow must name the digest of what was shown");
        }
        if (!ask.content().isEmpty()
                && !answer.seen()
                        .map(AskDisplay.of(ask).contentDigest()::equals)
                        .orElse(false)) {
            return notSeen(ask, "an Allow must carry the digest of the full content, shown to its end");
        }
        if (ask.risk() == Risk.HIGH
                && !answer.typedWord().map(ask.confirmWord()::equals).orElse(false)) {
            return new Verdict.Invalid(
                    "consent.word-needed",
                    "this is high risk: the last word of its object must be typed",
                    "add --word " + ask.confirmWord());
        }
        Optional<GrantOption> option = ask.option(answer.scope());
        if (option.isEmpty()) {
            return notOffered(ask, answer.scope());
        }
        List<Grant> grants = new ArrayList<>();
        for (GrantOption.Cover cover : option.get().covers()) {
            grants.add(grant(ask, answer, contract, bootId, "grant-" + (firstGrant + grants.size()), cover, now));
        }
        return new Verdict.Allowed(grants);
    }

    private static Verdict.Invalid notSeen(Ask ask, String why) {
        return new Verdict.Invalid("consent.not-seen", why, "show it first: agentctl consent show " + ask.id());
    }

    private static Verdict.Invalid notOffered(Ask ask, Scope scope) {
        String offered = String.join(
                ", ", ask.options().stream().map(each -> each.scope().word()).toList());
        return ask.risk() == Risk.HIGH
                ? new Verdict.Invalid(
                        "consent.once-only",
                        "this high-risk act is not allowed for longer: " + offered + " is offered",
                        "answer with --scope " + offered.split(",", 2)[0])
                : new Verdict.Invalid(
                        "consent.not-offered",
                        scope.word() + " is not offered for this ask",
                        "answer with one of: " + offered);
    }

    private static Grant grant(
            Ask ask, Answer answer, String contract, String bootId, String id, GrantOption.Cover cover, Instant now) {
        return new Grant(
                id,
                ask.agent(),
                contract,
                cover.tool(),
                cover.target(),
                answer.scope(),
                answer.scope() == Scope.RUN ? Optional.of(ask.run()) : Optional.empty(),
                answer.scope() == Scope.RESTART ? Optional.of(bootId) : Optional.empty(),
                answer.scope() == Scope.DAYS_30 ? Optional.of(now.plus(Consent.THIRTY_DAYS)) : Optional.empty(),
                answer.by(),
                now,
                0,
                ask.id(),
                Optional.empty(),
                "");
    }

    /**
     * What makes asks one group: the same agent and run want the same kind of act with the same tool on the same place.
     * High risk is answered one by one, and a plan is one thing.
     */
    static String groupOf(AskRequest request) {
        if (request.risk() == Risk.HIGH || request.kind() == AskKind.PLAN) {
            return "";
        }
        String shape = CanonicalJson.write(Map.of(
                "kind", request.kind().word(),
                "agent", request.agent(),
                "run", request.run(),
                "tool", request.tool(),
                "verb", request.verb(),
                "place", request.grantTarget()));
        return Digests.sha256Hex(shape).substring(0, 16);
    }

    /** Whether a grant that was just given answers a pending ask too: what it asks would not be asked any more. */
    public static boolean answers(Grant grant, Ask ask, String bootId, Instant now) {
        return ask.risk() == Risk.NORMAL
                && ask.kind() != AskKind.PLAN
                && grant.covers(ask.agent(), ask.tool(), ask.target(), ask.run(), bootId, now);
    }

    /** The first live grant that covers a call. */
    public static Optional<Grant> covering(
            List<Grant> grants, String agent, String tool, String target, String run, String bootId, Instant now) {
        return grants.stream()
                .filter(grant -> grant.covers(agent, tool, target, run, bootId, now))
                .findFirst();
    }
}

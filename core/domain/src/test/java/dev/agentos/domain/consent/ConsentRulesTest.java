package dev.agentos.domain.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Risk;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.ConsentRules.Verdict;
import dev.agentos.domain.json.Digests;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConsentRulesTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static AskRequest request(Risk risk, String target, String content) {
        return new AskRequest(
                AskKind.TOOL,
                "agent-a-001",
                "agent-a-001.1",
                "write",
                "agent-a-001.1/write",
                "a",
                "fs.write",
                "",
                target,
                "because",
                Map.of("bytes", 3L),
                content.isEmpty() ? new AskContent.None() : new AskContent.Text(content),
                risk == Risk.HIGH ? Set.of(HighRisk.PAYMENT) : Set.of(),
                true,
                "c.yaml:4:1",
                "/data/out",
                List.of(),
                Duration.ZERO,
                false);
    }

    private static Ask ask(Risk risk, Optional<Instant> expires) {
        Ask ask = Ask.of("ask-1", request(risk, "/data/out/summary.md", "abc"), NOW.minusSeconds(10));
        return new Ask(
                ask.id(),
                ask.agent(),
                ask.run(),
                ask.step(),
                ask.tool(),
                ask.target(),
                ask.title(),
                ask.agentReason(),
                ask.facts(),
                ask.content(),
                ask.risk(),
                ask.reversible(),
                ask.contractLine(),
                ask.grantTarget(),
                ask.askedAt(),
                expires,
                ask.shown(),
                ask.kind(),
                ask.verb(),
                ask.contentKind(),
                ask.riskReason(),
                ask.options(),
                ask.group());
    }

    private static Verdict judge(Ask ask, Answer answer, boolean agent) {
        return ConsentRules.judge(ask, answer, agent, "a", "boot-1", 7, NOW);
    }

    private static Answer allow(Ask ask, Scope scope, Optional<String> word) {
        return Answer.allow(ask, scope, "user me", word);
    }

    private static String code(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Allowed allowed -> allowed.grants().isEmpty() ? "allowed" : "allowed+grant";
            case Verdict.Denied _ -> "denied";
            case Verdict.Invalid invalid -> invalid.code();
        };
    }

    /** Every combination against a second, independent reading of the rules. */
    @Test
    void everyAnswerIsJudgedByTheRulesInTheirOrder() {
        List<String> wrong = new ArrayList<>();
        int cases = 0;
        for (Risk risk : Risk.values()) {
            for (Scope scope : Scope.values()) {
                for (boolean allow : List.of(true, false)) {
                    for (boolean agent : List.of(true, false)) {
                        for (long left : List.of(-1L, 0L, 1L, Long.MAX_VALUE)) {
                            for (int seen = 0; seen < 4; seen++) {
                                for (String word : List.of("summary.md", "Summary.md", "")) {
                                    cases++;
                                    Ask ask = ask(
                                            risk,
                                            left == Long.MAX_VALUE
                                                    ? Optional.empty()
                                                    : Optional.of(NOW.plusSeconds(left)));
                                    Answer answer = new Answer(
                                            allow,
                                            scope,
                                            "user me",
                                            (seen & 1) == 0 ? ask.shown() : "6".repeat(64),
                                            word.isEmpty() ? Optional.empty() : Optional.of(word),
                                            (seen & 2) == 0 ? Optional.of(Digests.sha256Hex("abc")) : Optional.empty());
                                    String expected = expected(risk, scope, allow, agent, left, seen == 0, word);
                                    String found = code(judge(ask, answer, agent));
                                    if (!found.equals(expected)) {
                                        wrong.add(ask + " " + answer + ": " + found + ", not " + expected);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(2 * 4 * 2 * 2 * 4 * 4 * 3, cases);
    }

    private static String expected(
            Risk risk, Scope scope, boolean allow, boolean agent, long left, boolean seen, String word) {
        if (agent) {
            return "consent.not-a-person";
        }
        if (left < 0) {
            return "consent.expired";
        }
        if (!allow) {
            return "denied";
        }
        if (!seen) {
            return "consent.not-seen";
        }
        if (risk == Risk.HIGH) {
            if (!word.equals("summary.md")) {
                return "consent.word-needed";
            }
            return scope == Scope.ONCE ? "allowed" : "consent.once-only";
        }
        return scope == Scope.ONCE ? "allowed" : "allowed+grant";
    }

    @Test
    void aWiderScopeGivesExactlyThatGrant() {
        Ask ask = ask(Risk.NORMAL, Optional.empty());
        assertEquals(
                new Verdict.Allowed(List.of(new Grant(
                        "grant-7",
                        "agent-a-001",
                        "a",
                        "fs.write",
                        "/data/out",
                        Scope.RUN,
                        Optional.of("agent-a-001.1"),
                        Optional.empty(),
                        Optional.empty(),
                        "user me",
                        NOW,
                        0,
                        "ask-1",
                        Optional.empty(),
                        ""))),
                judge(ask, allow(ask, Scope.RUN, Optional.empty()), false));
        assertEquals(
                new Verdict.Allowed(List.of(new Grant(
                        "grant-7",
                        "agent-a-001",
                        "a",
                        "fs.write",
                        "/data/out",
                        Scope.RESTART,
                        Optional.empty(),
                        Optional.of("boot-1"),
                        Optional.empty(),
                        "user me",
                        NOW,
                        0,
                        "ask-1",
                        Optional.empty(),
                        ""))),
                judge(ask, allow(ask, Scope.RESTART, Optional.empty()), false));
        assertEquals(
                new Verdict.Allowed(List.of(new Grant(
                        "grant-7",
                        "agent-a-001",
                        "a",
                        "fs.write",
                        "/data/out",
                        Scope.DAYS_30,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(NOW.plusSeconds(30L * 24 * 3600)),
                        "user me",
                        NOW,
                        0,
                        "ask-1",
                        Optional.empty(),
                        ""))),
                judge(ask, allow(ask, Scope.DAYS_30, Optional.empty()), false));
    }

    @Test
    void anInvalidAnswerSaysWhatToDo() {
        Verdict.Invalid invalid = assertInstanceOf(
                Verdict.Invalid.class,
                judge(
                        ask(Risk.NORMAL, Optional.empty()),
                        new Answer(true, Scope.ONCE, "user me", "", Optional.empty()),
                        false));
        assertEquals("show it first: agentctl consent show ask-1", invalid.next());
        Verdict.Invalid word = assertInstanceOf(
                Verdict.Invalid.class,
                judge(
                        ask(Risk.HIGH, Optional.empty()),
                        allow(ask(Risk.HIGH, Optional.empty()), Scope.ONCE, Optional.empty()),
                        false));
        assertEquals("add --word summary.md", word.next());
    }

    @Test
    void theWordToTypeIsTheLastPartOfTheObject() {
        assertEquals("summary.md", ask(Risk.HIGH, Optional.empty()).confirmWord());
        for (Map.Entry<String, String> example : Map.of(
                        "bob@example.org", "bob@example.org",
                        "/a/b/", "/a/b/",
                        "", "",
                        "50 EUR to ACME", "ACME",
                        "/a b/c d", "d",
                        "pay\u202Eme", "pay\\u{202E}me")
                .entrySet()) {
            assertEquals(
                    example.getValue(),
                    Ask.of("ask-1", request(Risk.HIGH, example.getKey(), ""), NOW)
                            .confirmWord());
        }
    }

    @Test
    void theDigestOfWhatIsShownChangesWithEveryPartOfIt() {
        AskRequest base = request(Risk.NORMAL, "/data/out/a.md", "abc");
        String shown = Ask.of("ask-1", base, NOW).shown();
        assertEquals(shown, Ask.of("ask-2", base, NOW.plusSeconds(1)).shown());
        assertEquals(64, shown.length());
        for (AskRequest other : List.of(
                request(Risk.HIGH, "/data/out/a.md", "abc"),
                request(Risk.NORMAL, "/data/out/A.md", "abc"),
                request(Risk.NORMAL, "/data/out/a.md", "abC"),
                request(Risk.NORMAL, "/data/out/a.md", ""),
                request(Risk.NORMAL, "/data/out/\u200Ba.md", "abc"))) {
            assertNotEquals(shown, Ask.of("ask-1", other, NOW).shown());
        }
    }

    @Test
    void asksOfOneShapeAreAGroupAndHighRiskNeverIs() {
        Ask one = Ask.of("ask-1", request(Risk.NORMAL, "/data/out/a.md", "a"), NOW);
        Ask two = Ask.of("ask-2", request(Risk.NORMAL, "/data/out/b.md", "b"), NOW);
        assertEquals(one.group(), two.group());
        assertNotEquals("", one.group());
        assertEquals(
                "",
                Ask.of("ask-3", request(Risk.HIGH, "/data/out/a.md", "a"), NOW).group());
    }

    @Test
    void aNewDomainAndABudgetRaiseAreAlwaysHighRisk() {
        for (AskKind kind : AskKind.values()) {
            AskRequest request = new AskRequest(
                    kind,
                    "a",
                    "a.1",
                    "s",
                    "k",
                    "c",
                    "t",
                    "",
                    "o",
                    "",
                    Map.of(),
                    new AskContent.None(),
                    Set.of(),
                    false,
                    "",
                    "o",
                    List.of(),
                    Duration.ZERO,
                    false);
            assertEquals(
                    kind == AskKind.DOMAIN || kind == AskKind.BUDGET ? Risk.HIGH : Risk.NORMAL,
                    request.risk(),
                    kind.word());
        }
    }

    @Test
    void aGrantAnswersWhatItCoversAndNothingOfHighRisk() {
        Ask ask = Ask.of("ask-1", request(Risk.NORMAL, "/data/out/a.md", "a"), NOW);
        Verdict.Allowed allowed =
                assertInstanceOf(Verdict.Allowed.class, judge(ask, allow(ask, Scope.RUN, Optional.empty()), false));
        Grant grant = allowed.grants().getFirst();
        Ask beside = Ask.of("ask-2", request(Risk.NORMAL, "/data/out/b.md", "b"), NOW);
        Ask outside = Ask.of("ask-3", request(Risk.NORMAL, "/data/other/b.md", "b"), NOW);
        Ask high = Ask.of("ask-4", request(Risk.HIGH, "/data/out/b.md", "b"), NOW);
        assertEquals(true, ConsentRules.answers(grant, beside, "boot-1", NOW));
        assertEquals(false, ConsentRules.answers(grant, outside, "boot-1", NOW));
        assertEquals(false, ConsentRules.answers(grant, high, "boot-1", NOW));
    }
}

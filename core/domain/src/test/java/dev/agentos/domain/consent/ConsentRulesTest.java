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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsentRulesTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String SHOWN = "5".repeat(64);

    private static Ask ask(Risk risk, Optional<Instant> expires) {
        return new Ask(
                "ask-1",
                "agent-a-001",
                "agent-a-001.1",
                "write",
                "fs.write",
                "/data/out/summary.md",
                "title",
                "because",
                Map.of("bytes", 3L),
                "abc",
                risk,
                true,
                "c.yaml:4:1",
                "/data/out",
                NOW.minusSeconds(10),
                expires,
                SHOWN);
    }

    private static Verdict judge(Ask ask, Answer answer, boolean agent) {
        return ConsentRules.judge(ask, answer, agent, "a", "boot-1", "grant-7", NOW);
    }

    private static Answer allow(Scope scope, String shown, Optional<String> word) {
        return new Answer(true, scope, "user me", shown, word);
    }

    private static String code(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Allowed allowed -> allowed.grant().isPresent() ? "allowed+grant" : "allowed";
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
                            for (boolean seen : List.of(true, false)) {
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
                                            seen ? SHOWN : "6".repeat(64),
                                            word.isEmpty() ? Optional.empty() : Optional.of(word));
                                    String expected = expected(risk, scope, allow, agent, left, seen, word);
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
        assertEquals(2 * 4 * 2 * 2 * 4 * 2 * 3, cases);
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
                new Verdict.Allowed(Optional.of(new Grant(
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
                        0))),
                judge(ask, allow(Scope.RUN, SHOWN, Optional.empty()), false));
        assertEquals(
                new Verdict.Allowed(Optional.of(new Grant(
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
                        0))),
                judge(ask, allow(Scope.RESTART, SHOWN, Optional.empty()), false));
        assertEquals(
                new Verdict.Allowed(Optional.of(new Grant(
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
                        0))),
                judge(ask, allow(Scope.DAYS_30, SHOWN, Optional.empty()), false));
    }

    @Test
    void anInvalidAnswerSaysWhatToDo() {
        Verdict.Invalid invalid = assertInstanceOf(
                Verdict.Invalid.class,
                judge(ask(Risk.NORMAL, Optional.empty()), allow(Scope.ONCE, "", Optional.empty()), false));
        assertEquals("show it first: agentctl consent show ask-1", invalid.next());
        Verdict.Invalid word = assertInstanceOf(
                Verdict.Invalid.class,
                judge(ask(Risk.HIGH, Optional.empty()), allow(Scope.ONCE, SHOWN, Optional.empty()), false));
        assertEquals("add --word summary.md", word.next());
    }

    @Test
    void theWordToTypeIsTheLastPartOfTheObject() {
        assertEquals("summary.md", ask(Risk.HIGH, Optional.empty()).confirmWord());
        for (Map.Entry<String, String> example : Map.of("bob@example.org", "bob@example.org", "/a/b/", "/a/b/", "", "")
                .entrySet()) {
            Ask ask = new Ask(
                    "ask-1",
                    "a",
                    "a.1",
                    "s",
                    "t",
                    example.getKey(),
                    "",
                    "",
                    Map.of(),
                    "",
                    Risk.HIGH,
                    true,
                    "",
                    "",
                    NOW,
                    Optional.empty(),
                    SHOWN);
            assertEquals(example.getValue(), ask.confirmWord());
        }
    }

    @Test
    void theDigestOfWhatIsShownChangesWithEveryPartOfIt() {
        Map<String, Object> facts = Map.of("bytes", 3L);
        String base = ConsentRules.shownDigest("t", "r", "/x", facts, "c", "l");
        assertEquals(base, ConsentRules.shownDigest("t", "r", "/x", Map.of("bytes", 3L), "c", "l"));
        for (String other : List.of(
                ConsentRules.shownDigest("T", "r", "/x", facts, "c", "l"),
                ConsentRules.shownDigest("t", "R", "/x", facts, "c", "l"),
                ConsentRules.shownDigest("t", "r", "/X", facts, "c", "l"),
                ConsentRules.shownDigest("t", "r", "/x", Map.of("bytes", 4L), "c", "l"),
                ConsentRules.shownDigest("t", "r", "/x", facts, "C", "l"),
                ConsentRules.shownDigest("t", "r", "/x", facts, "c", "L"))) {
            assertNotEquals(base, other);
        }
        assertEquals(64, base.length());
    }
}

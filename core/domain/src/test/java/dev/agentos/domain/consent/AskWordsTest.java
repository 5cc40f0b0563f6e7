package dev.agentos.domain.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Risk;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.GrantOption.Cover;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every word of a question, as people and records get it; and how much may be asked. */
class AskWordsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private static AskRequest request(AskKind kind, String verb, String object, Set<HighRisk> risks) {
        return new AskRequest(
                kind,
                "agent-a-001",
                "agent-a-001.1",
                "s",
                "k",
                "a",
                "fs.write",
                verb,
                object,
                "because",
                Map.of(),
                new AskContent.None(),
                risks,
                true,
                "c.yaml:1:1",
                "/data",
                List.of(),
                Duration.ZERO,
                false);
    }

    private static Ask ask(AskKind kind, String verb, String object) {
        return Ask.of("ask-1", request(kind, verb, object, Set.of()), NOW);
    }

    @Test
    void theTitleSaysWhoWantsToDoWhatToWhat() {
        assertEquals(
                "agent-a-001 wants to use fs.write on /data/a",
                ask(AskKind.TOOL, "", "/data/a").title());
        assertEquals(
                "agent-a-001 wants to use fs.write", ask(AskKind.TOOL, "", "").title());
        assertEquals(
                "agent-a-001 wants to throw it away",
                ask(AskKind.TOOL, "throw it away", "/data/a").title());
        assertEquals(
                "agent-a-001 wants to connect to b.example",
                ask(AskKind.DOMAIN, "", "b.example").title());
        assertEquals("agent-a-001 wants to follow", ask(AskKind.PLAN, "", "").title());
        assertEquals(
                "agent-a-001 wants to obey the plan",
                ask(AskKind.PLAN, "obey", "the plan").title());
    }

    @Test
    void patienceThatIsZeroNeverEnds() {
        assertEquals(Optional.empty(), ask(AskKind.TOOL, "", "/x").expiresAt());
        AskRequest hour = new AskRequest(
                AskKind.TOOL,
                "a",
                "r",
                "s",
                "k",
                "a",
                "t",
                "",
                "",
                "",
                Map.of(),
                new AskContent.None(),
                Set.of(),
                true,
                "",
                "",
                List.of(),
                Duration.ofHours(1),
                false);
        assertEquals(
                Optional.of(NOW.plus(Duration.ofHours(1))),
                Ask.of("ask-1", hour, NOW).expiresAt());
    }

    @Test
    void theWordToTypeIsTheLastOfTheObject() {
        assertEquals("a.md", ask(AskKind.TOOL, "", "/data/a.md").confirmWord());
        assertEquals("crowns", ask(AskKind.TOOL, "", "5 crowns").confirmWord());
        assertEquals("plain", ask(AskKind.TOOL, "", "plain").confirmWord());
        assertEquals("/data/", ask(AskKind.TOOL, "", "/data/").confirmWord());
        assertEquals("x", ask(AskKind.TOOL, "", "/x").confirmWord());
    }

    @Test
    void everyKindHasItsWordAndItsVerb() {
        Map<String, String> verbs = Map.of(
                "tool", "use",
                "domain", "connect to",
                "budget", "raise",
                "substitution", "use instead",
                "staged-diff", "keep",
                "held-syscall", "do",
                "plan", "follow");
        for (AskKind kind : AskKind.values()) {
            assertEquals(verbs.get(kind.word()), kind.verb());
            assertEquals(kind.verb(), request(kind, "", "x", Set.of()).verb());
        }
        assertEquals(verbs.size(), AskKind.values().length);
    }

    @Test
    void riskIsSaidWithEveryReasonInAFixedOrder() {
        assertEquals("", request(AskKind.TOOL, "", "x", Set.of()).riskReason());
        assertEquals(Risk.NORMAL, request(AskKind.TOOL, "", "x", Set.of()).risk());
        AskRequest both = request(AskKind.DOMAIN, "", "x", Set.of(HighRisk.PAYMENT));
        assertEquals("it spends money; it reaches a domain for the first time", both.riskReason());
        assertEquals(Risk.HIGH, both.risk());
        assertEquals(
                "it changes what the contract allows",
                request(AskKind.BUDGET, "", "x", Set.of()).riskReason());
        assertEquals("it uses or gives away a credential", HighRisk.CREDENTIAL.why());
        assertEquals("it deletes outside the workspace", HighRisk.DELETE_OUTSIDE.why());
    }

    @Test
    void theAllowsOnOfferSayWhatTheyCoverAndForHowLong() {
        assertEquals(
                List.of(
                        "allow fs.write on /data/a, once",
                        "allow fs.write below /data until this run ends",
                        "allow fs.write below /data until the service restarts",
                        "allow fs.write below /data for 30 days"),
                GrantOption.usual("fs.write", "/data/a", "/data").stream()
                        .map(GrantOption::says)
                        .toList());
        assertEquals(
                "allow calc, once", GrantOption.usual("calc", "", "").getFirst().says());
        assertEquals(
                "allow calc, fs.write below /x until this run ends",
                GrantOption.lasting(Scope.RUN, List.of(new Cover("calc", ""), new Cover("fs.write", "/x")))
                        .says());
        assertEquals("once", GrantOption.lasts(Scope.ONCE));
        assertEquals(
                List.of("allow fs.write on /x, once"),
                request(AskKind.TOOL, "", "/x", Set.of(HighRisk.PAYMENT)).options().stream()
                        .map(GrantOption::says)
                        .toList(),
                "high risk is allowed once");
    }

    @Test
    void contentHasAWordAndAReading() {
        assertEquals("none", new AskContent.None().word());
        assertEquals("text", new AskContent.Text("a").word());
        assertEquals("diff", new AskContent.Diff("a").word());
        assertEquals("a", new AskContent.Diff("a").readable());
        AskContent.Bytes bytes = new AskContent.Bytes("00ff", 7, "");
        assertEquals("bytes", bytes.word());
        assertEquals("7 bytes, no text\nsha256 00ff", bytes.readable());
        assertEquals("7 bytes, no text\nsha256 00ff\nhex", new AskContent.Bytes("00ff", 7, "hex").readable());
    }

    @Test
    void everyEndHasAWordAndSomebody() {
        assertEquals("allowed", new Resolution.Allowed(Scope.ONCE, List.of(), "me").word());
        assertEquals("denied me", word(new Resolution.Denied("me")));
        assertEquals("expired agentd", word(new Resolution.Expired()));
        assertEquals("withdrawn agentd", word(new Resolution.Withdrawn("over")));
        assertEquals("refused agentd", word(new Resolution.Refused("c", "r", "n")));
    }

    private static String word(Resolution resolution) {
        return resolution.word() + " " + resolution.by();
    }

    // ------------------------------------------------------------------ what is displayed

    private static Ask withFacts(Map<String, Object> facts) {
        return Ask.of(
                "ask-1",
                new AskRequest(
                        AskKind.TOOL,
                        "a",
                        "r",
                        "s",
                        "k",
                        "a",
                        "t",
                        "",
                        "/x",
                        "",
                        facts,
                        new AskContent.None(),
                        Set.of(),
                        true,
                        "",
                        "",
                        List.of(),
                        Duration.ZERO,
                        false),
                NOW);
    }

    @Test
    void factsPassTheSanitiserHoweverDeepTheyAreAndAreKept() {
        AskDisplay display = AskDisplay.of(
                withFacts(Map.of("plain", "x", "size", 7L, "deep", Map.of("in\u202Ener", List.of("a\u200Bb", 3L)))));
        assertEquals(
                Map.of("plain", "x", "size", 7L, "deep", Map.of("in\\u{202E}ner", List.of("a\\u{200B}b", 3L))),
                display.facts());
        assertTrue(display.escaped());
        AskDisplay plain = AskDisplay.of(withFacts(Map.of("plain", "x")));
        assertFalse(plain.escaped());
        assertEquals(Map.of("plain", "x"), plain.facts());
        assertEquals("allow t on /x, once", plain.options().getFirst());
        assertNotEquals(display.digest(), plain.digest());
    }

    @Test
    void oneHiddenCharacterIsRememberedWhateverComesAfterIt() {
        assertTrue(AskDisplay.of(Ask.of("ask-1", request(AskKind.TOOL, "", "/a\u202Eb", Set.of()), NOW))
                .escaped());
    }

    // ------------------------------------------------------------------ grants

    private static AskRequest covering(List<GrantOption> options) {
        return new AskRequest(
                AskKind.PLAN,
                "a",
                "r.1",
                "s",
                "k",
                "a",
                "plan",
                "",
                "x",
                "",
                Map.of(),
                new AskContent.None(),
                Set.of(),
                true,
                "",
                "",
                options,
                Duration.ZERO,
                false);
    }

    @Test
    void anAllowOfSeveralThingsGivesAGrantForEachWithItsOwnName() {
        Ask ask = Ask.of(
                "ask-1",
                covering(List.of(
                        GrantOption.once("it"),
                        GrantOption.lasting(Scope.RUN, List.of(new Cover("one", "/1"), new Cover("two", "/2"))))),
                NOW);
        ConsentRules.Verdict.Allowed allowed = assertInstanceOf(
                ConsentRules.Verdict.Allowed.class,
                ConsentRules.judge(
                        ask, Answer.allow(ask, Scope.RUN, "me", Optional.empty()), false, "a", "boot", 7, NOW));
        assertEquals(
                List.of("grant-7 one /1", "grant-8 two /2"),
                allowed.grants().stream()
                        .map(grant -> grant.id() + " " + grant.tool() + " " + grant.target())
                        .toList());
        ConsentRules.Verdict.Invalid no = assertInstanceOf(
                ConsentRules.Verdict.Invalid.class,
                ConsentRules.judge(
                        ask, Answer.allow(ask, Scope.DAYS_30, "me", Optional.empty()), false, "a", "boot", 7, NOW));
        assertEquals("answer with one of: once, run", no.next());
    }

    @Test
    void aUseIsCountedWithItsPlaceAndTime() {
        Grant grant = new Grant(
                "grant-1",
                "a",
                "a",
                "t",
                "",
                Scope.RUN,
                Optional.of("r"),
                Optional.empty(),
                Optional.empty(),
                "me",
                NOW,
                4);
        Grant used = grant.usedAt(NOW.plusSeconds(1), "r/s");
        assertEquals(5, used.used());
        assertEquals("r/s", used.lastUse());
        assertEquals(Optional.of(NOW.plusSeconds(1)), used.lastUsedAt());
        assertEquals(grant.id(), used.id());
    }

    // ------------------------------------------------------------------ floods

    private static boolean admitted(int pending, int before, Instant at) {
        return FloodRule.judge(pending, Collections.nCopies(before, at), NOW) instanceof FloodRule.Verdict.Admitted;
    }

    @Test
    void soManyAsksMayWaitAndSoManyBeAskedInAMinuteAndNotOneMore() {
        assertTrue(admitted(FloodRule.PENDING - 1, 0, NOW));
        assertFalse(admitted(FloodRule.PENDING, 0, NOW));
        assertTrue(admitted(0, FloodRule.IN_WINDOW - 1, NOW));
        assertFalse(admitted(0, FloodRule.IN_WINDOW, NOW));
        assertTrue(admitted(0, 1000, NOW.minus(FloodRule.WINDOW)), "a minute ago is not within the last minute");
        assertFalse(admitted(0, FloodRule.IN_WINDOW, NOW.minus(FloodRule.WINDOW).plusNanos(1)));
        assertEquals(
                new FloodRule.Verdict.Limited("40 asks of this agent wait already"),
                FloodRule.judge(40, List.of(), NOW));
        assertEquals(
                new FloodRule.Verdict.Limited("60 asks of this agent within 60 seconds"),
                FloodRule.judge(0, Collections.nCopies(60, NOW), NOW));
    }
}

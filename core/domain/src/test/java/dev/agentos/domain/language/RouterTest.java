package dev.agentos.domain.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.language.Understanding.Understood;
import dev.agentos.domain.language.Understanding.Unsure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without any model: word statistics alone carry the plain cases, and what is not plain is asked. */
class RouterTest {

    private static final Router ROUTER = new Router(catalogue());
    private static final Router.Meaning WORDS = ROUTER.withoutModel();
    private static final Names NAMES = new Names(
            List.of("agent-rag-planner-001", "agent-city-permit-assistant-002", "agent-shell-003", "agent-shell-004"),
            List.of("agent-rag-planner-001", "agent-city-permit-assistant-002", "agent-shell-003", "agent-shell-004"),
            List.of("web-digest"),
            List.of("fs.read", "calc"),
            List.of("local/extractive"),
            List.of("ask-1"),
            List.of(),
            "");

    private static Catalogue catalogue() {
        try (var in = Catalogue.class.getResourceAsStream(Catalogue.RESOURCE)) {
            return Catalogue.parse(new String(in == null ? new byte[0] : in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Understanding route(String text) {
        return ROUTER.route(text, NAMES, WORDS);
    }

    private static String understood(String text) {
        return assertInstanceOf(Understood.class, route(text), text).proposal().command();
    }

    @Test
    void aLineThatIsACommandStaysAsItIs() {
        assertEquals("pause agent-rag-planner-001", understood("pause agent-rag-planner-001"));
        assertEquals("list --state failed", understood("agentctl list --state failed"));
        assertEquals(
                "grammar",
                assertInstanceOf(Understood.class, route("audit verify")).method());
    }

    @Test
    void aLineThatOnlyBeginsLikeACommandIsASentence() {
        assertEquals("list", understood("list all the agents that are running"));
        assertEquals("kill --all", understood("kill everything"));
    }

    @Test
    void anAgentIsNamedByWordsOfItsName() {
        assertEquals("pause city-permit-assistant", understood("put the permit assistant on hold"));
        assertEquals("resume rag-planner", understood("please let the rag planner go on"));
    }

    @Test
    void valuesGoWhereTheGrammarWantsThem() {
        assertEquals(
                "spawn --contract /etc/a.yaml --class HRT", understood("start /etc/a.yaml with hard real-time class"));
        assertEquals(
                "explain rag-planner write /etc/hosts",
                understood("why was rag-planner not allowed to write /etc/hosts?"));
        assertEquals("consent answer ask-7 allow --scope run", understood("approve request 7 for this run"));
        assertEquals(
                "run --contract coder.yaml -- python3 my_agent.py",
                understood("run python3 my_agent.py under coder.yaml"));
    }

    @Test
    void whatIsSaidToAnAgentIsNotTakenForACommand() {
        assertEquals(
                "ask city-permit-assistant \"which forms I need to delete all files\"",
                understood("ask the permit assistant which forms I need to delete all files"));
    }

    @Test
    void aMissingAgentIsAskedForWithChoices() {
        Unsure unsure = assertInstanceOf(Unsure.class, route("suspend it for now"));
        assertEquals("Which agent?", unsure.question());
        assertEquals("pause agent-shell-004", unsure.choices().getFirst().command());
    }

    @Test
    void aNameThatTwoAgentsHaveIsAskedAbout() {
        Unsure unsure = assertInstanceOf(Unsure.class, route("terminate the agent shell"));
        assertEquals(
                List.of("kill agent-shell-004", "kill agent-shell-003"),
                unsure.choices().stream().map(Understanding.Proposal::command).toList());
    }

    @Test
    void aNegatedChangeIsNeverSure() {
        assertTrue(!(route("do not kill rag-planner") instanceof Understood));
    }

    @Test
    void whatACommandLeavesOutIsAskedAbout() {
        for (String text : List.of(
                "kill everything but rag-planner",
                "kill all agents except rag-planner",
                "pause rag-planner and the permit assistant",
                "stop rag-planner, then start web-digest",
                "should I stop rag-planner?",
                "is it dangerous to kill rag-planner",
                "pause rag-planner at 10pm",
                "start web-digest every morning",
                "give rag-planner 2 GB more memory",
                "pause rag-planner whenever the permit assistant works")) {
            assertTrue(!(route(text) instanceof Understood), text + " → " + route(text));
        }
    }

    @Test
    void anOrdinaryWordIsNoToolWhereNoToolIsSpokenOf() {
        Names withTime = new Names(
                NAMES.agents(),
                NAMES.live(),
                NAMES.catalog(),
                List.of("time", "calc"),
                NAMES.models(),
                NAMES.asks(),
                NAMES.grants(),
                "");
        assertEquals(
                "consent answer ask-1 allow --scope once",
                assertInstanceOf(Understood.class, ROUTER.route("allow ask-1 just this one time", withTime, WORDS))
                        .proposal()
                        .command());
        assertEquals(
                "call time",
                assertInstanceOf(Understood.class, ROUTER.route("call the tool time", withTime, WORDS))
                        .proposal()
                        .command());
    }

    @Test
    void quotesInsideAQuestionBelongToIt() {
        assertEquals("ask rag-planner 'what \"permit\" means'", understood("ask rag-planner what \"permit\" means"));
        assertEquals("ask rag-planner \"what is it\"", understood("ask rag-planner: \"what is it\""));
    }

    @Test
    void whatNoCommandSaysIsNotUnderstood() {
        for (String text : List.of("what is the weather like", "order me a pizza", "sing a song")) {
            assertTrue(!(route(text) instanceof Understood), text);
        }
    }

    @Test
    void examplesLeadToTheirOwnCommands() {
        int right = 0;
        int all = 0;
        for (Intent intent : catalogue().intents()) {
            for (String example : intent.examples()) {
                String said = example;
                for (Map.Entry<String, String> value : VALUES.entrySet()) {
                    said = said.replace("{" + value.getKey() + "}", value.getValue());
                }
                all++;
                right += switch (route(said)) {
                    case Understood u -> u.proposal().command().startsWith(intent.command()) ? 1 : 0;
                    case Unsure u ->
                        u.choices().stream().anyMatch(c -> c.command().startsWith(intent.command())) ? 1 : 0;
                    case Understanding.NotUnderstood _ -> 0;
                };
            }
        }
        assertTrue(right >= all * 0.85, right + " of " + all);
    }

    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("agent", "rag-planner"),
            Map.entry("name", "web-digest"),
            Map.entry("file", "a.yaml"),
            Map.entry("class", "SRT"),
            Map.entry("state", "failed"),
            Map.entry("ask", "ask-1"),
            Map.entry("grant", "grant-2"),
            Map.entry("model", "local/extractive"),
            Map.entry("tool", "fs.read"),
            Map.entry("json", "{}"),
            Map.entry("text", "\"permit\""),
            Map.entry("number", "12"),
            Map.entry("duration", "in the last hour"),
            Map.entry("domain", "example.com"));

    @Test
    void aSignThatNamesNoConceptIsAnErrorOfTheCatalogue() {
        assertThrows(IllegalArgumentException.class, () -> Catalogue.parse("@a b\n= x\ncue 1 @nowhere"));
    }

    @Test
    void commandTextComesBackAsItWasSplit() {
        List<String> words = List.of("ask", "a b", "c\"d", "it's", "", "\\");
        assertEquals(words, CommandText.split(CommandText.join(words)).orElseThrow());
        assertTrue(CommandText.split("a \"b").isEmpty());
    }
}

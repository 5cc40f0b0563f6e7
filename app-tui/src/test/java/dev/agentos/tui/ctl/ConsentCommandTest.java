package dev.agentos.tui.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.tui.ctl.Ctl.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions of agents, answered by a person and by a script. */
class ConsentCommandTest {

    private final Ctl ctl = new Ctl();

    @TempDir
    Path directory;

    private AskView asks() {
        AskView ask = new AskView(
                "ask-1",
                "agent-a-001",
                "agent-a-001.1",
                "write",
                "fs.write",
                "/data/a.md",
                "t",
                "save it",
                Map.of(),
                "# the whole content\n",
                false,
                "normal",
                "a.md",
                true,
                "a.yaml:4:1",
                "/data",
                "2026-11-23T04:00:00Z",
                "",
                "digest",
                "tool",
                "text",
                "",
                List.of(
                        new ConsentWire.OptionView("once", "allow it, once"),
                        new ConsentWire.OptionView("run", "allow it until this run ends")),
                "",
                "pending",
                "");
        ctl.agentd
                .answer("GET /v1/consents/ask-1", ask)
                .answer("GET /v1/consents", new ConsentWire.Asks(List.of(ask)))
                .answer(
                        "POST /v1/consents/ask-1/answer",
                        new ConsentWire.Answered(
                                "ask-1", "allowed", "user me", Optional.empty(), List.of(), List.of()));
        return ask;
    }

    @Test
    void anAnswerShowsTheContentAndNamesIt() {
        asks();
        Ran ran = ctl.run("consent", "answer", "ask-1", "allow", "--yes");
        assertEquals(0, ran.exit());
        assertTrue(ran.out().contains("# the whole content"), ran.out());
        ConsentWire.AnswerRequest sent =
                WireJson.readStrict(ctl.agentd.requests.getLast().body(), ConsentWire.AnswerRequest.class);
        assertEquals("digest", sent.shown());
    }

    @Test
    void aScriptMustSayYesToAllow() {
        asks();
        Ran ran = ctl.run("consent", "answer", "ask-1", "allow");
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("add --yes"), ran.err());
    }

    @Test
    void aDenyIs4() {
        asks();
        assertEquals(4, ctl.run("consent", "answer", "ask-1", "deny").exit());
    }

    @Test
    void aScriptAnswersUntilItsCountAndItIs4WhereNothingCame() throws IOException {
        asks();
        ctl.agentd.answer("GET /v1/events", "{\"events\":[],\"head\":3}");
        Path script = Files.writeString(directory.resolve("answers"), "allow fs.write *.md\n");
        assertEquals(
                0,
                ctl.run("consent", "script", script.toString(), "--count", "1", "--timeout", "5")
                        .exit());
        Path other = Files.writeString(directory.resolve("others"), "allow email.send\n");
        assertEquals(
                4,
                ctl.run("consent", "script", other.toString(), "--count", "1", "--timeout", "1")
                        .exit());
    }
}

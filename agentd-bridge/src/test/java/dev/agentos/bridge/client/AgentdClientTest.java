package dev.agentos.bridge.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.AgentWire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentdClientTest {

    /** Notes what is asked and answers always the same. */
    private static final class Noting implements Transport {
        private final List<Request> requests = new ArrayList<>();
        private final Reply reply;

        Noting(int status, String body) {
            reply = new Reply(status, body);
        }

        @Override
        public Reply send(Request request) {
            requests.add(request);
            return reply;
        }

        @Override
        public Lines stream(String path, String lastEventId) {
            throw new UnreachableException("no streams here", "", "");
        }

        @Override
        public void close() {}
    }

    @Test
    void namesAndValuesAreEscapedInPathsAndQueries() {
        Noting transport = new Noting(
                200,
                "{\"agent\":\"a\",\"operation\":\"read\",\"target\":\"\",\"answer\":\"\",\"why\":\"\",\"contract_line\":\"\",\"next\":\"\"}");
        new AgentdClient(transport).explain("agent-a-001", "read", "/etc/a b&c=ü");
        assertEquals(
                "/v1/agents/agent-a-001/explain?op=read&target=%2Fetc%2Fa%20b%26c%3D%C3%BC",
                transport.requests.getFirst().path());
    }

    @Test
    void emptyFiltersAreLeftOut() {
        Noting transport = new Noting(200, "{\"events\":[],\"head\":7}");
        assertEquals(
                7,
                new AgentdClient(transport)
                        .search(AgentdClient.Search.ofAgent("a", 5))
                        .head());
        assertEquals(
                "/v1/events/search?agent=a&before=9223372036854775807&limit=5",
                transport.requests.getFirst().path());
    }

    @Test
    void anErrorIsAgentdsOwnWords() {
        Noting transport = new Noting(
                403,
                "{\"code\":\"admission.rejected\",\"message\":\"no\",\"place\":\"x\",\"next\":\"y\",\"items\":[{\"resource\":\"model\"}]}");
        AgentdException e = assertThrows(AgentdException.class, () -> new AgentdClient(transport).agent("a"));
        assertTrue(e.isRefusal());
        assertEquals("admission.rejected", e.body().code());
        assertEquals(List.of(Map.of("resource", "model")), e.body().items());
    }

    @Test
    void anErrorThatIsNotAgentdsStillHasACode() {
        AgentdException e =
                assertThrows(AgentdException.class, () -> new AgentdClient(new Noting(502, "<html>")).status());
        assertEquals("http.502", e.body().code());
    }

    @Test
    void anAnswerOfAnotherShapeIsAnErrorAndNotACrash() {
        AgentdException e =
                assertThrows(AgentdException.class, () -> new AgentdClient(new Noting(200, "[1]")).agents());
        assertEquals("answer.malformed", e.body().code());
    }

    @Test
    void fieldsOfANewerAgentdAreIgnored() {
        Noting transport =
                new Noting(200, "{\"run\":\"r\",\"outcome\":\"done\",\"reason\":\"\",\"outputs\":{},\"new\":1}");
        assertEquals(
                new AgentWire.Result("r", "done", "", Map.of(), false, List.of()),
                new AgentdClient(transport).result("a"));
    }

    @Test
    void waitingIsPartOfTheLimit() {
        Noting transport =
                new Noting(200, "{\"stream\":\"stdout\",\"offset\":0,\"next\":0,\"text\":\"\",\"ended\":true}");
        new AgentdClient(transport).log("a", "stdout", 0, Duration.ofSeconds(20));
        assertTrue(transport.requests.getFirst().limit().compareTo(Duration.ofSeconds(20)) > 0);
        assertEquals(
                "/v1/agents/a/log?stream=stdout&offset=0&wait_ms=20000",
                transport.requests.getFirst().path());
    }

    @Test
    void undoWithoutAKeyIsSentAsNone() {
        Noting transport = new Noting(200, "{\"changes\":[]}");
        new AgentdClient(transport).undo("a", new AgentWire.Undo(Optional.empty(), true));
        assertEquals(
                "{\"key\":null,\"force\":true}", transport.requests.getFirst().body());
    }
}

package dev.agentos.agentd.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.domain.consent.Consent.Risk;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that wait for a person. The server is declared by its address, so a name that is allowed may lead there. */
@Timeout(60)
class EgressConsentTest {

    @TempDir
    Path directory;

    private RecordingServer server;
    private EgressHouse house;

    @BeforeEach
    void begin() throws Exception {
        server = RecordingServer.http();
        house = new EgressHouse(
                directory,
                "egress: { domains: [\"127.0.0.1:" + server.port()
                        + "\"] }\nsecurity: { consent_for: [net.connect] }\n");
        house.names.put("new.example", List.of("127.0.0.1"));
        house.equip(Map.of());
    }

    @AfterEach
    void end() throws Exception {
        house.close();
        server.close();
    }

    private String request() {
        return "GET http://new.example:" + server.port() + "/ HTTP/1.1\r\nHost: new.example:" + server.port()
                + "\r\n\r\n";
    }

    private CompletableFuture<String> asking(String request) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(house.ask(request));
            } catch (IOException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private CompletableFuture<String> held() {
        return asking(request());
    }

    private static void assertOk(String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 200 OK"), answer);
    }

    @Test
    void anUndeclaredPlaceWaitsForItsAnswerAndIsNotLookedUpBefore() throws Exception {
        CompletableFuture<String> held = held();
        AskRecord question = house.question();
        assertEquals(
                "agent-a-001 wants to connect to new.example:" + server.port(),
                question.ask().title());
        assertEquals(Risk.HIGH, question.ask().risk());
        assertEquals("new.example:" + server.port(), question.ask().confirmWord());
        assertEquals(List.of(), house.lookedUp);
        house.answer(question, true, Scope.ONCE);
        assertOk(held.get(20, TimeUnit.SECONDS));
        assertEquals(List.of("asks", "allowed"), decisions());
    }

    private List<Object> decisions() {
        return house.events("egress.decided").stream()
                .map(event -> event.get("decision"))
                .toList();
    }

    @Test
    void oneQuestionForAllWhoWaitAndANewOneAfterOnce() throws Exception {
        List<CompletableFuture<String>> held = List.of(held(), held(), held());
        AskRecord question = house.question();
        TimeUnit.MILLISECONDS.sleep(200);
        assertEquals(1, house.consent.pending().size());
        house.answer(question, true, Scope.ONCE);
        for (CompletableFuture<String> answer : held) {
            assertOk(answer.get(20, TimeUnit.SECONDS));
        }
        CompletableFuture<String> later = held();
        house.answer(house.question(), false, Scope.ONCE);
        assertTrue(later.get(20, TimeUnit.SECONDS).contains("details=\"consent.denied\""));
    }

    @Test
    void aGrantForTheRunCoversThatHostAndPortAlone() throws Exception {
        CompletableFuture<String> held = held();
        house.answer(house.question(), true, Scope.RUN);
        assertOk(held.get(20, TimeUnit.SECONDS));
        assertOk(house.ask(request()));
        assertEquals(0, house.consent.pending().size());
        CompletableFuture<String> other = asking("CONNECT new.example:443 HTTP/1.1\r\n\r\n");
        AskRecord question = house.question();
        assertEquals("new.example:443", question.ask().target());
        house.answer(question, false, Scope.ONCE);
        assertTrue(other.get(20, TimeUnit.SECONDS).startsWith("HTTP/1.1 403"));
    }

    @Test
    void aNoHoldsForAWhile() throws Exception {
        CompletableFuture<String> held = held();
        house.answer(house.question(), false, Scope.ONCE);
        assertTrue(held.get(20, TimeUnit.SECONDS).contains("was not allowed by user me"));
        assertTrue(house.ask(request()).contains("details=\"egress.denied\""));
        assertEquals(0, house.consent.pending().size());
        house.time.advance(Duration.ofMinutes(6));
        var _ = held();
        assertEquals(1, List.of(house.question()).size());
    }

    @Test
    void anAgentThatGaveUpFindsTheYesAtItsNextTry() throws Exception {
        try (SocketChannel channel = house.connect()) {
            EgressHouse.send(channel, request());
            house.question();
        }
        TimeUnit.MILLISECONDS.sleep(300);
        assertEquals(1, house.consent.pending().size(), "the question stays");
        house.answer(house.question(), true, Scope.ONCE);
        assertOk(house.ask(request()));
        var _ = held();
        house.question();
    }

    @Test
    void withNobodyThereAContractMaySayNo() throws Exception {
        house.alone.set(true);
        assertTrue(house.ask(request()).contains("details=\"consent.unattended\""));
        assertEquals(0, house.consent.pending().size());
    }

    @Test
    void whoAsksTooMuchIsRefused() throws Exception {
        for (int i = 0; i < 200; i++) {
            var _ = asking("CONNECT new.example:" + (1000 + i) + " HTTP/1.1\r\n\r\n");
        }
        for (int i = 0; i < 1000 && house.events("consent.refused").isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertTrue(house.ask(request()).contains("details=\"consent.flood\""));
        assertTrue(house.consent.pending().size() < 100);
    }

    @Test
    void revokingAGrantEndsWhatIsOpenUnderIt() throws Exception {
        CompletableFuture<String> held = asking("CONNECT new.example:" + server.port() + " HTTP/1.1\r\n\r\n");
        house.answer(house.question(), true, Scope.RUN);
        for (int i = 0; i < 1000 && house.consent.grants().isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        String grant = house.consent.grants().getFirst().id();
        for (int i = 0; i < 1000 && house.consent.openUses(grant) == 0; i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        house.consent.revoke(new Trace("r"), grant, "me");
        assertTrue(held.get(5, TimeUnit.SECONDS).startsWith("HTTP/1.1 200 "));
        assertEquals(
                "egress.revoked",
                house.awaitEvents("egress.closed", 1).getFirst().get("end"));
    }
}

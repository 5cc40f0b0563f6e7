package dev.agentos.domain.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GrantTest {

    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private static Grant grant(
            String target, Scope scope, Optional<String> run, Optional<String> boot, Optional<Instant> expires) {
        return new Grant(
                "grant-1", "agent-a-001", "a", "fs.write", target, scope, run, boot, expires, "user me", NOW, 0);
    }

    private static Grant on(String target) {
        return grant(target, Scope.DAYS_30, Optional.empty(), Optional.empty(), Optional.of(NOW.plusSeconds(60)));
    }

    private static boolean covers(Grant grant, String target) {
        return grant.covers("agent-a-001", "fs.write", target, "agent-a-001.1", "boot-1", NOW);
    }

    @Test
    void aGrantOnAFolderCoversWhatLiesBelowAndNoNeighbour() {
        for (String folder : List.of("/a/b", "/a/b/")) {
            Grant grant = on(folder);
            for (String inside : List.of(folder, "/a/b/c", "/a/b/c/d")) {
                assertEquals(true, covers(grant, inside), folder + " covers " + inside);
            }
            for (String outside : List.of("/a/bc", "/a/b.txt", "/a", "/", "/a/", "a/b/c", "/A/b/c", "")) {
                assertEquals(false, covers(grant, outside), folder + " does not cover " + outside);
            }
        }
    }

    @Test
    void anotherAgentOrToolIsNotCovered() {
        Grant grant = on("/a");
        assertEquals(false, grant.covers("agent-b-001", "fs.write", "/a/x", "agent-a-001.1", "boot-1", NOW));
        assertEquals(false, grant.covers("agent-a-001", "fs.read", "/a/x", "agent-a-001.1", "boot-1", NOW));
    }

    @Test
    void aGrantForARunEndsWithTheRun() {
        Grant grant = grant("/a", Scope.RUN, Optional.of("agent-a-001.1"), Optional.empty(), Optional.empty());
        assertEquals(true, grant.covers("agent-a-001", "fs.write", "/a/x", "agent-a-001.1", "boot-1", NOW));
        assertEquals(false, grant.covers("agent-a-001", "fs.write", "/a/x", "agent-a-001.2", "boot-1", NOW));
    }

    @Test
    void aGrantUntilARestartEndsWithTheServiceStart() {
        Grant grant = grant("/a", Scope.RESTART, Optional.empty(), Optional.of("boot-1"), Optional.empty());
        assertEquals(true, grant.covers("agent-a-001", "fs.write", "/a/x", "agent-a-001.9", "boot-1", NOW));
        assertEquals(false, grant.covers("agent-a-001", "fs.write", "/a/x", "agent-a-001.9", "boot-2", NOW));
    }

    @Test
    void aGrantWithAnEndDoesNotCoverAtItsEnd() {
        Grant grant = on("/a");
        assertEquals(true, covers(grant, "/a/x"));
        assertEquals(
                false, grant.covers("agent-a-001", "fs.write", "/a/x", "agent-a-001.1", "boot-1", NOW.plusSeconds(60)));
    }

    @Test
    void theFirstLiveGrantThatCoversIsTaken() {
        Grant narrow = on("/a/b");
        Grant wide = on("/a");
        assertEquals(
                Optional.of(wide),
                ConsentRules.covering(
                        List.of(narrow, wide), "agent-a-001", "fs.write", "/a/c", "agent-a-001.1", "boot-1", NOW));
        assertEquals(
                Optional.empty(),
                ConsentRules.covering(
                        List.of(narrow), "agent-a-001", "fs.write", "/a/c", "agent-a-001.1", "boot-1", NOW));
    }

    @Test
    void theWordsOfTheScopesAreTheWire() {
        assertEquals(
                List.of("once", "run", "restart", "30d"),
                java.util.Arrays.stream(Scope.values()).map(Scope::word).toList());
        assertEquals(Optional.of(Scope.DAYS_30), Scope.of("30d"));
        assertEquals(Optional.empty(), Scope.of("ONCE"));
        assertEquals(Optional.empty(), Scope.of("forever"));
    }
}

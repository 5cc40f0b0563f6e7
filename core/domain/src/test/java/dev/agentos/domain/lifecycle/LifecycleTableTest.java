package dev.agentos.domain.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.lifecycle.LifecycleTable.Move;
import dev.agentos.domain.lifecycle.LifecycleTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LifecycleTableTest {

    /** The whole machine, written a second time on purpose: one line a state, what is not here is refused. */
    private static final String EXPECTED = """
            QUEUED:   START=STARTING KILL=KILLED FAIL=FAILED
            STARTING: STARTED=RUNNING FAIL=FAILED KILL=STOPPING RETRY=BACKOFF GIVE_UP=DEAD
            RUNNING:  PAUSE=PAUSED FINISH=DONE FAIL=FAILED KILL=STOPPING RETRY=BACKOFF GIVE_UP=DEAD
            PAUSED:   RESUME=RUNNING KILL=STOPPING FAIL=FAILED FINISH=DONE RETRY=BACKOFF GIVE_UP=DEAD
            BACKOFF:  START=STARTING KILL=KILLED
            STOPPING: GONE=KILLED
            DONE:
            FAILED:
            KILLED:
            DEAD:
            """;

    @Test
    void everyTriggerInEveryStateDoesWhatTheTableSays() {
        List<String> wrong = new ArrayList<>();
        int pairs = 0;
        for (AgentState state : AgentState.values()) {
            for (AgentTrigger trigger : AgentTrigger.values()) {
                pairs++;
                Optional<AgentState> found = switch (LifecycleTable.move(state, trigger)) {
                    case Move.To to -> Optional.of(to.state());
                    case Move.Refused _ -> Optional.empty();
                };
                if (!found.equals(expected(state, trigger))) {
                    wrong.add(state + " x " + trigger + " gave " + found);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(100, pairs);
    }

    private static Optional<AgentState> expected(AgentState state, AgentTrigger trigger) {
        String line = EXPECTED.lines()
                .filter(candidate -> candidate.startsWith(state + ":"))
                .findFirst()
                .orElseThrow();
        return Arrays.stream(line.substring(line.indexOf(':') + 1).strip().split(" "))
                .filter(move -> move.startsWith(trigger + "="))
                .map(move -> AgentState.valueOf(move.substring(move.indexOf('=') + 1)))
                .findFirst();
    }

    @Test
    void aFinalStateTakesNothingAndSaysWhatToDoInstead() {
        Set<AgentState> finals = EnumSet.of(AgentState.DONE, AgentState.FAILED, AgentState.KILLED, AgentState.DEAD);
        for (AgentState state : AgentState.values()) {
            assertEquals(finals.contains(state), state.isFinal(), state.name());
        }
        for (AgentState state : finals) {
            for (AgentTrigger trigger : AgentTrigger.values()) {
                assertEquals(
                        new Move.Refused(
                                "a " + state.word() + " agent cannot take \""
                                        + trigger.name().toLowerCase(java.util.Locale.ROOT) + "\"",
                                "it is over; spawn a new one"),
                        LifecycleTable.move(state, trigger));
            }
        }
    }

    @Test
    void aRefusalNamesTheCommandsThatArePossibleNow() {
        assertEquals(
                new Move.Refused("a paused agent cannot take \"pause\"", "possible now: resume or kill"),
                LifecycleTable.move(AgentState.PAUSED, AgentTrigger.PAUSE));
        assertEquals(
                new Move.Refused("a stopping agent cannot take \"kill\"", "wait until it has moved on"),
                LifecycleTable.move(AgentState.STOPPING, AgentTrigger.KILL));
    }

    @Test
    void noMoveIsListedTwice() {
        Set<List<Enum<?>>> seen = new HashSet<>();
        for (Row row : LifecycleTable.ROWS) {
            assertTrue(seen.add(List.of(row.from(), row.trigger())), row + " is there twice");
        }
    }

    @Test
    void everyStateIsReachedFromQueuedAndEveryAgentCanEnd() {
        assertEquals(EnumSet.allOf(AgentState.class), reachable(AgentState.QUEUED));
        for (AgentState state : AgentState.values()) {
            assertTrue(reachable(state).stream().anyMatch(AgentState::isFinal), state + " never ends");
        }
    }

    @Test
    void aPersonCanEndEveryAgentThatIsNotOverOrEnding() {
        for (AgentState state : AgentState.values()) {
            boolean takesKill = LifecycleTable.move(state, AgentTrigger.KILL) instanceof Move.To;
            assertEquals(!state.isFinal() && state != AgentState.STOPPING, takesKill, state.name());
        }
    }

    private static Set<AgentState> reachable(AgentState from) {
        Set<AgentState> seen = EnumSet.of(from);
        Deque<AgentState> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            AgentState state = open.remove();
            for (Row row : LifecycleTable.ROWS) {
                if (row.from() == state && seen.add(row.to())) {
                    open.add(row.to());
                }
            }
        }
        return seen;
    }

    @Test
    void theDiagramInTheDocumentsIsTheTable() throws IOException {
        Path file = Path.of(System.getProperty("agentos.root", "../.."), "docs", "lifecycle.md")
                .normalize();
        String document = Files.readString(file);
        String begin = "<!-- diagram:begin -->\n";
        String end = "<!-- diagram:end -->";
        int from = document.indexOf(begin) + begin.length();
        int to = document.indexOf(end);
        assertTrue(document.contains(begin) && to >= from, file + " has no place for the diagram");
        String diagram = "```mermaid\n" + LifecycleTable.diagram() + "```\n\n" + triggers();
        if (Boolean.getBoolean("agentos.regenerate")) {
            Files.writeString(file, document.substring(0, from) + diagram + document.substring(to));
        } else {
            assertEquals(
                    diagram,
                    document.substring(from, to),
                    "the table changed: write docs/lifecycle.md again with -Dagentos.regenerate=true");
        }
    }

    private static String triggers() {
        StringBuilder out = new StringBuilder("| state | shown as | over |\n|---|---|---|\n");
        for (AgentState state : AgentState.values()) {
            out.append("| ")
                    .append(state)
                    .append(" | ")
                    .append(state.glyph())
                    .append(' ')
                    .append(state.word());
            out.append(" | ").append(state.isFinal() ? "yes" : "").append(" |\n");
        }
        out.append("\n| trigger | when |\n|---|---|\n");
        for (AgentTrigger trigger : AgentTrigger.values()) {
            out.append("| ")
                    .append(trigger.name().toLowerCase(java.util.Locale.ROOT))
                    .append(" | ");
            out.append(trigger.meaning()).append(" |\n");
        }
        return out.toString();
    }
}

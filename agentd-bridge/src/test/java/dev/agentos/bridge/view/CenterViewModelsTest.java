package dev.agentos.bridge.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.view.PaletteEntry.Pick;
import dev.agentos.bridge.wire.CatalogWire.EntryInput;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.bridge.wire.ContractWire.Admission;
import dev.agentos.bridge.wire.ContractWire.ItemView;
import dev.agentos.bridge.wire.ContractWire.SubstitutionView;
import dev.agentos.bridge.wire.EventWire.History;
import dev.agentos.bridge.wire.EventWire.Series;
import dev.agentos.domain.language.Catalogue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CenterViewModelsTest {

    private static History piece(double[]... points) {
        return new History("second", List.of(new Series("machine", "cpu_cores", "cores", List.of(points))));
    }

    @Test
    void historyGrowsByWhatIsNewerAndLetsGoOfWhatIsTooOld() {
        HistoryViewModel history = HistoryViewModel.empty()
                .reduce(piece(new double[] {1_000, 1}, new double[] {1_001, 2}))
                .reduce(piece(new double[] {1_001, 9}, new double[] {1_901, 3}));
        assertEquals(
                List.of("1001.0=2.0", "1901.0=3.0"),
                history.points("machine", "cpu_cores").stream()
                        .map(point -> point[0] + "=" + point[1])
                        .toList());
        assertEquals(1_901, history.newest());
    }

    @Test
    void whatWasNotMeasuredIsAbsentAndNeverZero() {
        assertEquals(OptionalDouble.empty(), HistoryViewModel.empty().latest("machine", "cpu_cores"));
        assertEquals("–", Measures.cores(OptionalDouble.empty()));
        assertEquals("–", Measures.mebibytes(0));
    }

    @Test
    void staleValuesSayHowOldTheyAre() {
        Instant since = Instant.parse("2026-11-23T10:00:00Z");
        PanelState.Ready<String> ready = new PanelState.Ready<>("x", Optional.of(since));
        assertEquals(Optional.of("stopped reporting 3 min ago"), ready.staleness(since.plusSeconds(190)));
        assertEquals(Optional.empty(), new PanelState.Ready<>("x", Optional.empty()).staleness(since));
    }

    private static final Catalogue COMMANDS = Catalogue.parse("""
            = pause AGENT!
            about Pause an agent
            effect changes
            = list
            about Agents
            effect reads
            """);

    @Test
    void aCommandThatNeedsMoreIsFilledInAndAWholeOneRuns() {
        assertEquals(
                new Pick.Fill("pause "),
                PaletteEntry.of("pau", COMMANDS, List.of()).getFirst().pick());
        assertEquals(
                new Pick.Run("list"),
                PaletteEntry.of("list", COMMANDS, List.of()).getFirst().pick());
        PaletteEntry whole = PaletteEntry.of("pause 001", COMMANDS, List.of()).getFirst();
        assertEquals(new Pick.Run("pause 001"), whole.pick());
        assertEquals("changes", whole.effect());
    }

    @Test
    void aQuestionMarkMakesALineASentence() {
        assertEquals(
                List.of(new Pick.Understand("list")),
                PaletteEntry.of("?list", COMMANDS, List.of()).stream()
                        .map(PaletteEntry::pick)
                        .toList());
    }

    private static final EntryView ENTRY = new EntryView(
            "log-triage",
            "1.0.0",
            "agent",
            "",
            "",
            "",
            "ready",
            "",
            "",
            "me",
            true,
            List.of(
                    new EntryInput("logs", "path", "", Optional.empty(), List.of()),
                    new EntryInput("most", "number", "", Optional.of("15"), List.of())),
            List.of(),
            "",
            "",
            List.of(),
            "");

    @Test
    void aFormSaysWhatIsMissingOrWrongAndThenGivesTypedInputs() {
        SpawnForm empty = SpawnForm.of(ENTRY);
        assertEquals(Optional.of("logs: needed"), empty.obstacle());
        assertEquals(
                Optional.of("logs: a whole path, from /"),
                empty.typed("logs", "var/log").obstacle());
        SpawnForm full = empty.typed("logs", "/var/log").typed("most", "x");
        assertEquals(Optional.of("most: a whole number"), full.obstacle());
        SpawnForm right = full.typed("most", "");
        assertEquals(Optional.empty(), right.obstacle());
        assertEquals(Map.of("logs", "/var/log", "most", 15L), right.inputs());
    }

    @Test
    void admissionIsToldWithWhatWasAskedAndWhatIsFree() {
        Admission refused = new Admission(
                "rejected",
                "x",
                "",
                "",
                List.of(),
                List.of(new ItemView("cpu", "2 CPUs", "1.2", "x.yaml:3", "ask for less")),
                List.of(),
                List.of());
        assertEquals(
                List.of("✕ It would be refused:", "cpu: 2 CPUs asked; here: 1.2 → ask for less"),
                SpawnForm.words(refused).stream().map(TextLine::text).toList());
        Admission taken = new Admission(
                "substituted",
                "x",
                "",
                "m",
                List.of(),
                List.of(),
                List.of(
                        new SubstitutionView("onset", "250 ms", "420 ms", "x.yaml:3", "m gives its first token late"),
                        new SubstitutionView("tool", "a.b", "", "x.yaml:4", "no such tool")),
                List.of("m reads slowly"));
        assertEquals(
                List.of(
                        "! It runs with 2 substitutions:",
                        "onset: 420 ms instead of 250 ms (m gives its first token late)",
                        "tool: nothing instead of a.b (no such tool)",
                        "· m reads slowly"),
                SpawnForm.words(taken).stream().map(TextLine::text).toList());
    }

    @Test
    void answersAreTablesDiffsProseAndPlotsWhereTheirDataSaysSo() {
        assertEquals(
                List.of(new Answer.Grid(List.of("id", "state"), List.of(List.of("a", "done")))),
                Answer.of("{\"agents\":[{\"id\":\"a\",\"state\":\"done\"}]}", "", true));
        assertTrue(Answer.of("[{\"path\":\"/x\",\"diff\":\"+a\"}]", "", true).getFirst() instanceof Answer.Diff);
        assertEquals(
                List.of(new Answer.Prose("# T", List.of("a.md"))),
                Answer.of("{\"markdown\":\"# T\",\"sources\":[{\"document\":\"a.md\"}]}", "", true));
        assertTrue(
                Answer.of("{\"series\":[{\"subject\":\"m\",\"name\":\"c\",\"points\":[[1,2]]}]}", "", true)
                                .getFirst()
                        instanceof Answer.Plot);
        assertEquals(
                List.of(
                        new Answer.Lines(List.of(new TextLine(Tone.BAD, "no"))),
                        new Answer.Lines(List.of(TextLine.of("{x")))),
                Answer.of("{x", "no", false));
    }

    @Test
    void preferencesStayInTheirBoundsAndSayThingsOnce() {
        CenterPreferences values =
                CenterPreferences.fresh().withText(900).withTold("a").withTold("a");
        assertEquals(200, values.textPercent());
        assertEquals(List.of("a"), values.told());
        assertFalse(CenterPreferences.fresh().told().contains("a"));
    }
}

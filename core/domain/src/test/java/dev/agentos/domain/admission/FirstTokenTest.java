package dev.agentos.domain.admission;

import static dev.agentos.domain.admission.AdmissionCases.GIB;
import static dev.agentos.domain.admission.AdmissionCases.LAPTOP;
import static dev.agentos.domain.admission.AdmissionCases.contract;
import static dev.agentos.domain.admission.AdmissionCases.rejected;
import static dev.agentos.domain.admission.AdmissionCases.unknown;
import static dev.agentos.domain.admission.AdmissionCases.unmeasured;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ParseOutcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FirstTokenTest {

    private static final String LIVE = """
            class: { latency: SRT }
            slo: { onset_ms: 250, turn_ms: 1000 }
            modelPolicy: { allow: ["local/extractive"] }
            """;

    private static Pace pace(long answers, double onset, int slots, boolean makesRoom) {
        return new Pace("local", answers, onset, 2 * onset, 4 * onset, 5 * onset, 80, 0, slots, makesRoom);
    }

    private static Verdict live(String body, Ledger ledger, Pace pace) {
        return Admission.decide(contract(body), ledger, List.of(), Map.of("local/extractive", pace));
    }

    @Test
    void aPromiseThatTheMeasuredModelKeepsIsMadeAndTheFiguresAreSaid() {
        Verdict.Admitted admitted =
                assertInstanceOf(Verdict.Admitted.class, live(LIVE, Ledger.empty(LAPTOP), pace(12, 120, 4, true)));
        assertEquals(Optional.of("local"), admitted.reservation().urgentAt());
        assertEquals(
                List.of("local/extractive gives its first token after 120 ms (95 in a hundred after 240 ms, 12 answers,"
                        + " 80 tokens/s), within 250 ms"),
                admitted.notes());
    }

    @Test
    void aPromiseThatTheMeasuredModelCannotKeepIsRefusedWhereItIsDeclaredAndToldWhereItIsNot() {
        Pace slow = pace(1, 400, 4, true);
        String figures =
                "local/extractive gives its first token after 400 ms (95 in a hundred after 800 ms, 1 answer, 80 tokens/s)";
        assertEquals(
                List.of(new Item(
                        "onset",
                        "250 ms",
                        figures,
                        "c.yaml:5:8 (slo.onset_ms)",
                        "raise slo.onset_ms, or allow a faster model, or set binding: flexible")),
                rejected(live(LIVE, Ledger.empty(LAPTOP), slow)));
        assertEquals(
                List.of(new Verdict.Substitution("onset", "250 ms", "400 ms", "c.yaml:5:8 (slo.onset_ms)", figures)),
                assertInstanceOf(
                                Verdict.Substituted.class,
                                live(LIVE + "binding: flexible\n", Ledger.empty(LAPTOP), slow))
                        .substitutions());
        assertEquals(
                List.of(figures + ", later than the 300 ms of its class"),
                assertInstanceOf(Verdict.Admitted.class, live(LIVE.replace("slo:", "#"), Ledger.empty(LAPTOP), slow))
                        .notes());
    }

    @Test
    void agentsThatWereAdmittedBeforeShareTheSlots() {
        Ledger ledger = Ledger.empty(LAPTOP);
        Pace two = pace(12, 120, 2, true);
        for (int i = 0; i < 4; i++) {
            Verdict.Admitted admitted = assertInstanceOf(Verdict.Admitted.class, live(SMALL + LIVE, ledger, two));
            ledger = ledger.with("a" + i, admitted.reservation());
        }
        assertEquals(
                List.of("local/extractive gives its first token after 120 ms (95 in a hundred after 240 ms, 12 answers,"
                        + " 80 tokens/s); 4 other SRT agents have 2 slots there: about 600 ms"),
                rejected(live(SMALL + LIVE, ledger, two)).stream()
                        .map(Item::available)
                        .toList());
        assertInstanceOf(Verdict.Admitted.class, live(SMALL + LIVE, ledger.without("a0"), two));
        // Agents that can wait take no turn from it.
        assertInstanceOf(
                Verdict.Admitted.class, live(SMALL + LIVE.replace("SRT", "DT").replace("slo:", "#"), ledger, two));
    }

    private static final String SMALL = "compute: { cpu: \"0.1\", mem: 64MiB, pids: 8 }\n";

    @Test
    void theOnlySlotOfAProviderThatIsNotInterruptedCostsAWholeAnswer() {
        assertEquals(
                List.of("local/extractive gives its first token after 60 ms (95 in a hundred after 120 ms, 12 answers,"
                        + " 80 tokens/s); its only slot may be taken for an answer of 300 ms: about 360 ms"),
                rejected(live(LIVE, Ledger.empty(LAPTOP), pace(12, 60, 1, false))).stream()
                        .map(Item::available)
                        .toList());
        assertInstanceOf(Verdict.Admitted.class, live(LIVE, Ledger.empty(LAPTOP), pace(12, 60, 1, true)));
        assertInstanceOf(Verdict.Admitted.class, live(LIVE, Ledger.empty(LAPTOP), pace(12, 60, 2, false)));
    }

    @Test
    void howLongPromptsMayBeIsSaidWhereTheirSpeedWasMeasured() {
        Pace reads = new Pace("local", 12, 120, 240, 480, 600, 80, 2_000, 1, false);
        assertEquals(
                List.of("local/extractive gives its first token after 120 ms (95 in a hundred after 240 ms, 12 answers,"
                        + " 80 tokens/s); its only slot may be taken for an answer of 600 ms: about 720 ms, within"
                        + " 1000 ms; new prompts of up to about 800 tokens"),
                assertInstanceOf(Verdict.Admitted.class, live(LIVE.replace("250", "1000"), Ledger.empty(LAPTOP), reads))
                        .notes());
    }

    @Test
    void aFasterModelOfTheContractIsNamedWhereTheFirstOneIsLate() {
        Machine two =
                new Machine(8, 16 * GIB, 0, 1000, Set.of("gguf/big", "gguf/small"), Set.of(), Set.of(), List.of());
        Map<String, Pace> paces = Map.of("gguf/big", pace(12, 400, 2, true), "gguf/small", pace(12, 90, 2, true));
        assertEquals(
                List.of("raise slo.onset_ms, or allow a faster model, or list gguf/small first: it would be in time,"
                        + " or set binding: flexible"),
                rejected(Admission.decide(
                                contract(LIVE.replace("\"local/extractive\"", "gguf/big, gguf/small")),
                                Ledger.empty(two),
                                List.of(),
                                paces))
                        .stream()
                        .map(Item::help)
                        .toList());
    }

    @Test
    void whoSaysStrictAndWhatIsPromisedWantsNoAgentOfWhichNothingIsKnown() {
        assertEquals(
                List.of(new Item(
                        "onset",
                        "250 ms",
                        unknown("local/extractive"),
                        "c.yaml:5:8 (slo.onset_ms)",
                        "agentctl model probe local/extractive measures it; or leave binding: strict out")),
                rejected(Admission.decide(
                        contract(LIVE + "binding: strict\n"), Ledger.empty(LAPTOP), List.of(), Map.of())));
        ContractDocument said = assertInstanceOf(
                        ParseOutcome.Parsed.class, contract(LIVE).withBinding(Binding.STRICT))
                .document();
        assertInstanceOf(Verdict.Rejected.class, Admission.decide(said, Ledger.empty(LAPTOP), List.of(), Map.of()));
        assertInstanceOf(
                Verdict.Admitted.class,
                Admission.decide(
                        contract(LIVE.replace("slo:", "#") + "binding: strict\n"),
                        Ledger.empty(LAPTOP),
                        List.of(),
                        Map.of()));
    }

    @Test
    void whatWasNeverMeasuredIsAdmittedAndSaid() {
        for (Map<String, Pace> paces :
                List.of(Map.<String, Pace>of(), Map.of("local/extractive", pace(0, 0, 4, true)))) {
            assertEquals(
                    unmeasured("local/extractive"),
                    assertInstanceOf(
                                    Verdict.Admitted.class,
                                    Admission.decide(contract(LIVE), Ledger.empty(LAPTOP), List.of(), paces))
                            .notes());
        }
    }
}

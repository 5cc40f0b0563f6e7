package dev.agentos.testkit.managed;

import static dev.agentos.testkit.models.ScriptedModel.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.AgentWire.AgentView;
import dev.agentos.bridge.wire.ContractWire.Admission;
import dev.agentos.bridge.wire.ContractWire.ContractText;
import dev.agentos.bridge.wire.ContractWire.ItemView;
import dev.agentos.bridge.wire.ModelWire.ModelView;
import dev.agentos.testkit.models.ScriptedModel.Say;
import dev.agentos.testkit.models.ScriptedModel.Script;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Admission of promised first tokens, through the service's door, from what the scripted model was measured to do. */
@Timeout(120)
class MeasuredAdmissionTest {

    private static final String SOON = "class: { latency: SRT }\nslo: { onset_ms: 300 }\n";
    private static final String LATE = "class: { latency: SRT }\nslo: { onset_ms: 30000, turn_ms: 60000 }\n";

    private final PromptHouse house;

    MeasuredAdmissionTest(@TempDir Path folder) throws Exception {
        house = new PromptHouse(folder.toRealPath());
        house.model.on("CLERK", Script.of(text("Twelve crowns.")));
        house.model.on("The office", Script.of(new Say.Slow(Duration.ofMillis(400), text("From nine to five."))));
    }

    @AfterEach
    void stop() {
        house.close();
    }

    private Admission admission(String rest) {
        return house.client()
                .admit(new ContractText(
                        "clerk.yaml", house.contract("CLERK", "fs.read", rest), Optional.empty(), Optional.empty()));
    }

    @Test
    void whatWasNeverMeasuredIsToldAndOnlyRefusedToWhoSaysStrict() {
        String unknown =
                "the first token of scripted/m was not measured since agentd started, so nothing is known of the 300 ms to it";
        AgentView agent = house.spawn(house.contract("CLERK", "fs.read", SOON), "what does a berth cost?");
        assertEquals(List.of(unknown + "; agentctl model probe scripted/m measures it"), agent.notes());
        assertEquals("admitted", agent.verdict());
        assertEquals(agent.notes(), house.ended(agent.id()).notes());
        // Those that can wait are promised nothing.
        assertEquals(List.of(), admission("").notes());
    }

    @Test
    void aSpawnIsRefusedWithTheMeasuredFiguresOrSubstitutedWhereTheContractIsFlexible() {
        Admission strict = admission(SOON + "binding: strict\n");
        assertEquals("rejected", strict.verdict());
        assertEquals(
                "agentctl model probe scripted/m measures it; or leave binding: strict out",
                strict.items().getFirst().help());

        house.client().probeModel("scripted/m");
        ModelView profile = house.client().models(false).models().stream()
                .filter(model -> model.name().equals("scripted/m"))
                .findFirst()
                .orElseThrow();
        assertEquals(1, profile.answers());
        assertTrue(profile.onsetMs() >= 400, profile::toString);

        AgentdException refused = assertThrows(
                AgentdException.class, () -> house.spawn(house.contract("CLERK", "fs.read", SOON), "a berth?"));
        assertEquals("admission.rejected", refused.body().code());
        ItemView item = admission(SOON).items().getFirst();
        assertEquals("onset", item.resource());
        assertEquals("300 ms", item.wanted());
        assertTrue(
                item.available().matches("scripted/m gives its first token after \\d+ ms \\(95 in a hundred after .*"),
                item::available);
        assertTrue(item.contractLine().startsWith("clerk.yaml:"), item::contractLine);

        AgentView flexible = house.spawn(house.contract("CLERK", "fs.read", SOON + "binding: flexible\n"), "a berth?");
        assertEquals("substituted", flexible.verdict());
        assertEquals("onset", flexible.substitutions().getFirst().resource());
        assertEquals(
                profile.onsetMs(),
                Double.parseDouble(flexible.substitutions().getFirst().given().replace(" ms", "")),
                1.0);

        AgentView kept = house.spawn(house.contract("CLERK", "fs.read", LATE), "a berth?");
        assertEquals("admitted", kept.verdict());
        assertTrue(kept.notes().getFirst().contains(", within 30000 ms"), kept.notes()::toString);
        house.ended(kept.id());
        house.ended(flexible.id());
    }

    @Test
    void theOnlySlotOfAServerThatIsNotInterruptedCostsTheLongestAnswerOfWhoCanWait() throws Exception {
        house.client().addModelProvider(house.provider(1));
        house.model.on("CLERK", Script.of(text("Twelve crowns.")));
        house.model.on("SLOW", Script.of(new Say.Slow(Duration.ofMillis(900), text("Well."))));
        house.model.on("The office", Script.of(text("From nine to five.")));
        // One answer of an agent that can wait, and one of a person.
        house.ended(
                house.spawn(house.contract("SLOW", "fs.read", ""), "a berth?").id());
        for (int i = 0; i < 5; i++) {
            house.client().probeModel("scripted/m");
        }
        Admission one = admission("class: { latency: SRT }\nslo: { onset_ms: 800 }\n");
        assertEquals("rejected", one.verdict(), one.notes()::toString);
        assertTrue(
                one.items().getFirst().available().contains("its only slot may be taken for an answer of"),
                one.items()::toString);

        house.client().addModelProvider(house.provider(2));
        assertEquals(
                "admitted",
                admission("class: { latency: SRT }\nslo: { onset_ms: 800 }\n").verdict());
    }
}

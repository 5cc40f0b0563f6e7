package dev.agentos.tui.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.wire.ContractWire;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.tui.ctl.Ctl.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contracts are checked without a service, and admitted with one. */
class ContractCommandTest {

    private final Ctl ctl = new Ctl();

    @TempDir
    Path directory;

    private Path contract = Path.of("");

    @BeforeEach
    void writeContract() throws IOException {
        contract = directory.resolve("a.yaml");
        Files.writeString(contract, "apiVersion: agentos/v0.2\nkind: AgentContract\nname: shell\n");
    }

    @Test
    void fiveMistakesAreFiveProblemsWithLineAndColumnAnd3() {
        ctl.agentd.unreachable = true;
        String root = System.getProperty("agentos.root", "..");
        Ran ran = ctl.run("contract", "validate", root + "/examples/five-mistakes.yaml");
        assertEquals(3, ran.exit());
        assertEquals(
                5,
                ran.err()
                        .lines()
                        .filter(line -> line.matches(".*\\.yaml:\\d+:\\d+: error: .*"))
                        .count());
    }

    @Test
    void aContractThatHoldsIs0WithoutAnyService() {
        ctl.agentd.unreachable = true;
        Ran ran = ctl.run("contract", "validate", contract.toString(), "--json");
        assertEquals(0, ran.exit());
        assertTrue(WireJson.read(ran.out(), ContractWire.Report.class).valid());
    }

    @Test
    void aMissingContractIs5() {
        Ran ran = ctl.run("contract", "validate", "/nowhere.yaml");
        assertEquals(5, ran.exit());
        assertTrue(ran.err().contains("contract.no-file"), ran.err());
    }

    @Test
    void aRejectedAdmissionIs3() {
        ctl.agentd.answer(
                "POST /v1/contracts/admit",
                new ContractWire.Admission(
                        "rejected",
                        "shell",
                        "d",
                        "",
                        List.of(),
                        List.of(new ContractWire.ItemView("model", "a", "none", "a.yaml:1:1", "install")),
                        List.of(),
                        List.of()));
        assertEquals(3, ctl.run("contract", "admit", contract.toString()).exit());
        assertEquals(
                3, ctl.run("contract", "admit", contract.toString(), "--json").exit());
    }
}

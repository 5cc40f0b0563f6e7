package dev.agentos.tui.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.bridge.view.ContractProblems;
import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void prefixesPipesAndSentencesAreToldApart() {
        assertEquals(new Line.Empty(), Line.read("  "));
        assertEquals(new Line.Sentence("what runs", true), Line.read("? what runs"));
        assertEquals(new Line.Command(List.of("list"), Optional.empty(), true), Line.read("!list"));
        assertEquals(
                new Line.Command(List.of("list", "--json"), Optional.of("jq .id"), false),
                Line.read("agentctl list --json | !jq .id"));
        assertEquals(new Line.Sentence("what's running", false), Line.read("what's running"));
        assertInstanceOf(Line.Unfinished.class, Line.read("ask x \"why"));
    }

    private static Translation translation(String effect) {
        return new Translation(new ProposalView("kill agent-a-001", "agentctl", effect, "", 1));
    }

    @Test
    void enterAloneRunsAReadAndNeverAChange() {
        Translation read = translation("reads");
        assertEquals(
                Optional.of(new Translation.Decision.Run("kill agent-a-001")),
                read.key(Translation.begin(0), '\r', SECOND).decision());
        Translation change = translation("changes");
        Translation.Step enter = change.key(Translation.begin(0), '\r', SECOND);
        assertEquals(Optional.empty(), enter.decision());
        Translation.Step yes = change.key(enter.state(), 'y', 2 * SECOND);
        assertEquals(Optional.empty(), yes.decision());
        assertEquals(
                Optional.of(new Translation.Decision.Run("kill agent-a-001")),
                change.key(yes.state(), '\n', 3 * SECOND).decision());
    }

    @Test
    void aPasteAndAnyOtherKeyLeaveItUnrun() {
        Translation change = translation("changes");
        Translation.Step yes = change.key(Translation.begin(0), 'y', SECOND);
        assertEquals(
                Optional.of(new Translation.Decision.Leave()),
                change.key(yes.state(), '\r', SECOND + 1_000_000).decision());
        assertEquals(
                Optional.of(new Translation.Decision.Leave()),
                change.key(Translation.begin(0), 'x', SECOND).decision());
        assertEquals(
                Optional.of(new Translation.Decision.Edit("kill agent-a-001")),
                change.key(Translation.begin(0), '\t', SECOND).decision());
    }

    @Test
    void contractKeysFollowTheIndentation() {
        assertEquals(List.of("compute"), ContractProblems.path("name: x\ncompute:\n  cp"));
        Map<String, String> keys = ContractProblems.keysAt("name: x\ncompute:\n  ");
        assertEquals(true, keys.containsKey("cpu"), keys.toString());
        assertEquals(
                1,
                ContractProblems.of(
                                "apiVersion: agentos/v0.2\nkind: AgentContract\nname: a\ncapabilites: []\nruntime: {process: {command: [/bin/true]}}\n",
                                "c.yaml")
                        .stream()
                        .filter(p -> p.error() && p.line() == 4)
                        .count());
    }
}

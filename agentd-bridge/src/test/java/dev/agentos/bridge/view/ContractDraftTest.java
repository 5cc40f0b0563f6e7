package dev.agentos.bridge.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.view.ContractDraft.Other;
import dev.agentos.bridge.view.LineDiff.Change;
import dev.agentos.domain.contract.Severity;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ContractDraftTest {

    private static final String CONTRACT = """
            apiVersion: agentos/v0.2
            kind: AgentContract
            name: asking
            class: {latency: DT}
            modelPolicy: {allow: []}
            compute: {cpu: "0.01", mem: 1MiB, pids: 1}
            binding: flexible
            capabilities: ["fs.write"]
            filesystem: {write: ["/workspace"]}
            security: {consent_for: ["fs.write"]}
            """;

    @Test
    void changesLeadFromOneTextToTheOtherWhateverTheTexts() {
        SplittableRandom random = new SplittableRandom(11);
        for (int round = 0; round < 300; round++) {
            String a = text(random);
            String b = text(random);
            String forth = a;
            for (Change change : LineDiff.changes(a, b).reversed()) {
                forth = LineDiff.with(forth, change);
            }
            assertEquals(b, forth);
            String back = b;
            for (Change change : LineDiff.changes(a, b).reversed()) {
                back = LineDiff.without(back, change);
            }
            assertEquals(a, back);
        }
    }

    private static String text(SplittableRandom random) {
        return random.ints(random.nextInt(12), 0, 4)
                .mapToObj(line -> "line " + line + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void aProposalIsTakenOverChangeByChange() {
        String proposed = CONTRACT.replace("mem: 1MiB", "mem: 2MiB").replace("flexible", "strict");
        ContractDraft draft =
                ContractDraft.opened("a.yaml", CONTRACT).comparedWith(new Other("proposal", proposed, true));
        List<Change> changes = draft.changes();
        assertEquals(2, changes.size(), "each line can be judged alone");
        proposed =
                CONTRACT.replace("mem: 1MiB", "mem: 2MiB").replace("[\"/workspace\"]", "[\"/workspace\", \"/data\"]");
        draft = draft.comparedWith(new Other("proposal", proposed, true));
        assertEquals(2, draft.changes().size());
        ContractDraft taken = draft.typed(draft.settled(draft.changes().getFirst()));
        assertTrue(taken.text().contains("mem: 2MiB"));
        assertFalse(taken.text().contains("/data"));
        assertEquals(1, taken.changes().size());
        ContractDraft left = taken.left(taken.changes().getFirst());
        assertEquals(List.of(), left.changes());
        assertFalse(left.text().contains("/data"));
    }

    @Test
    void whatItAllowsIsSaidAndWhatIsNewIsMarked() {
        ContractDraft draft = ContractDraft.opened("a.yaml", CONTRACT)
                .comparedWith(new Other("agent-a-001", CONTRACT, false))
                .typed(CONTRACT.replace("[\"fs.write\"]}", "[]}"));
        assertEquals(
                List.of(),
                draft.problems().stream()
                        .filter(p -> p.severity() == Severity.ERROR)
                        .toList());
        assertTrue(draft.says().stream().noneMatch(says -> says.sentence().startsWith("It asks a person before each")));
        assertTrue(
                draft.saysNoMore().stream().anyMatch(sentence -> sentence.startsWith("It asks a person before each")));
        assertEquals(draft.kept(), draft.settled(draft.changes().getFirst()));
    }

    @Test
    void problemsHaveTheirLineAndKeysAreOffered() {
        ContractDraft draft =
                ContractDraft.opened("a.yaml", CONTRACT.replace("binding: flexible", "binding: flexibel"));
        assertEquals(7, draft.problems().getFirst().line());
        assertEquals(List.of(), draft.says());
        assertTrue(ContractDraft.completions(CONTRACT + "bud").containsKey("budget"));
        assertTrue(ContractDraft.completions("compute:\n  gp").containsKey("gpu_mem"));
    }

    @Test
    void partsOfTheTextNeverOverlap() {
        int end = 0;
        for (YamlTokens.Token token : YamlTokens.of(CONTRACT + "# a comment: \"no\"\n")) {
            assertTrue(token.start() >= end, token.toString());
            end = token.end();
        }
        assertTrue(YamlTokens.of("name: x # y\n").contains(new YamlTokens.Token(0, 4, "key")));
        assertTrue(YamlTokens.of("name: x # y\n").contains(new YamlTokens.Token(8, 11, "comment")));
    }
}

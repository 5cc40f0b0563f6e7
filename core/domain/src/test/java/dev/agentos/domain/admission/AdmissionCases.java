package dev.agentos.domain.admission;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ParseOutcome;
import java.util.List;
import java.util.Set;

/** Contracts and a machine that the tests of admission share. */
final class AdmissionCases {

    private AdmissionCases() {}

    static final long GIB = 1L << 30;

    static final Set<String> TOOLS = Set.of("fs.read", "fs.list", "fs.write", "summarize", "calc");

    /** A laptop: no GPU, no model but the built-in one. */
    static final Machine LAPTOP = new Machine(
            4,
            8 * GIB,
            0,
            1000,
            Set.of("local/extractive"),
            TOOLS,
            Set.of("limit.memory", "limit.pids", "limit.cpu"),
            List.of());

    static ContractDocument parse(String text) {
        return switch (ContractParser.parse(text, "c.yaml")) {
            case ParseOutcome.Parsed parsed -> parsed.document();
            case ParseOutcome.Invalid invalid -> fail(invalid.problems().toString());
        };
    }

    static ContractDocument contract(String body) {
        return parse("apiVersion: agentos/v0.2\nkind: AgentContract\nname: test\n" + body);
    }

    static ContractDocument bound(ContractDocument document, Binding binding) {
        return assertInstanceOf(ParseOutcome.Parsed.class, document.withBinding(binding))
                .document();
    }

    static List<Item> rejected(Verdict verdict) {
        return assertInstanceOf(Verdict.Rejected.class, verdict).items();
    }

    static Machine with(Machine m, int cores, long memory, long pids, Set<String> models) {
        return new Machine(
                cores, memory, m.gpuMemoryBytes(), pids, models, m.tools(), m.mechanisms(), m.processAgents());
    }

    static List<String> unmeasured(String model) {
        return List.of(unknown(model) + "; agentctl model probe " + model + " measures it");
    }

    static String unknown(String model) {
        return "the first token of " + model
                + " was not measured since agentd started, so nothing is known of the 250 ms to it";
    }
}

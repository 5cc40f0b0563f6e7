package dev.agentos.domain.contract;

import java.util.Optional;
import java.util.Set;

/** Reads contracts. Any text gives a {@link ParseOutcome}; none gives an exception. */
public final class ContractParser {
    private ContractParser() {}

    /**
     * Reads a contract in one pass that finds every problem. Only a text that is not YAML at all, or is of an unknown
     * version, stops at the first.
     *
     * @param text YAML 1.2, or JSON, which is YAML
     * @param sourceName name of the file, for messages
     */
    public static ParseOutcome parse(String text, String sourceName) {
        Findings findings = new Findings(sourceName);
        Optional<AgentContract> contract = YamlReader.read(text, findings).flatMap(tree -> contract(tree, findings));
        if (contract.isEmpty()) {
            return new ParseOutcome.Invalid(findings.problems());
        }
        ContractDocument document = ContractDocument.of(sourceName, contract.get(), findings.positions(), Set.of());
        return new ParseOutcome.Parsed(document, findings.problems());
    }

    private static Optional<AgentContract> contract(YamlTree tree, Findings findings) {
        findings.place("", tree.position());
        if (!(tree instanceof YamlTree.Mapping root)) {
            findings.error(
                    "",
                    tree.position(),
                    "wrong-type",
                    "a contract must be a mapping, not " + tree.described(),
                    "begin with apiVersion: " + AgentContract.API_VERSION);
            return Optional.empty();
        }
        return Migration.toCurrent(root, findings).flatMap(current -> ContractReader.read(current, findings));
    }
}

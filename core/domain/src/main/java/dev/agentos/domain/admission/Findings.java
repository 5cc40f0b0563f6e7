package dev.agentos.domain.admission;

import dev.agentos.domain.admission.Verdict.Item;
import dev.agentos.domain.admission.Verdict.Substitution;
import dev.agentos.domain.contract.Binding;
import dev.agentos.domain.contract.ContractDocument;
import java.util.ArrayList;
import java.util.List;

/** What is found out about one contract while it is looked at, each with its line. */
final class Findings {

    private final ContractDocument document;
    private final List<Item> items = new ArrayList<>();
    private final List<Substitution> substitutions = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Findings(ContractDocument document) {
        this.document = document;
    }

    /** Whether the contract takes less where all of it cannot be had. */
    boolean flexible() {
        return document.contract().binding() == Binding.FLEXIBLE;
    }

    /** Something that cannot be honoured. */
    void item(String resource, String wanted, String available, String path, String help) {
        items.add(new Item(resource, wanted, available, document.lineOf(path).toString(), help));
    }

    /** Something else is given, or nothing where {@code given} is empty. */
    void substitute(String resource, String wanted, String given, String path, String reason) {
        substitutions.add(
                new Substitution(resource, wanted, given, document.lineOf(path).toString(), reason));
    }

    void note(String words) {
        notes.add(words);
    }

    List<Item> items() {
        return items;
    }

    List<Substitution> substitutions() {
        return substitutions;
    }

    List<String> notes() {
        return notes;
    }
}

package dev.agentos.agentd.agents;

import dev.agentos.domain.admission.Pace;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.LatencyClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** How fast models were here, as admission asks for it. */
public final class Paces {

    /** Nothing is known of any model. */
    static final Paces UNKNOWN = new Paces(_ -> Optional.empty());

    private final Function<String, Optional<Pace>> byName;

    /** @param byName the measured profile of a model by any name that a contract can bind to; empty for no such model */
    public Paces(Function<String, Optional<Pace>> byName) {
        this.byName = byName;
    }

    /** Of the models that an agent of this contract could be bound to; none where its class waits for no first token. */
    Map<String, Pace> of(ContractDocument document, List<String> substitutes) {
        if (document.contract().latency() != LatencyClass.SRT) {
            return Map.of();
        }
        Map<String, Pace> known = new TreeMap<>();
        Stream.concat(document.contract().modelPolicy().allow().stream(), substitutes.stream())
                .distinct()
                .forEach(name -> byName.apply(name).ifPresent(pace -> known.put(name, pace)));
        return known;
    }
}

package dev.agentos.testkit.prove;

import dev.agentos.testkit.filter.FilterMeasurement;
import java.nio.file.Path;
import java.util.Optional;

/** Recall and false alarms of the content filter, and its speed on hostile text; what got through are missed aims. */
final class FilterCampaign implements ProveMain.Campaign {

    private final Optional<Path> data;

    /** @param data other texts, for the weights as they are shipped */
    FilterCampaign(Optional<Path> data) {
        this.data = data;
    }

    @Override
    public ProveMain.Result run(Path home, int rounds, long seed) throws Exception {
        Path usual = Path.of(System.getProperty("agentos.root", "."), "../shared/data/injection/dev.jsonl");
        FilterMeasurement.Outcome outcome = FilterMeasurement.run(home, usual, data);
        return new ProveMain.Result(outcome.figures(), outcome.missed());
    }
}

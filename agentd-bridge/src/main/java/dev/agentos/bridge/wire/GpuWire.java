package dev.agentos.bridge.wire;

import java.util.List;

/** Graphics processors and who uses their memory. */
public final class GpuWire {

    private GpuWire() {}

    /**
     * A card.
     *
     * @param split whether MIG splits it: {@code on}, {@code off}, or {@code none} where it cannot
     * @param instances what it is split into, in the maker's words
     * @param mode who may use it at once, in the maker's words; empty for unknown
     */
    public record CardView(
            int index,
            String id,
            String name,
            long totalBytes,
            long usedBytes,
            String split,
            List<String> instances,
            String mode) {
        public CardView {
            instances = List.copyOf(instances);
        }
    }

    /**
     * A process with memory on a card.
     *
     * @param card the card's id; empty where it is not told
     * @param bytes -1 where the driver does not tell
     * @param agent whose process it is; empty for none of AgentOS
     * @param provider the provider of models that it works for; empty for none
     */
    public record UseView(long pid, String card, String program, long bytes, String agent, String provider) {}

    /**
     * An agent and the memory of cards.
     *
     * @param promisedBytes what admission keeps for it
     * @param usedBytes what its own processes have, as far as it is told
     * @param beyond whether that is more than was promised
     */
    public record AgentMemory(String agent, long promisedBytes, long usedBytes, boolean beyond) {}

    /**
     * All of it.
     *
     * @param why why there is no card, or why nothing is known; empty where all was read
     * @param help what would change that
     * @param shared whether several processes share a card through MPS
     * @param notes what else is to be known, a sentence each
     */
    public record GpuReport(
            List<CardView> cards,
            List<UseView> processes,
            List<AgentMemory> agents,
            List<String> npus,
            boolean shared,
            String sentence,
            String why,
            String help,
            List<String> notes) {
        public GpuReport {
            cards = List.copyOf(cards);
            processes = List.copyOf(processes);
            agents = List.copyOf(agents);
            npus = List.copyOf(npus);
            notes = List.copyOf(notes);
        }
    }
}

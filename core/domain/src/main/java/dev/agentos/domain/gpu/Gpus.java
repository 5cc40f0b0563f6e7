package dev.agentos.domain.gpu;

import dev.agentos.domain.doctor.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The graphics processors of a machine and who uses their memory.
 *
 * @param processes programs with memory on a card, as far as the makers' programs tell
 * @param npus processors for models beside the graphics processors, in words
 * @param why why there is no card, or why nothing is known of them; empty where all was read
 * @param help what would change that; often empty
 */
public record Gpus(List<Card> cards, List<Use> processes, List<String> npus, String why, String help) {

    /** Whether one card is split into several, each with memory of its own (NVIDIA's MIG). */
    public enum Split {
        ON("on"),
        OFF("off"),
        NONE("none");

        private final String word;

        Split(String word) {
            this.word = word;
        }

        /** {@code on}, {@code off}, or {@code none} for a card that cannot be split. */
        public String word() {
            return word;
        }
    }

    /**
     * A card.
     *
     * @param id what processes name it by
     * @param instances what it is split into, as its maker's program names it
     * @param mode who may use it at once, in the maker's words; empty for unknown
     */
    public record Card(
            int index,
            String id,
            String name,
            long totalBytes,
            long usedBytes,
            Split split,
            List<String> instances,
            String mode) {
        public Card {
            instances = List.copyOf(instances);
            if (totalBytes < 0 || usedBytes < 0) {
                throw new IllegalArgumentException("memory is not less than none");
            }
        }

        Card with(List<String> parts) {
            return new Card(index, id, name, totalBytes, usedBytes, split, parts, mode);
        }
    }

    /**
     * A process that has memory on a card.
     *
     * @param bytes empty where the driver does not tell
     */
    public record Use(long pid, String card, String program, OptionalLong bytes) {
        /** The server of NVIDIA's MPS, through which several processes share a card. */
        public boolean isSharingServer() {
            return program.contains("nvidia-cuda-mps-server");
        }
    }

    public Gpus {
        cards = List.copyOf(cards);
        processes = List.copyOf(processes);
        npus = List.copyOf(npus);
    }

    /** Before anybody looked. */
    public static final Gpus UNKNOWN = new Gpus(List.of(), List.of(), List.of(), "it is being looked for", "");

    /** Memory of all cards. */
    public long totalBytes() {
        return cards.stream().mapToLong(Card::totalBytes).sum();
    }

    public long usedBytes() {
        return cards.stream().mapToLong(Card::usedBytes).sum();
    }

    /** Whether several processes share a card through MPS. */
    public boolean isShared() {
        return processes.stream().anyMatch(Use::isSharingServer);
    }

    /** All of it in one sentence. */
    public String sentence() {
        if (cards.isEmpty()) {
            return "no GPU here: " + why;
        }
        String cardsWords = cards.size() == 1 ? cards.getFirst().name() : cards.size() + " GPUs";
        return cardsWords + ", " + mib(usedBytes()) + " of " + mib(totalBytes()) + " used"
                + (why.isEmpty() ? "" : "; " + why);
    }

    /** What else is to be known, a sentence each. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        cards.stream()
                .filter(card -> card.split() == Split.ON)
                .forEach(card -> notes.add("MIG splits GPU " + card.index() + " into "
                        + (card.instances().isEmpty()
                                ? "instances that are not told"
                                : String.join(", ", card.instances()))
                        + ": a program has at most the memory of its instance"));
        if (isShared()) {
            notes.add("MPS is on: programs share a GPU at the same time, and each one's memory is its own");
        }
        if (processes.stream().anyMatch(use -> use.bytes().isEmpty())) {
            notes.add("the driver does not tell the memory of every program");
        }
        if (!why.isEmpty() && !cards.isEmpty()) {
            notes.add(why + (help.isEmpty() ? "" : ": " + help));
        }
        npus.forEach(npu -> notes.add(npu + " is here; agentd runs no model on it"));
        return List.copyOf(notes);
    }

    /** What the doctor says of it. */
    public Finding finding() {
        String more = notes().isEmpty() ? "" : "; " + String.join("; ", notes());
        return cards.isEmpty()
                ? new Finding(
                        "gpu",
                        Finding.NOTE,
                        List.of(),
                        sentence() + more,
                        "contracts that ask for GPU memory are refused, or under binding: flexible run without",
                        List.of("compute.gpu_mem"),
                        help)
                : new Finding(
                        "gpu",
                        why.isEmpty() ? Finding.OK : Finding.NOTE,
                        List.of(),
                        sentence() + more,
                        "GPU memory is promised up to what the cards have; it is counted, and not enforced",
                        List.of("compute.gpu_mem"),
                        help);
    }

    private static String mib(long bytes) {
        return bytes / (1024 * 1024) + " MiB";
    }
}

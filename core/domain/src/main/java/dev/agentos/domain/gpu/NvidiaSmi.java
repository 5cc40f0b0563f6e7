package dev.agentos.domain.gpu;

import dev.agentos.domain.gpu.Gpus.Card;
import dev.agentos.domain.gpu.Gpus.Split;
import dev.agentos.domain.gpu.Gpus.Use;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@code nvidia-smi} prints (nvidia-smi(1): query options with {@code csv,noheader,nounits}, and -L). */
public final class NvidiaSmi {

    /** The arguments that {@link #cards} reads the output of. */
    public static final List<String> CARDS = List.of(
            "--query-gpu=index,uuid,name,memory.total,memory.used,mig.mode.current,compute_mode",
            "--format=csv,noheader,nounits");

    /** The arguments that {@link #processes} reads the output of. */
    public static final List<String> PROCESSES =
            List.of("--query-compute-apps=pid,gpu_uuid,process_name,used_memory", "--format=csv,noheader,nounits");

    /** The arguments that {@link #withInstances} reads the output of. */
    public static final List<String> INSTANCES = List.of("-L");

    private static final long MIB = 1024 * 1024;

    /** More than any machine has; a longer list is not from this program. */
    private static final int MOST_LINES = 10_000;

    private static final Pattern GPU_LINE = Pattern.compile("GPU (\\d{1,4}): .*\\(UUID: (\\S{1,100})\\)");
    private static final Pattern INSTANCE_LINE =
            Pattern.compile("\\s+MIG (\\S{1,40})\\s+Device\\s+(\\d{1,4}): \\(UUID: (\\S{1,100})\\)");

    private NvidiaSmi() {}

    /**
     * The cards.
     *
     * @throws IllegalArgumentException with the first line that cannot be read
     */
    public static List<Card> cards(String output) {
        List<Card> cards = new ArrayList<>();
        for (String line : lines(output)) {
            String[] fields = line.split(",", -1);
            if (fields.length != 7) {
                throw unreadable(line);
            }
            cards.add(new Card(
                    (int) whole(fields[0], 4, line),
                    text(fields[1], line),
                    text(fields[2], line),
                    whole(fields[3], 9, line) * MIB,
                    whole(fields[4], 9, line) * MIB,
                    split(fields[5].strip()),
                    List.of(),
                    shown(fields[6].strip())));
        }
        return cards;
    }

    /**
     * Who has memory on them.
     *
     * @throws IllegalArgumentException with the first line that cannot be read
     */
    public static List<Use> processes(String output) {
        List<Use> uses = new ArrayList<>();
        for (String line : lines(output)) {
            int first = line.indexOf(',');
            int second = first < 0 ? -1 : line.indexOf(',', first + 1);
            int last = line.lastIndexOf(',');
            // A program's name may hold commas.
            if (second < 0 || last <= second) {
                throw unreadable(line);
            }
            String memory = line.substring(last + 1).strip();
            uses.add(new Use(
                    whole(line.substring(0, first), 10, line),
                    text(line.substring(first + 1, second), line),
                    shown(line.substring(second + 1, last).strip()),
                    memory.startsWith("[") || memory.equals("N/A")
                            ? OptionalLong.empty()
                            : OptionalLong.of(whole(memory, 9, line) * MIB)));
        }
        return uses;
    }

    /** The cards with what each is split into; lines that are no card and no instance are passed over. */
    public static List<Card> withInstances(List<Card> cards, String output) {
        Map<String, List<String>> instances = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : lines(output)) {
            Matcher gpu = GPU_LINE.matcher(line);
            Matcher instance = INSTANCE_LINE.matcher(line);
            if (gpu.matches()) {
                current = instances.computeIfAbsent(gpu.group(2), _ -> new ArrayList<>());
            } else if (instance.matches()) {
                current.add(shown(instance.group(1)));
            }
        }
        return cards.stream()
                .map(card -> card.with(instances.getOrDefault(card.id(), List.of())))
                .toList();
    }

    private static List<String> lines(String output) {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        if (lines.size() > MOST_LINES) {
            throw new IllegalArgumentException("nvidia-smi printed " + lines.size() + " lines");
        }
        return lines;
    }

    private static Split split(String word) {
        return switch (word) {
            case "Enabled" -> Split.ON;
            case "Disabled" -> Split.OFF;
            default -> Split.NONE;
        };
    }

    private static long whole(String field, int digits, String line) {
        String text = field.strip();
        if (!text.matches("\\d{1," + digits + "}")) {
            throw unreadable(line);
        }
        return Long.parseLong(text);
    }

    private static String text(String field, String line) {
        String text = shown(field.strip());
        if (text.isEmpty()) {
            throw unreadable(line);
        }
        return text;
    }

    /** What comes from outside is shown to people: no control characters, and not for ever. */
    static String shown(String text) {
        String clean = text.replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]", "?");
        return clean.length() <= 120 ? clean : clean.substring(0, 120) + "…";
    }

    private static IllegalArgumentException unreadable(String line) {
        return new IllegalArgumentException("nvidia-smi printed what cannot be read: " + shown(line));
    }
}

package dev.agentos.domain.gpu;

import dev.agentos.domain.gpu.Gpus.Use;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Reads what AMD's {@code rocm-smi --showpids --json} prints: {@code {"system": {"PID1": "name, gpus, vram, …"}}}. */
public final class RocmSmi {

    /** The arguments that {@link #processes} reads the output of. */
    public static final List<String> PROCESSES = List.of("--showpids", "--json");

    private RocmSmi() {}

    /**
     * Who has memory on the cards; the program does not tell on which.
     *
     * @throws IllegalArgumentException with what cannot be read
     */
    public static List<Use> processes(String output) {
        if (output.isBlank()) {
            return List.of();
        }
        Object read;
        try {
            read = Json.parse(output.strip());
        } catch (JsonFormatException e) {
            throw new IllegalArgumentException("rocm-smi printed no JSON: " + NvidiaSmi.shown(output), e);
        }
        List<Use> uses = new ArrayList<>();
        if (read instanceof Map<?, ?> all && all.get("system") instanceof Map<?, ?> system) {
            system.forEach((key, value) -> {
                String name = String.valueOf(key);
                String[] fields = String.valueOf(value).split(",", -1);
                if (name.matches("PID\\d{1,10}") && fields.length >= 3) {
                    String bytes = fields[2].strip();
                    uses.add(new Use(
                            Long.parseLong(name.substring(3)),
                            "",
                            NvidiaSmi.shown(fields[0].strip()),
                            bytes.matches("\\d{1,15}")
                                    ? OptionalLong.of(Long.parseLong(bytes))
                                    : OptionalLong.empty()));
                }
            });
        }
        return uses;
    }
}

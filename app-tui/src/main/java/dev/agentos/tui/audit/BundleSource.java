package dev.agentos.tui.audit;

import dev.agentos.domain.audit.AuditVerifier.Stored;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A trail in one file, for somebody who has nothing else: JSON lines, first a head with the public key, then every
 * record with its hash and payload, then the checkpoints.
 */
final class BundleSource implements TrailSource {

    static final String KIND = "agentos-audit-export";
    private static final long FORMAT = 1;
    private static final Set<String> HEAD = Set.of("kind", "v", "records", "public_key");
    private static final Set<String> RECORD = Set.of("seq", "canonical", "hash", "payload");

    private final Path file;
    private final Optional<Path> key;

    /** @param key the key that the reader trusts, instead of the one in the file */
    BundleSource(Path file, Optional<Path> key) {
        this.file = file.toAbsolutePath();
        this.key = key;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public Optional<String> publicKey() throws IOException {
        if (key.isPresent()) {
            return Optional.of(Files.readString(key.get()).strip());
        }
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String head = lines.readLine();
            return head == null ? Optional.empty() : object(head).flatMap(map -> text(map, "public_key"));
        } catch (MalformedInputException e) {
            // The read that follows finds the bad byte and says so.
            return Optional.empty();
        }
    }

    @Override
    public List<String> checkpoints() throws IOException {
        List<String> checkpoints = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                object(line).flatMap(map -> text(map, "checkpoint")).ifPresent(checkpoints::add);
            }
        } catch (MalformedInputException e) {
            // The read that follows finds the bad byte and says so.
            return checkpoints;
        }
        return checkpoints;
    }

    @Override
    public void read(Records records, Findings findings) throws IOException {
        long last = 0;
        long number = 0;
        long count = 0;
        Optional<Long> promised = Optional.empty();
        boolean ended = false;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                Optional<Map<?, ?>> found = object(line);
                if (found.isEmpty()) {
                    findings.find(last + 1, "bundle.altered", "line " + number + " is not JSON");
                    continue;
                }
                Map<?, ?> map = found.get();
                if (!CanonicalJson.write(map).equals(line)) {
                    findings.find(last + 1, "bundle.altered", "line " + number + " is not in canonical form");
                }
                if (number == 1) {
                    promised = head(map, findings);
                } else if (map.get("seq") instanceof Long seq && RECORD.containsAll(map.keySet())) {
                    last = seq;
                    count++;
                    records.accept(new Stored(
                            seq,
                            text(map, "canonical").orElse(""),
                            text(map, "hash").orElse(""),
                            text(map, "payload")));
                } else if (map.keySet().equals(Set.of("end"))
                        && Long.valueOf(count).equals(map.get("end"))) {
                    ended = true;
                } else if (!map.keySet().equals(Set.of("checkpoint"))) {
                    findings.find(last + 1, "bundle.altered", "line " + number + " is nothing that an export holds");
                }
            }
        } catch (MalformedInputException e) {
            findings.find(last + 1, "bundle.altered", "line " + (number + 1) + " is not UTF-8");
        }
        if (promised.isPresent() && promised.get() != last) {
            findings.find(
                    last,
                    "tail.cut",
                    "the export promised " + promised.get() + " records and ends with record " + last);
        }
        if (!ended) {
            findings.find(last, "bundle.cut", "the export has no end line: it was cut");
        }
    }

    private static Optional<Long> head(Map<?, ?> map, Findings findings) {
        if (!HEAD.equals(map.keySet())
                || !KIND.equals(map.get("kind"))
                || !Long.valueOf(FORMAT).equals(map.get("v"))) {
            findings.find(0, "bundle.head", "the first line is not the head of an export of format " + FORMAT);
        }
        return map.get("records") instanceof Long records ? Optional.of(records) : Optional.empty();
    }

    private static Optional<Map<?, ?>> object(String line) {
        try {
            return Json.parse(line) instanceof Map<?, ?> map ? Optional.of(map) : Optional.empty();
        } catch (JsonFormatException e) {
            // Reported by the reader with the line's number.
            return Optional.empty();
        }
    }

    private static Optional<String> text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    // ------------------------------------------------------------------ writing

    /** What was written. */
    record Written(long records, int checkpoints) {}

    /**
     * Writes another source as a bundle. The file is new or replaced whole.
     *
     * @throws IOException also when the source itself cannot be read
     */
    static Written write(TrailSource source, Path target) throws IOException {
        List<Stored> records = new ArrayList<>();
        List<String> trouble = new ArrayList<>();
        source.read(records::add, (_, _, message) -> trouble.add(message));
        if (!trouble.isEmpty()) {
            throw new IOException("the trail is broken and was not exported: " + trouble.getFirst());
        }
        List<String> checkpoints = source.checkpoints();
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                BufferedWriter out = new BufferedWriter(
                        Channels.newWriter(channel, StandardCharsets.UTF_8.newEncoder(), 64 * 1024))) {
            Map<String, Object> head = new LinkedHashMap<>();
            head.put("kind", KIND);
            head.put("v", FORMAT);
            head.put("records", records.isEmpty() ? 0L : records.getLast().row());
            head.put("public_key", source.publicKey().orElse(""));
            line(out, head);
            for (Stored record : records) {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("seq", record.row());
                map.put("canonical", record.canonical());
                map.put("hash", record.hash());
                record.payload().ifPresent(payload -> map.put("payload", payload));
                line(out, map);
            }
            for (String checkpoint : checkpoints) {
                line(out, Map.of("checkpoint", checkpoint));
            }
            line(out, Map.of("end", (long) records.size()));
            out.flush();
            channel.force(true);
        }
        Files.move(fresh, target, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        return new Written(records.size(), checkpoints.size());
    }

    private static void line(BufferedWriter out, Map<String, Object> map) throws IOException {
        out.write(CanonicalJson.write(map));
        out.write('\n');
    }

    /** Whether a file begins as an export does. */
    static boolean isBundle(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer first = ByteBuffer.allocate(1);
            return channel.read(first) == 1 && first.get(0) == '{';
        }
    }

    @Override
    public void close() {}
}

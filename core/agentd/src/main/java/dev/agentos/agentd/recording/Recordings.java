package dev.agentos.agentd.recording;

import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.filter.Disclosures;
import dev.agentos.domain.secret.Redactor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Recordings of runs, a file of JSON lines for each. A line is on the disk before the run goes on. Secrets and classes of
 * personal data are taken out before anything is written; a file ends at {@link #MOST_BYTES} and says so.
 */
public final class Recordings {

    /** Bytes of one recording. */
    public static final int MOST_BYTES = 16 * 1024 * 1024;

    private final Path folder;
    private final Supplier<Redactor> redactor;
    private final ReentrantLock lock = new ReentrantLock();

    /** @param folder where the files lie; made with mode 0700 */
    public Recordings(Path folder, Supplier<Redactor> redactor) throws IOException {
        this.folder = Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.redactor = redactor;
    }

    /** What was kept of a run. */
    public record Recording(List<Exchange> exchanges, boolean cut) {
        public Recording {
            exchanges = List.copyOf(exchanges);
        }
    }

    /** A tree as it is recorded: without secrets, personal data and keys. */
    public Map<String, Object> redacted(Map<String, Object> tree) {
        Map<String, Object> clean = new LinkedHashMap<>();
        redactor.get().redact(tree).forEach((name, value) -> clean.put(name, personal(value)));
        return clean;
    }

    private static Object personal(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case String text -> Disclosures.redact(text);
            case Map<?, ?> map -> {
                Map<String, Object> clean = new LinkedHashMap<>();
                map.forEach((name, inner) -> clean.put(String.valueOf(name), personal(inner)));
                yield clean;
            }
            case List<?> items -> items.stream().map(Recordings::personal).toList();
            default -> value;
        };
    }

    /**
     * Adds to a recording. A full disk or another failure is logged and ends the recording; the run goes on.
     *
     * @param run the run's name, which is the file's
     */
    public void add(String run, Exchange exchange) {
        Exchange clean = new Exchange(
                exchange.kind(), exchange.step(), redacted(exchange.request()), redacted(exchange.reply()));
        byte[] line = (WireJson.write(clean) + "\n").getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try (FileChannel file = FileChannel.open(
                fileOf(run), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = wholeLines(file);
            if (end >= MOST_BYTES) {
                return;
            }
            byte[] written = end + line.length <= MOST_BYTES ? line : cutLine();
            file.truncate(end);
            file.write(ByteBuffer.wrap(written), end);
            if (written.length != line.length) {
                // Fills the file to its limit: nothing is added behind a cut.
                file.write(ByteBuffer.wrap(new byte[] {'\n'}), MOST_BYTES);
            }
            file.force(false);
        } catch (IOException e) {
            System.getLogger(Recordings.class.getName())
                    .log(System.Logger.Level.ERROR, run + " is not recorded any further: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private static byte[] cutLine() {
        return (WireJson.write(new Exchange(Exchange.CUT, "", Map.of(), Map.of())) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Where the last whole line ends: what a crash tore is written again. */
    private static long wholeLines(FileChannel file) throws IOException {
        long size = file.size();
        ByteBuffer one = ByteBuffer.allocate(1);
        for (long at = size; at > 0; at--) {
            one.clear();
            if (file.read(one, at - 1) == 1 && one.get(0) == '\n') {
                return at;
            }
        }
        return 0;
    }

    /**
     * Reads a recording; empty where there is none. Of a step that was recorded twice the last counts.
     *
     * @throws IOException when the file cannot be read
     */
    public Optional<Recording> read(String run) throws IOException {
        Path file = fileOf(run);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        Map<String, Exchange> byStep = new LinkedHashMap<>();
        boolean cut = false;
        for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n")) {
            if (!line.startsWith("{") || !line.endsWith("}")) {
                continue;
            }
            Exchange exchange = WireJson.read(line, Exchange.class);
            cut |= exchange.kind().equals(Exchange.CUT);
            if (!exchange.kind().equals(Exchange.CUT)) {
                byStep.put(exchange.kind() + " " + exchange.step(), exchange);
            }
        }
        return Optional.of(new Recording(new ArrayList<>(byStep.values()), cut));
    }

    private Path fileOf(String run) {
        if (!run.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,200}")) {
            throw new IllegalArgumentException("\"" + run + "\" is no name of a run");
        }
        return folder.resolve(run + ".jsonl");
    }
}

package dev.agentos.agentd.journal;

import dev.agentos.domain.audit.AuditRecord;
import dev.agentos.domain.audit.Checkpoint;
import dev.agentos.domain.audit.MerkleTree;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.secret.Redactor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The journal over SQLite (WAL, its log flushed after each commit). One thread writes; everything that is queued when it comes round
 * becomes one transaction and one flush. A batch's future completes, and its events are published, only after that
 * flush. The first failure closes the journal for writing.
 */
public final class SqliteJournal implements Journal, AutoCloseable {

    /** A checkpoint is signed at most this many records after the last. */
    public static final int CHECKPOINT_RECORDS = 1_000;

    /** A checkpoint is signed at most this long after the first record that it would cover. */
    public static final Duration CHECKPOINT_TIME = Duration.ofSeconds(60);

    private static final int MAX_GROUP = 512;

    /** When the writer looks round without being woken. */
    private static final Duration AT_THE_LATEST = Duration.ofSeconds(1);

    private sealed interface Work {
        record Write(Encoded batch, CompletableFuture<Committed> done) implements Work {}

        record SignNow(CompletableFuture<Optional<Checkpoint>> done) implements Work {}

        record Stop() implements Work {}
    }

    /**
     * A batch with its JSON made by the thread that submits it: what has no canonical form is refused to that one caller,
     * before the writer, which serves everybody, ever sees it. Secrets are taken out here, whoever put them in.
     */
    private record Encoded(Batch batch, List<Map<String, Object>> data, List<String> payloads, List<String> documents) {
        static Encoded of(Batch batch, Redactor redactor) {
            List<Map<String, Object>> clean = new ArrayList<>();
            List<String> payloads = new ArrayList<>();
            for (Event event : batch.events()) {
                Map<String, Object> data = redactor.redact(event.data());
                clean.add(data);
                // The names around the payload become part of the record, so they are tried here too.
                CanonicalJson.write(List.of(
                        event.kind(), event.agent(), event.run(), batch.trace().correlation()));
                payloads.add(CanonicalJson.write(data));
            }
            List<String> documents = new ArrayList<>();
            for (StateChange change : batch.changes()) {
                documents.add(
                        change instanceof StateChange.Put put
                                ? CanonicalJson.write(redactor.redact(put.document()))
                                : "");
            }
            return new Encoded(batch, clean, payloads, documents);
        }
    }

    private final TimeSource time;
    private final JournalStore store;
    private final CheckpointFile checkpointFile;
    private final AuditKeys keys;
    private final MerkleTree tree;
    private final WorkQueue<Work> queue = new WorkQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread writer;
    private final Consumer<List<Recorded>> publisher;
    private final Supplier<Redactor> redactor;
    private volatile long head;
    private volatile String headHash;
    private volatile @Nullable JournalFailedException failure;
    private volatile @Nullable Checkpoint lastCheckpoint;
    private long uncheckpointedSince;

    private SqliteJournal(
            TimeSource time,
            JournalStore store,
            CheckpointFile checkpointFile,
            AuditKeys keys,
            MerkleTree tree,
            Consumer<List<Recorded>> publisher,
            Supplier<Redactor> redactor)
            throws SQLException {
        this.redactor = redactor;
        this.time = time;
        this.store = store;
        this.checkpointFile = checkpointFile;
        this.keys = keys;
        this.tree = tree;
        this.publisher = publisher;
        this.head = store.lastSeq();
        this.headHash = store.hashOf(head);
        this.uncheckpointedSince = time.nanos();
        this.writer = Thread.ofPlatform().name("journal-writer").unstarted(this::run);
    }

    /** Opens a journal of a service that has no secrets. */
    public static SqliteJournal open(JournalFiles files, TimeSource time, Consumer<List<Recorded>> publisher)
            throws IOException {
        return open(files, time, publisher, () -> Redactor.NONE);
    }

    /**
     * Opens the journal, making it where there is none.
     *
     * @param redactor what is taken out of every payload and document before it is written or published
     * @param publisher called from the writer thread with each group of durable events, in order
     * @throws IOException when the files cannot be used; the message names the file and the next step
     */
    public static SqliteJournal open(
            JournalFiles files, TimeSource time, Consumer<List<Recorded>> publisher, Supplier<Redactor> redactor)
            throws IOException {
        try {
            JournalStore store = JournalStore.open(files.database());
            AuditKeys keys = AuditKeys.loadOrCreate(files.privateKey(), files.publicKey());
            CheckpointFile checkpoints = new CheckpointFile(files.checkpoints());
            Optional<Checkpoint> resume =
                    checkpoints.newestUpTo(store.lastSeq()).filter(c -> c.isSignedBy(keys.publicKey()));
            MerkleTree tree =
                    resume.map(c -> MerkleTree.resume(c.count(), c.frontier())).orElseGet(MerkleTree::new);
            store.canonicalAfter(tree.size(), canonical -> tree.append(canonical.getBytes(StandardCharsets.UTF_8)));
            SqliteJournal journal = new SqliteJournal(time, store, checkpoints, keys, tree, publisher, redactor);
            journal.lastCheckpoint = resume.orElse(null);
            // Ends the reads' transaction: a write on top of an old snapshot would be refused by SQLite.
            store.commit();
            journal.writer.start();
            return journal;
        } catch (SQLException e) {
            throw new IOException(
                    "the journal " + files.database() + " cannot be opened: " + e.getMessage()
                            + "; check it with: agentctl audit verify",
                    e);
        }
    }

    @Override
    public CompletableFuture<Committed> submit(Batch batch) {
        return submit(batch, true);
    }

    @Override
    public CompletableFuture<Committed> submitAhead(Batch batch) {
        return submit(batch, false);
    }

    @Override
    public void hurry() {
        queue.hurry();
    }

    private CompletableFuture<Committed> submit(Batch batch, boolean wakes) {
        JournalFailedException failed = failure;
        if (failed != null) {
            return CompletableFuture.failedFuture(failed);
        }
        CompletableFuture<Committed> done = new CompletableFuture<>();
        try {
            enqueue(new Work.Write(Encoded.of(batch, redactor.get()), done), wakes);
        } catch (IllegalArgumentException e) {
            done.completeExceptionally(e);
        }
        return done;
    }

    private void enqueue(Work work, boolean wakes) {
        queue.add(work, wakes);
        if (failure != null && queue.remove(work)) {
            // The writer has ended; nobody else would answer this one.
            refuse(work);
        }
    }

    @Override
    public Committed commit(Batch batch) {
        return joined(submit(batch));
    }

    private static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof JournalFailedException failed) {
                throw failed;
            }
            throw e;
        }
    }

    @Override
    public List<StateDocument> state(String kind) {
        return store.read(reader -> reader.state(kind));
    }

    @Override
    public List<Recorded> read(long after, int limit) {
        return durable(store.read(reader -> reader.events(after, limit)));
    }

    /** Events that match, newest first. Empty filters match everything; {@code text} is searched in payloads. */
    public List<Recorded> search(String agent, String kindPrefix, String text, long before, int limit) {
        return durable(store.read(reader -> reader.search(agent, kindPrefix, text, before, limit)));
    }

    /** A reader sees what was committed a moment before it is flushed. */
    private List<Recorded> durable(List<Recorded> found) {
        long known = head;
        return found.stream().filter(record -> record.seq() <= known).toList();
    }

    /** The canonical text of every record up to {@code count}, oldest first. */
    public List<String> canonicalUpTo(long count) {
        return store.read(reader -> reader.canonicalUpTo(count));
    }

    @Override
    public long head() {
        return head;
    }

    /** The hash of the newest durable record. */
    public String headHash() {
        return headHash;
    }

    public AuditKeys keys() {
        return keys;
    }

    public Optional<Checkpoint> lastCheckpoint() {
        return Optional.ofNullable(lastCheckpoint);
    }

    /** Why the journal takes no more writes, if so. */
    public Optional<JournalFailedException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Signs a checkpoint over everything that was submitted before; empty when nothing is new. */
    public Optional<Checkpoint> checkpointNow() {
        CompletableFuture<Optional<Checkpoint>> done = new CompletableFuture<>();
        enqueue(new Work.SignNow(done), true);
        return joined(done);
    }

    /** Writes what is queued, signs a last checkpoint and closes the files. */
    @Override
    public void close() {
        queue.add(new Work.Stop(), true);
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    private void run() {
        List<Work> group = new ArrayList<>(MAX_GROUP);
        try {
            boolean open = true;
            while (open) {
                queue.take(group, MAX_GROUP, AT_THE_LATEST);
                if (!group.isEmpty()) {
                    open = process(group);
                    group.clear();
                }
                if (checkpointIsDue()) {
                    sign();
                }
            }
        } catch (InterruptedException e) {
            fail(e);
        } catch (IOException | SQLException | RuntimeException e) {
            fail(e);
            group.forEach(this::refuse);
        } finally {
            drainRefused();
            stopped.countDown();
        }
    }

    private boolean process(List<Work> group) throws SQLException, IOException {
        List<Work.Write> writes = new ArrayList<>();
        for (Work work : group) {
            if (work instanceof Work.Write write) {
                writes.add(write);
            }
        }
        if (!writes.isEmpty()) {
            write(writes);
        }
        boolean open = true;
        for (Work work : group) {
            if (work instanceof Work.SignNow sign) {
                sign.done().complete(sign());
            } else if (work instanceof Work.Stop) {
                sign();
                open = false;
            }
        }
        return open;
    }

    private void write(List<Work.Write> writes) throws SQLException, IOException {
        List<Recorded> published = new ArrayList<>();
        List<Committed> results = new ArrayList<>();
        List<String> leaves = new ArrayList<>();
        long seq = head;
        String prev = headHash;
        store.begin();
        for (Work.Write write : writes) {
            long first = seq + 1;
            Batch batch = write.batch().batch();
            for (int i = 0; i < batch.events().size(); i++) {
                Event event = batch.events().get(i);
                seq++;
                var now = time.now();
                String payload = write.batch().payloads().get(i);
                AuditRecord record = new AuditRecord(
                        seq,
                        now.toString(),
                        event.kind(),
                        event.agent(),
                        event.run(),
                        batch.trace().correlation(),
                        Digests.sha256Hex(payload.getBytes(StandardCharsets.UTF_8)),
                        prev);
                String canonical = record.canonical();
                prev = AuditRecord.hashOf(canonical);
                store.insert(record, canonical, prev, payload);
                leaves.add(canonical);
                published.add(new Recorded(
                        seq,
                        now,
                        event.kind(),
                        event.agent(),
                        event.run(),
                        record.correlation(),
                        write.batch().data().get(i)));
            }
            for (int i = 0; i < batch.changes().size(); i++) {
                switch (batch.changes().get(i)) {
                    case StateChange.Put put ->
                        store.put(
                                put.kind(), put.key(), write.batch().documents().get(i));
                    case StateChange.Remove remove -> store.remove(remove.kind(), remove.key());
                }
            }
            results.add(new Committed(first, seq));
        }
        store.commit();
        head = seq;
        headHash = prev;
        leaves.forEach(leaf -> tree.append(leaf.getBytes(StandardCharsets.UTF_8)));
        for (int i = 0; i < writes.size(); i++) {
            writes.get(i).done().complete(results.get(i));
        }
        publisher.accept(published);
    }

    private boolean checkpointIsDue() {
        Checkpoint last = lastCheckpoint;
        long covered = last == null ? 0 : last.count();
        if (head == covered) {
            uncheckpointedSince = time.nanos();
            return false;
        }
        return head - covered >= CHECKPOINT_RECORDS || time.nanos() - uncheckpointedSince >= CHECKPOINT_TIME.toNanos();
    }

    private Optional<Checkpoint> sign() throws IOException {
        Checkpoint last = lastCheckpoint;
        if (head == 0 || (last != null && last.count() == head)) {
            return Optional.empty();
        }
        Checkpoint checkpoint =
                Checkpoint.sign(time.now().toString(), head, headHash, tree, keys.keyId(), keys.privateKey());
        checkpointFile.append(checkpoint);
        lastCheckpoint = checkpoint;
        uncheckpointedSince = time.nanos();
        return Optional.of(checkpoint);
    }

    private void fail(Exception cause) {
        failure = new JournalFailedException(
                "the journal " + store.file() + " cannot be written: " + cause.getMessage()
                        + "; nothing after record " + head
                        + " was accepted. Free space or repair the disk, then restart agentd",
                cause);
        store.rollbackQuietly();
        System.getLogger(SqliteJournal.class.getName()).log(System.Logger.Level.ERROR, failure.getMessage());
    }

    private void drainRefused() {
        if (failure == null) {
            failure = new JournalFailedException("the journal is closed", new IllegalStateException("closed"));
        }
        queue.drain().forEach(this::refuse);
    }

    private void refuse(Work work) {
        JournalFailedException failed = failure;
        if (failed == null) {
            return;
        }
        switch (work) {
            case Work.Write write -> write.done().completeExceptionally(failed);
            case Work.SignNow sign -> sign.done().completeExceptionally(failed);
            case Work.Stop _ -> {}
        }
    }
}

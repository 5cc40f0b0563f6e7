package dev.agentos.domain.audit;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks a trail without trusting the service that wrote it. Feed every stored record in stored order, then
 * {@link #finish}. Finds and locates altered, inserted, missing, swapped and rewritten records, altered payloads, and,
 * against the checkpoints, a cut tail and a trail rewritten as a whole.
 */
public final class AuditVerifier {

    /** At most this many findings are kept; the count goes on. */
    public static final int MAX_FINDINGS = 100;

    /** A record as the store holds it. {@code row} is the store's own position, {@code payload} may be deleted. */
    public record Stored(long row, String canonical, String hash, Optional<String> payload) {}

    /** One thing that is wrong, and at which record. */
    public record Finding(long seq, String code, String message) {}

    /** The result of a verification. */
    public sealed interface Outcome {
        /** Everything fits. {@code uncovered} records are newer than the newest checkpoint. */
        record Verified(long records, String head, String root, int checkpoints, long uncovered, long payloadsDeleted)
                implements Outcome {}

        record Broken(long records, List<Finding> findings, long findingsInAll) implements Outcome {
            public Broken {
                findings = List.copyOf(findings);
            }
        }
    }

    private final List<Finding> findings = new ArrayList<>();
    private final Deque<Checkpoint> pending = new ArrayDeque<>();
    private final MerkleTree tree = new MerkleTree();
    private final int checkpoints;
    private long findingsInAll;
    private long lastSeq;
    private String lastHash = AuditRecord.GENESIS;
    private long lastCheckpointCount;
    private long payloadsDeleted;
    private boolean treeUsable = true;

    /** @param checkpointLines lines of the second place, oldest first; their signatures are checked with {@code key} */
    public AuditVerifier(List<String> checkpointLines, PublicKey key) {
        int good = 0;
        List<Checkpoint> parsed = new ArrayList<>();
        for (int i = 0; i < checkpointLines.size(); i++) {
            try {
                Checkpoint checkpoint = Checkpoint.parse(checkpointLines.get(i));
                if (!checkpoint.line().equals(checkpointLines.get(i))) {
                    find(0, "checkpoint.altered", "checkpoint line " + (i + 1) + " is not in canonical form");
                } else if (!checkpoint.isSignedBy(key)) {
                    find(
                            checkpoint.count(),
                            "checkpoint.signature",
                            "checkpoint line " + (i + 1) + " is not signed by the audit key");
                } else {
                    parsed.add(checkpoint);
                    good++;
                }
            } catch (IllegalArgumentException e) {
                find(0, "checkpoint.altered", "checkpoint line " + (i + 1) + ": " + e.getMessage());
            }
        }
        parsed.sort(Comparator.comparingLong(Checkpoint::count));
        pending.addAll(parsed);
        checkpoints = good;
    }

    /** Checks the next stored record. */
    public void accept(Stored stored) {
        Optional<Fields> fields = parse(stored);
        String hash = AuditRecord.hashOf(stored.canonical());
        long seq = fields.map(Fields::seq).orElse(stored.row());
        long expected = lastSeq + 1;

        if (!hash.equals(stored.hash())) {
            find(
                    stored.row(),
                    "record.altered",
                    "record " + stored.row() + " is altered: its bytes do not have its hash");
        }
        if (fields.isPresent() && seq != stored.row()) {
            find(
                    stored.row(),
                    "record.moved",
                    "record " + stored.row() + " says that it is record " + seq + ": swapped, inserted or renumbered");
        }
        if (stored.row() > expected) {
            find(
                    expected,
                    "record.missing",
                    stored.row() == expected + 1
                            ? "record " + expected + " is missing"
                            : "records " + expected + " to " + (stored.row() - 1) + " are missing");
        } else if (stored.row() < expected) {
            find(stored.row(), "record.order", "record " + stored.row() + " stands after record " + lastSeq);
        }
        if (fields.isPresent()
                && stored.row() == expected
                && !fields.get().prev().equals(lastHash)) {
            find(
                    stored.row(),
                    "chain.broken",
                    stored.row() == 1
                            ? "record 1 does not start the chain"
                            : "record " + stored.row() + " does not follow from record " + lastSeq
                                    + ": one of the two was rewritten or inserted");
        }
        fields.ifPresent(f -> checkPayload(stored, f));

        tree.append(stored.canonical().getBytes(StandardCharsets.UTF_8));
        treeUsable &= stored.row() == expected;
        lastSeq = Math.max(lastSeq, stored.row());
        lastHash = stored.hash();
        checkCheckpoints(hash);
    }

    private void checkPayload(Stored stored, Fields fields) {
        if (stored.payload().isEmpty()) {
            payloadsDeleted++;
        } else if (!Digests.sha256Hex(stored.payload().get().getBytes(StandardCharsets.UTF_8))
                .equals(fields.payloadDigest())) {
            find(stored.row(), "payload.altered", "the payload of record " + stored.row() + " is altered");
        }
    }

    private void checkCheckpoints(String hash) {
        while (!pending.isEmpty() && pending.peek().count() <= lastSeq) {
            Checkpoint checkpoint = pending.remove();
            if (checkpoint.count() != lastSeq || !treeUsable) {
                continue;
            }
            if (!checkpoint.head().equals(hash) || !checkpoint.root().equals(tree.root())) {
                find(
                        lastSeq,
                        "checkpoint.mismatch",
                        "the trail up to record " + lastSeq + " is not the one that was signed at " + checkpoint.time()
                                + ": a record between " + (lastCheckpointCount + 1) + " and " + lastSeq
                                + " was rewritten");
            } else {
                lastCheckpointCount = lastSeq;
            }
        }
    }

    /** The result over everything that was fed. */
    public Outcome finish() {
        Optional<Checkpoint> newest = Optional.ofNullable(pending.peekLast());
        newest.ifPresent(checkpoint -> find(
                lastSeq,
                "tail.cut",
                "the tail is cut: " + checkpoint.count() + " records were signed at " + checkpoint.time() + ", "
                        + lastSeq + " are here; records " + (lastSeq + 1) + " to " + checkpoint.count()
                        + " are missing"));
        if (findingsInAll > 0) {
            return new Outcome.Broken(lastSeq, findings, findingsInAll);
        }
        return new Outcome.Verified(
                lastSeq, lastHash, tree.root(), checkpoints, lastSeq - lastCheckpointCount, payloadsDeleted);
    }

    /** Adds a finding of the reader itself, for example a page that the store cannot read. */
    public void find(long seq, String code, String message) {
        findingsInAll++;
        if (findings.size() < MAX_FINDINGS) {
            findings.add(new Finding(seq, code, message));
        }
    }

    /** The last record that was fed. */
    public long lastSeq() {
        return lastSeq;
    }

    private record Fields(long seq, String prev, String payloadDigest) {}

    private Optional<Fields> parse(Stored stored) {
        Optional<Fields> fields = Optional.empty();
        try {
            if (Json.parse(stored.canonical()) instanceof Map<?, ?> map
                    && map.get("seq") instanceof Long seq
                    && map.get("prev") instanceof String prev
                    && map.get("payload_sha256") instanceof String digest
                    && CanonicalJson.write(map).equals(stored.canonical())) {
                fields = Optional.of(new Fields(seq, prev, digest));
            }
        } catch (JsonFormatException | IllegalArgumentException e) {
            // The parser's own words add nothing an auditor can use: the record's place is what counts.
            fields = Optional.empty();
        }
        if (fields.isEmpty()) {
            find(
                    stored.row(),
                    "record.altered",
                    "record " + stored.row() + " is altered: not a canonical audit record");
        }
        return fields;
    }
}

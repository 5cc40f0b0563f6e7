package dev.agentos.domain.audit;

import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.audit.AuditVerifier.Stored;
import dev.agentos.domain.json.Digests;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A trail as a store holds it, with checkpoints: honest when made, to be damaged by tests. */
record Trail(List<Stored> records, List<String> checkpoints) {

    static final KeyPair KEY = key();

    Trail {
        records = List.copyOf(records);
        checkpoints = List.copyOf(checkpoints);
    }

    static KeyPair key() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An honest trail of {@code size} records, signed after each of the counts. */
    static Trail of(int size, Integer... signedAfter) {
        return of(size, "", signedAfter);
    }

    /** The same with other payloads: what a forger with the whole trail in hand would write. */
    static Trail of(int size, String flavour, Integer... signedAfter) {
        List<Stored> records = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        MerkleTree tree = new MerkleTree();
        String prev = AuditRecord.GENESIS;
        for (int seq = 1; seq <= size; seq++) {
            String payload = "{\"n\":" + seq + ",\"text\":\"" + flavour + "payload\"}";
            String canonical = new AuditRecord(
                            seq,
                            "2026-03-01T00:00:%02dZ".formatted(seq % 60),
                            "effect.finished",
                            "agent-a-001",
                            "agent-a-001.1",
                            "c" + seq,
                            Digests.sha256Hex(payload),
                            prev)
                    .canonical();
            prev = AuditRecord.hashOf(canonical);
            records.add(new Stored(seq, canonical, prev, Optional.of(payload)));
            tree.append(canonical.getBytes(StandardCharsets.UTF_8));
            if (List.of(signedAfter).contains(seq)) {
                lines.add(Checkpoint.sign("t" + seq, seq, prev, tree, "key", KEY.getPrivate())
                        .line());
            }
        }
        return new Trail(records, lines);
    }

    Outcome verify() {
        AuditVerifier verifier = new AuditVerifier(checkpoints, KEY.getPublic());
        records.forEach(verifier::accept);
        return verifier.finish();
    }

    Trail with(int index, Stored record) {
        List<Stored> next = new ArrayList<>(records);
        next.set(index, record);
        return new Trail(next, checkpoints);
    }

    Trail without(int index) {
        List<Stored> next = new ArrayList<>(records);
        next.remove(index);
        return new Trail(next, checkpoints);
    }

    Trail cutTo(int size) {
        return new Trail(records.subList(0, size), checkpoints);
    }

    /** These records with the checkpoints of another trail. */
    Trail under(Trail other) {
        return new Trail(records, other.checkpoints);
    }
}

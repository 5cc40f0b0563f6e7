package dev.agentos.domain.audit;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One record of the audit trail. It names the digest of its payload, not the payload, so that retention can delete
 * payloads without breaking the chain. The record's own bytes are its RFC 8785 form; its hash is SHA-256 over them,
 * and {@code prev} is the hash of the record before it (64 zeros for the first).
 */
public record AuditRecord(
        long seq,
        String time,
        String kind,
        String agent,
        String run,
        String correlation,
        String payloadDigest,
        String prev) {

    /** The {@code prev} of record 1. */
    public static final String GENESIS = "0".repeat(64);

    /** The record as canonical JSON: what is hashed, stored and exported. */
    public String canonical() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("v", 1L);
        map.put("seq", seq);
        map.put("time", time);
        map.put("kind", kind);
        map.put("agent", agent);
        map.put("run", run);
        map.put("correlation", correlation);
        map.put("payload_sha256", payloadDigest);
        map.put("prev", prev);
        return CanonicalJson.write(map);
    }

    /** SHA-256 of a record's canonical text, in hexadecimal. */
    public static String hashOf(String canonical) {
        return Digests.sha256Hex(canonical.getBytes(StandardCharsets.UTF_8));
    }
}

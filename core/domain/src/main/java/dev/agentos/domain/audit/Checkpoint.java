package dev.agentos.domain.audit;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A signed statement about the trail at one moment: how many records it had, the hash of the last and the Merkle root
 * over all. Kept apart from the trail, it shows a cut tail, which the chain alone cannot.
 *
 * @param frontier the Merkle frontier at {@code count}, so that the tree goes on without reading every record again
 * @param signature Ed25519 over the canonical form of all other fields, Base64; empty before signing
 */
public record Checkpoint(
        String time, long count, String head, String root, List<String> frontier, String keyId, String signature) {

    public Checkpoint {
        frontier = List.copyOf(frontier);
    }

    /** A checkpoint signed with {@code key}. */
    public static Checkpoint sign(String time, long count, String head, MerkleTree tree, String keyId, PrivateKey key) {
        Checkpoint unsigned = new Checkpoint(time, count, head, tree.root(), tree.frontier(), keyId, "");
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(unsigned.signedBytes());
            return new Checkpoint(
                    time,
                    count,
                    head,
                    unsigned.root,
                    unsigned.frontier,
                    keyId,
                    Base64.getEncoder().encodeToString(signer.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the audit key cannot sign with Ed25519", e);
        }
    }

    /** Whether the signature is by the owner of {@code key}. */
    public boolean isSignedBy(PublicKey key) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(signedBytes());
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** One line of canonical JSON, as kept in the second place. */
    public String line() {
        Map<String, Object> map = toMap();
        map.put("signature", signature);
        return CanonicalJson.write(map);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException when the line is not a checkpoint
     */
    public static Checkpoint parse(String line) {
        Object value;
        try {
            value = Json.parse(line);
        } catch (dev.agentos.domain.json.JsonFormatException e) {
            throw new IllegalArgumentException("not a checkpoint: " + e.getMessage(), e);
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("not a checkpoint: expected an object");
        }
        Object count = map.get("count");
        Object frontier = map.get("frontier");
        if (!(count instanceof Long n) || !(frontier instanceof List<?> hashes)) {
            throw new IllegalArgumentException("not a checkpoint: count or frontier is missing");
        }
        return new Checkpoint(
                text(map, "time"),
                n,
                text(map, "head"),
                text(map, "root"),
                hashes.stream().map(String::valueOf).toList(),
                text(map, "key_id"),
                text(map, "signature"));
    }

    private static String text(Map<?, ?> map, String name) {
        if (map.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("not a checkpoint: \"" + name + "\" is missing");
    }

    private byte[] signedBytes() {
        return CanonicalJson.write(toMap()).getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("v", 1L);
        map.put("time", time);
        map.put("count", count);
        map.put("head", head);
        map.put("root", root);
        map.put("frontier", frontier);
        map.put("key_id", keyId);
        return map;
    }
}

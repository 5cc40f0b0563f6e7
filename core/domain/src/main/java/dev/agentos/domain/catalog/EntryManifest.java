package dev.agentos.domain.catalog;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The signed list of an entry's files: an Ed25519 signature over the RFC 8785 canonical JSON of name, version and the
 * SHA-256 of every file. What is not on the list does not belong to the entry.
 *
 * @param files SHA-256 in hexadecimal by path, sorted
 * @param key id of the key that signed
 * @param signature base64
 */
public record EntryManifest(
        String name, EntryVersion version, Map<String, String> files, String key, String signature) {

    /** The file beside the others that holds this. */
    public static final String FILE = "manifest.json";

    public EntryManifest {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
    }

    /** What the check of an entry found. */
    public sealed interface Verdict {
        /** Every byte is what somebody trusted signed. */
        record Trusted(String key, String signer) implements Verdict {}

        record Refused(String code, String reason, String next) implements Verdict {}
    }

    /** The short id of a key: the first half of the SHA-256 of its X.509 form. */
    public static String keyId(PublicKey key) {
        return "ed25519:" + Digests.sha256Hex(key.getEncoded()).substring(0, 32);
    }

    private static byte[] signed(String name, EntryVersion version, Map<String, String> files, String key) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("apiVersion", CatalogEntry.API_VERSION);
        body.put("name", name);
        body.put("version", version.toString());
        body.put("files", files);
        body.put("key", key);
        return CanonicalJson.bytes(body);
    }

    /** Signs a list of files. */
    public static EntryManifest sign(
            String name, EntryVersion version, Map<String, String> files, PublicKey publicKey, PrivateKey privateKey)
            throws GeneralSecurityException {
        Map<String, String> sorted = new TreeMap<>(files);
        String id = keyId(publicKey);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(privateKey);
        signature.update(signed(name, version, sorted, id));
        return new EntryManifest(name, version, sorted, id, Base64.getEncoder().encodeToString(signature.sign()));
    }

    /** The manifest as the text of its file. */
    public String json() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("apiVersion", CatalogEntry.API_VERSION);
        map.put("name", name);
        map.put("version", version.toString());
        map.put("files", files);
        map.put("key", key);
        map.put("signature", signature);
        return CanonicalJson.write(map) + "\n";
    }

    /** Reads a manifest's text; empty when it is none. */
    public static Optional<EntryManifest> parse(String text) {
        try {
            if (!(Json.parse(text) instanceof Map<?, ?> map)
                    || !CatalogEntry.API_VERSION.equals(map.get("apiVersion"))
                    || !(map.get("name") instanceof String name)
                    || !(map.get("version") instanceof String version)
                    || !(map.get("files") instanceof Map<?, ?> files)
                    || !(map.get("key") instanceof String key)
                    || !(map.get("signature") instanceof String signature)
                    || EntryVersion.of(version).isEmpty()) {
                return Optional.empty();
            }
            Map<String, String> digests = new TreeMap<>();
            files.forEach((path, digest) -> digests.put(String.valueOf(path), String.valueOf(digest)));
            return EntryVersion.of(version).map(of -> new EntryManifest(name, of, digests, key, signature));
        } catch (JsonFormatException e) {
            return Optional.empty();
        }
    }

    /** A key that the operator trusts, under the name that was given to it. */
    public record TrustedKey(String name, PublicKey key) {}

    /**
     * Checks an entry.
     *
     * @param found the files that are there, with the SHA-256 of each, without the manifest itself
     * @param trusted by key id
     */
    public Verdict verify(Map<String, String> found, Map<String, TrustedKey> trusted) {
        TrustedKey signer = trusted.get(key);
        if (signer == null) {
            return new Verdict.Refused(
                    "catalog.unknown-key",
                    "it is signed by " + key + ", which nobody here trusts",
                    "if you know whose key it is: agentctl catalog trust add NAME FILE");
        }
        if (!isSignedBy(signer.key())) {
            return new Verdict.Refused(
                    "catalog.signature",
                    "the signature does not fit the list of files: the list was changed after " + signer.name()
                            + " signed it",
                    "get the entry again from where it came from");
        }
        for (Map.Entry<String, String> file : files.entrySet()) {
            String digest = found.get(file.getKey());
            if (digest == null) {
                return tampered(file.getKey() + " is missing", signer);
            }
            if (!digest.equals(file.getValue())) {
                return tampered(file.getKey() + " was changed", signer);
            }
        }
        for (String path : found.keySet()) {
            if (!files.containsKey(path)) {
                return tampered(path + " was added", signer);
            }
        }
        return new Verdict.Trusted(key, signer.name());
    }

    private static Verdict tampered(String what, TrustedKey signer) {
        return new Verdict.Refused(
                "catalog.tampered",
                what + " after " + signer.name() + " signed the entry",
                "get the entry again from where it came from");
    }

    private boolean isSignedBy(PublicKey publicKey) {
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(publicKey);
            check.update(signed(name, version, files, key));
            return check.verify(Base64.getDecoder().decode(signature.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}

package dev.agentos.tui.audit;

import dev.agentos.domain.audit.AuditVerifier;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The small reader beside the service: checks a trail in a state directory or in an exported file, with nothing running
 * and nothing written.
 */
public final class OfflineAudit {

    private static final int PROGRESS_EVERY = 5_000;

    /**
     * What a check found.
     *
     * @param keyId the first 16 hexadecimal digits of SHA-256 over the public key; empty when there was none
     */
    public record Checked(String source, String keyId, Outcome outcome) {
        public boolean isVerified() {
            return outcome instanceof Outcome.Verified;
        }
    }

    private OfflineAudit() {}

    /**
     * Checks a state directory, a journal file or an exported file.
     *
     * @param key the public key to trust, if not the one beside the trail
     * @param progress told how many records were read, now and then
     * @throws IOException when there is no trail there
     */
    public static Checked check(Path place, Optional<Path> key, LongConsumer progress) throws IOException {
        try (TrailSource source = source(place, key)) {
            Optional<PublicKey> publicKey = Optional.empty();
            String trouble = "";
            try {
                publicKey = source.publicKey().map(OfflineAudit::key);
            } catch (IllegalArgumentException e) {
                trouble = String.valueOf(e.getMessage());
            }
            List<String> checkpoints = source.checkpoints();
            AuditVerifier verifier = publicKey.isPresent()
                    ? new AuditVerifier(checkpoints, publicKey.get())
                    : new AuditVerifier(List.of(), anyKey());
            if (publicKey.isEmpty()) {
                verifier.find(
                        0,
                        "key.missing",
                        trouble.isEmpty()
                                ? "there is no public key, so no checkpoint can be trusted"
                                : "the public key cannot be read: " + trouble);
            }
            long[] count = {0};
            source.read(
                    record -> {
                        verifier.accept(record);
                        if (++count[0] % PROGRESS_EVERY == 0) {
                            progress.accept(count[0]);
                        }
                    },
                    verifier::find);
            return new Checked(source.name(), publicKey.map(OfflineAudit::keyId).orElse(""), verifier.finish());
        }
    }

    /** Writes the trail of a state directory as one file. */
    public static long export(Path place, Optional<Path> key, Path target) throws IOException {
        try (TrailSource source = source(place, key)) {
            return BundleSource.write(source, target).records();
        }
    }

    private static TrailSource source(Path place, Optional<Path> key) throws IOException {
        if (Files.isDirectory(place)) {
            requireReadable(place.resolve("journal.db"));
            return new JournalSource(place, key);
        }
        requireReadable(place);
        if (BundleSource.isBundle(place)) {
            return new BundleSource(place, key);
        }
        Path directory = Optional.ofNullable(place.toAbsolutePath().getParent()).orElse(Path.of("/"));
        return new JournalSource(
                place,
                directory.resolve("checkpoints").resolve("checkpoints.jsonl"),
                key.orElse(directory.resolve("keys").resolve("audit.pub")));
    }

    private static void requireReadable(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException(
                    (Files.exists(file) ? "this user may not read " : "there is no audit trail at ") + file);
        }
    }

    private static PublicKey key(String base64) {
        try {
            byte[] encoded = Base64.getDecoder().decode(base64);
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** A key that has signed nothing, for a trail that brings none. */
    private static PublicKey anyKey() {
        return key("MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    }

    private static String keyId(PublicKey key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

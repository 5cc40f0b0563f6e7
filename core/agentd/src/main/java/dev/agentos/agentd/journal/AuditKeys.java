package dev.agentos.agentd.journal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** The Ed25519 key that signs checkpoints. Made at first start; the private half is readable by its owner only. */
public record AuditKeys(PrivateKey privateKey, PublicKey publicKey, String keyId) {

    /** Reads the key pair, or makes one where there is none yet. */
    public static AuditKeys loadOrCreate(Path privateFile, Path publicFile) throws IOException {
        try {
            if (!Files.exists(privateFile)) {
                Files.createDirectories(
                        privateFile.getParent(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                // The public half first: a crash between the two leaves no private key, so the next start begins again.
                Files.writeString(
                        publicFile,
                        Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()) + "\n");
                writeSecret(
                        privateFile,
                        Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n");
            }
            KeyFactory factory = KeyFactory.getInstance("Ed25519");
            PrivateKey privateKey = factory.generatePrivate(new PKCS8EncodedKeySpec(decode(privateFile)));
            PublicKey publicKey = factory.generatePublic(new X509EncodedKeySpec(decode(publicFile)));
            return new AuditKeys(privateKey, publicKey, keyId(publicKey));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("the audit key in " + privateFile + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The first 16 hexadecimal digits of SHA-256 over the public key. */
    static String keyId(PublicKey key) throws GeneralSecurityException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
        return HexFormat.of().formatHex(hash, 0, 8);
    }

    private static byte[] decode(Path file) throws IOException {
        return Base64.getDecoder().decode(Files.readString(file).strip());
    }

    private static void writeSecret(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (var channel = Files.newByteChannel(
                fresh,
                java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            if (channel instanceof java.nio.channels.FileChannel written) {
                // Renamed before it is on the disk, a power cut could leave an empty key under the right name.
                written.force(true);
            }
        }
        Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}

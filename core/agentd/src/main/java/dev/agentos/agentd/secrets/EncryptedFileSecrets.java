package dev.agentos.agentd.secrets;

import dev.agentos.domain.port.SecretStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Secrets in files, each sealed with AES-256-GCM under a key that lies in the same folder. The name is part of what is
 * sealed, so that one secret's file cannot be put in the place of another.
 */
public final class EncryptedFileSecrets implements SecretStore {

    private static final String ENDING = ".sealed";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final byte FORMAT = 1;

    private final SealedFiles files;
    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private EncryptedFileSecrets(SealedFiles files, SecretKey key) {
        this.files = files;
        this.key = key;
    }

    /** Opens the folder, making it and its key where there is none. */
    public static EncryptedFileSecrets open(Path folder) throws IOException {
        SealedFiles files = new SealedFiles(folder, ENDING);
        Path keyFile = folder.resolve("key");
        try {
            if (!Files.isRegularFile(keyFile, LinkOption.NOFOLLOW_LINKS)) {
                if (!files.names().isEmpty()) {
                    throw new IOException("the key " + keyFile + " is gone, and the secrets beside it cannot be read"
                            + " without it; put it back from a backup, or remove the *" + ENDING
                            + " files and set the secrets again");
                }
                byte[] fresh = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(fresh);
                files.write(keyFile, fresh);
            }
        } catch (SecretStoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        byte[] bytes = Files.readAllBytes(keyFile);
        if (bytes.length != KEY_BYTES) {
            throw new IOException("the key " + keyFile + " has " + bytes.length + " bytes, not " + KEY_BYTES
                    + "; put it back from a backup");
        }
        return new EncryptedFileSecrets(files, new SecretKeySpec(bytes, "AES"));
    }

    @Override
    public String mechanism() {
        return "encrypted-file";
    }

    @Override
    public String protection() {
        return "AES-256-GCM under a key file beside the state (mode 0600): safe from other users, from a look into"
                + " single files and from a backup that leaves the key out; not from root, nor from whoever can read"
                + " the whole state folder";
    }

    @Override
    public List<String> names() throws SecretStoreException {
        return files.names();
    }

    @Override
    public Optional<byte[]> get(String name) throws SecretStoreException {
        Optional<byte[]> sealed = files.read(name);
        return sealed.isEmpty() ? Optional.empty() : Optional.of(open(name, sealed.get()));
    }

    @Override
    public void put(String name, byte[] value) throws SecretStoreException {
        files.write(name, seal(name, value));
    }

    @Override
    public boolean remove(String name) throws SecretStoreException {
        return files.delete(name);
    }

    private byte[] seal(String name, byte[] value) throws SecretStoreException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] body = cipher(Cipher.ENCRYPT_MODE, name, nonce).doFinal(value);
            byte[] sealed = new byte[1 + NONCE_BYTES + body.length];
            sealed[0] = FORMAT;
            System.arraycopy(nonce, 0, sealed, 1, NONCE_BYTES);
            System.arraycopy(body, 0, sealed, 1 + NONCE_BYTES, body.length);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new SecretStoreException("secret.seal", name + " cannot be sealed", "see the log of agentd");
        }
    }

    private byte[] open(String name, byte[] sealed) throws SecretStoreException {
        try {
            if (sealed.length <= 1 + NONCE_BYTES || sealed[0] != FORMAT) {
                throw new GeneralSecurityException("not a sealed secret of this version");
            }
            byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
            return cipher(Cipher.DECRYPT_MODE, name, nonce)
                    .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new SecretStoreException(
                    "secret.damaged",
                    "the stored secret " + name + " was changed or belongs to another key",
                    "set it again: agentctl secret set " + name);
        }
    }

    private Cipher cipher(int mode, String name, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(("agentos-secret:1:" + name).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}

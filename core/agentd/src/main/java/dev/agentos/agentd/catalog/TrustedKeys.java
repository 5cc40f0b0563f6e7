package dev.agentos.agentd.catalog;

import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.domain.catalog.EntryManifest.TrustedKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys whose signatures count: those of the installation and those that the operator added. */
public final class TrustedKeys {

    private static final String ENDING = ".pub";

    private final Path shipped;
    private final Path own;

    /**
     * @param shipped came with the installation, never written here
     * @param own the operator's
     */
    public TrustedKeys(Path shipped, Path own) throws IOException {
        this.shipped = shipped;
        this.own = Files.createDirectories(
                own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** A key with where it comes from. */
    public record Listed(String name, String id, boolean shipped) {}

    public List<Listed> list() {
        Map<String, Listed> listed = new LinkedHashMap<>();
        read(shipped).forEach((id, key) -> listed.put(id, new Listed(key.name(), id, true)));
        read(own).forEach((id, key) -> listed.putIfAbsent(id, new Listed(key.name(), id, false)));
        return List.copyOf(listed.values());
    }

    /** Every trusted key by its id. */
    public Map<String, TrustedKey> all() {
        Map<String, TrustedKey> keys = new LinkedHashMap<>(read(own));
        keys.putAll(read(shipped));
        return keys;
    }

    /** Reads the text of a public key, X.509 in base64 with or without PEM's lines; empty when it is none. */
    public static Optional<PublicKey> parse(String text) {
        String body = text.lines()
                .filter(line -> !line.startsWith("-----"))
                .reduce("", String::concat)
                .replaceAll("\\s", "");
        try {
            return Optional.of(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(body))));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    void add(String name, PublicKey key) throws IOException {
        Files.writeString(own.resolve(name + ENDING), Base64.getEncoder().encodeToString(key.getEncoded()) + "\n");
    }

    /** Removes a key of the operator's; false when there is none of that name. */
    boolean remove(String name) throws IOException {
        return Files.deleteIfExists(own.resolve(name + ENDING));
    }

    private static Map<String, TrustedKey> read(Path folder) {
        Map<String, TrustedKey> keys = new LinkedHashMap<>();
        if (!Files.isDirectory(folder)) {
            return keys;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) < 4_096) {
                    String name = String.valueOf(file.getFileName());
                    parse(Files.readString(file, StandardCharsets.US_ASCII))
                            .ifPresent(key -> keys.put(
                                    EntryManifest.keyId(key),
                                    new TrustedKey(name.substring(0, name.length() - ENDING.length()), key)));
                }
            }
        } catch (IOException e) {
            System.getLogger(TrustedKeys.class.getName())
                    .log(System.Logger.Level.WARNING, "the keys in " + folder + " cannot be read: " + e.getMessage());
        }
        return keys;
    }
}

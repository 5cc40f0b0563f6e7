package dev.agentos.tui.ctl;

import dev.agentos.domain.catalog.CatalogEntry;
import dev.agentos.domain.catalog.CommandEntry;
import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.domain.catalog.EntryVersion;
import dev.agentos.domain.json.Digests;
import dev.agentos.tui.Exit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Keys and signatures of catalog entries, made here without any service. */
final class EntrySigning {

    private static final int MAX_FILES = 64;

    private EntrySigning() {}

    /** Makes a key pair: {@code FILE} (mode 0600) and {@code FILE.pub}. */
    static String generate(Path file) throws IOException {
        if (Files.exists(file)) {
            throw new CtlException(
                    Exit.FAILED, "key.exists", file + " exists already", file.toString(), "name another file");
        }
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            try (var channel = Files.newByteChannel(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                channel.write(StandardCharsets.US_ASCII.encode(
                        encoded(pair.getPrivate().getEncoded())));
            }
            Files.writeString(publicFile(file), encoded(pair.getPublic().getEncoded()));
            return EntryManifest.keyId(pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Signs a folder: writes its manifest. */
    static EntryManifest sign(Path folder, Path keyFile) throws IOException {
        Path entryFile = folder.resolve("entry.yaml");
        if (!Files.isRegularFile(entryFile)) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "catalog.entry",
                    folder + " has no entry.yaml",
                    folder.toString(),
                    "name the folder of one version of an entry, such as catalog/NAME/1.0.0");
        }
        CatalogEntry entry = switch (CatalogEntry.parse(Files.readString(entryFile), entryFile.toString())) {
            case CatalogEntry.Outcome.Entry read -> read.entry();
            case CatalogEntry.Outcome.Invalid invalid ->
                throw new CtlException(
                        Exit.REFUSED,
                        "catalog.entry",
                        String.join("; ", invalid.problems()),
                        entryFile.toString(),
                        "correct it, then sign again");
        };
        return sign(folder, keyFile, entry.name(), entry.version());
    }

    /** Signs the folder of a command tool: writes its manifest. */
    static EntryManifest signTool(Path folder, Path keyFile) throws IOException {
        Path file = folder.resolve(CommandEntry.FILE);
        if (!Files.isRegularFile(file)) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "tool.manifest",
                    folder + " has no " + CommandEntry.FILE,
                    folder.toString(),
                    "name the folder of a tool");
        }
        return switch (CommandEntry.parse(Files.readString(file), file.toString())) {
            case CommandEntry.Outcome.Entry read ->
                sign(
                        folder,
                        keyFile,
                        read.entry().descriptor().name(),
                        read.entry().version());
            case CommandEntry.Outcome.Invalid invalid ->
                throw new CtlException(
                        Exit.REFUSED,
                        "tool.manifest",
                        String.join("; ", invalid.problems()),
                        file.toString(),
                        "correct it, then sign again");
        };
    }

    private static EntryManifest sign(Path folder, Path keyFile, String name, EntryVersion version) throws IOException {
        try {
            EntryManifest manifest =
                    EntryManifest.sign(name, version, digests(folder), publicKey(keyFile), privateKey(keyFile));
            Files.writeString(folder.resolve(EntryManifest.FILE), manifest.json());
            return manifest;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CtlException(
                    Exit.FAILED,
                    "key.unreadable",
                    keyFile + " and " + publicFile(keyFile) + " are not a pair of Ed25519 keys",
                    keyFile.toString(),
                    "make one: agentctl catalog keygen FILE");
        }
    }

    /** Every file of an entry, by its path below the folder. */
    static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder, 5)) {
            for (Path path : paths.toList()) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
                }
                if (files.size() > MAX_FILES) {
                    throw new CtlException(
                            Exit.REFUSED,
                            "catalog.size",
                            folder + " has more than " + MAX_FILES + " files",
                            folder.toString(),
                            "an entry is a few small files");
                }
            }
        }
        return files;
    }

    private static Map<String, String> digests(Path folder) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        files(folder).forEach((path, content) -> {
            if (!path.equals(EntryManifest.FILE)) {
                digests.put(path, Digests.sha256Hex(content));
            }
        });
        return digests;
    }

    private static Path publicFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".pub");
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(decoded(file)));
    }

    private static PublicKey publicKey(Path file) throws IOException, GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(decoded(publicFile(file))));
    }

    private static byte[] decoded(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "key.no-file",
                    "there is no key " + file,
                    file.toString(),
                    "agentctl catalog keygen FILE");
        }
        return Base64.getDecoder().decode(Files.readString(file).strip());
    }

    private static String encoded(byte[] key) {
        return Base64.getEncoder().encodeToString(key) + "\n";
    }
}

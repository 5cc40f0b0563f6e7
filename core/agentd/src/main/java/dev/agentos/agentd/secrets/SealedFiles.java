package dev.agentos.agentd.secrets;

import dev.agentos.domain.port.SecretStore.SecretStoreException;
import dev.agentos.domain.secret.SecretReferences;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A private folder with one small file for each secret, each replaced as one durable step. */
final class SealedFiles {

    private static final int MAX_FILE = 256 * 1024;

    private final Path folder;
    private final String ending;

    SealedFiles(Path folder, String ending) throws IOException {
        this.folder = Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        this.ending = ending;
    }

    Path folder() {
        return folder;
    }

    List<String> names() throws SecretStoreException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ending)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                String secret = name.substring(0, name.length() - ending.length());
                if (SecretReferences.isName(secret)) {
                    names.add(secret);
                }
            }
        } catch (IOException e) {
            throw broken("cannot be listed", e);
        }
        return List.copyOf(names);
    }

    Optional<byte[]> read(String name) throws SecretStoreException {
        Path file = file(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new IOException("the file is larger than any secret");
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw broken(name + " cannot be read", e);
        }
    }

    void write(String name, byte[] content) throws SecretStoreException {
        write(file(name), content);
    }

    void write(Path file, byte[] content) throws SecretStoreException {
        Path temporary = folder.resolve("." + file.getFileName() + ".new");
        try {
            Files.deleteIfExists(temporary);
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            flush();
        } catch (IOException e) {
            throw broken(file.getFileName() + " cannot be written", e);
        }
    }

    boolean delete(String name) throws SecretStoreException {
        try {
            boolean was = Files.deleteIfExists(file(name));
            flush();
            return was;
        } catch (IOException e) {
            throw broken(name + " cannot be deleted", e);
        }
    }

    private void flush() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path file(String name) throws SecretStoreException {
        if (!SecretReferences.isName(name)) {
            throw new SecretStoreException(
                    "secret.name", "that is no name of a secret", "use a-z, 0-9, '.', '_' and '-', a letter first");
        }
        return folder.resolve(name + ending);
    }

    private SecretStoreException broken(String what, IOException e) {
        return new SecretStoreException(
                "secret.store",
                "the secrets in " + folder + ": " + what + " (" + e.getClass().getSimpleName() + ")",
                "check the disk and the owner of the folder");
    }
}

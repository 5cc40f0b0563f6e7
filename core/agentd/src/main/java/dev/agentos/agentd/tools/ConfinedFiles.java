package dev.agentos.agentd.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * File access on behalf of an agent. Every path is walked from the root directory by descriptor, one component at a
 * time and without following symbolic links, so a link swapped in after the decision leads nowhere.
 */
final class ConfinedFiles {

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private ConfinedFiles() {}

    /** A regular file below a directory. */
    record Entry(Path path, long bytes) {}

    /** The bytes of a regular file, or a FileSystemException when it is larger than {@code limit}. */
    static byte[] read(Path path, long limit) throws IOException {
        try (Directory directory = Directory.open(parent(path))) {
            BasicFileAttributes attributes = directory.attributes(name(path));
            if (!attributes.isRegularFile()) {
                throw new FileSystemException(path.toString(), null, "not a regular file");
            }
            if (attributes.size() > limit) {
                throw new FileSystemException(
                        path.toString(), null, "larger than " + limit + " bytes (" + attributes.size() + ")");
            }
            try (SeekableByteChannel channel = directory.stream().newByteChannel(name(path), READ)) {
                return readAll(channel, limit);
            }
        }
    }

    /** The bytes of the file, or empty where there is none. */
    static Optional<byte[]> readIfPresent(Path path, long limit) throws IOException {
        try {
            return Optional.of(read(path, limit));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static byte[] readAll(SeekableByteChannel channel, long limit) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        while (channel.read(buffer) >= 0) {
            buffer.flip();
            out.write(buffer.array(), 0, buffer.limit());
            buffer.clear();
            if (out.size() > limit) {
                throw new IOException("the file grew beyond " + limit + " bytes while it was read");
            }
        }
        return out.toByteArray();
    }

    /**
     * Writes a file as one step: a new file beside it is written and flushed, then renamed over it, then the
     * directory is flushed. A crash leaves the old content or the new, never a mixture. A file that was there keeps its
     * mode.
     */
    static void replace(Path path, byte[] content, String temporaryName) throws IOException {
        try (Directory directory = Directory.open(parent(path))) {
            Path temporary = Path.of(temporaryName);
            deleteIfPresent(directory, temporary);
            Optional<Set<PosixFilePermission>> mode = directory.modeOf(name(path));
            try (SeekableByteChannel channel = directory.stream()
                    .newByteChannel(
                            temporary,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString(mode.isEmpty() ? "rw-r--r--" : "rw-------")))) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                if (channel instanceof FileChannel file) {
                    file.force(true);
                }
            }
            if (mode.isPresent()) {
                directory.stream()
                        .getFileAttributeView(temporary, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setPermissions(mode.get());
            }
            directory.stream().move(temporary, directory.stream(), name(path));
        }
        flushDirectory(parent(path));
    }

    /** Removes a file; a file that is not there is no error. */
    static void delete(Path path) throws IOException {
        try (Directory directory = Directory.open(parent(path))) {
            deleteIfPresent(directory, name(path));
        }
        flushDirectory(parent(path));
    }

    /** Renames a file within one disk; both folders are reached by descriptor. */
    static void move(Path from, Path to) throws IOException {
        try (Directory source = Directory.open(parent(from));
                Directory target = Directory.open(parent(to))) {
            source.stream().move(name(from), target.stream(), name(to));
        }
        flushDirectory(parent(to));
        flushDirectory(parent(from));
    }

    /** Regular files at or below a path, in the order of their names; symbolic links are left out. */
    static List<Entry> walk(Path root, int limit) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Directory parent = Directory.open(parent(root))) {
            if (parent.attributes(name(root)).isRegularFile()) {
                entries.add(new Entry(root, parent.attributes(name(root)).size()));
                return entries;
            }
        }
        Deque<Path> pending = new ArrayDeque<>(List.of(root));
        while (!pending.isEmpty() && entries.size() < limit) {
            Path folder = pending.removeFirst();
            List<Path> folders = new ArrayList<>();
            try (Directory directory = Directory.open(folder)) {
                List<Path> names = new ArrayList<>();
                directory.stream().forEach(entry -> names.add(entry.getFileName()));
                names.sort(java.util.Comparator.comparing(Path::toString));
                for (Path name : names) {
                    BasicFileAttributes attributes = directory.attributes(name);
                    if (attributes.isRegularFile() && entries.size() < limit) {
                        entries.add(new Entry(folder.resolve(name), attributes.size()));
                    } else if (attributes.isDirectory() && !name.toString().startsWith(".")) {
                        folders.add(folder.resolve(name));
                    }
                }
            }
            for (int i = folders.size() - 1; i >= 0; i--) {
                pending.addFirst(folders.get(i));
            }
        }
        return entries;
    }

    private static void deleteIfPresent(Directory directory, Path name) throws IOException {
        try {
            directory.stream().deleteFile(name);
        } catch (NoSuchFileException e) {
            // That it is gone is what was wanted.
            return;
        }
    }

    private static void flushDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (!path.isAbsolute() || parent == null) {
            throw new FileSystemException(path.toString(), null, "an absolute path to a file is needed");
        }
        return parent;
    }

    private static Path name(Path path) throws IOException {
        Path name = path.getFileName();
        if (name == null) {
            throw new FileSystemException(path.toString(), null, "a path to a file is needed");
        }
        return name;
    }

    /** A directory held open by descriptor. */
    private record Directory(SecureDirectoryStream<Path> stream) implements AutoCloseable {

        @SuppressWarnings("StreamResourceLeak") // The last stream is the result; each one before it is closed here.
        static Directory open(Path path) throws IOException {
            SecureDirectoryStream<Path> current = secure(path.getRoot(), Files.newDirectoryStream(path.getRoot()));
            for (Path component : path) {
                try (SecureDirectoryStream<Path> above = current) {
                    current = above.newDirectoryStream(component, LinkOption.NOFOLLOW_LINKS);
                }
            }
            return new Directory(current);
        }

        private static SecureDirectoryStream<Path> secure(Path path, DirectoryStream<Path> stream) throws IOException {
            if (stream instanceof SecureDirectoryStream<Path> secure) {
                return secure;
            }
            stream.close();
            throw new FileSystemException(path.toString(), null, "this file system cannot be walked by descriptor");
        }

        /** The mode of a regular file; empty where there is none. */
        Optional<Set<PosixFilePermission>> modeOf(Path name) throws IOException {
            try {
                PosixFileAttributes attributes = stream.getFileAttributeView(
                                name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes();
                return attributes.isRegularFile() ? Optional.of(attributes.permissions()) : Optional.empty();
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }

        BasicFileAttributes attributes(Path name) throws IOException {
            return stream.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}

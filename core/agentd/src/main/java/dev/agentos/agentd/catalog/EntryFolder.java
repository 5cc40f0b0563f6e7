package dev.agentos.agentd.catalog;

import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.domain.catalog.EntryManifest.TrustedKey;
import dev.agentos.domain.catalog.EntryManifest.Verdict;
import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of one version of an entry, read once: what is checked is what is used.
 *
 * @param files contents by path below the folder, without links and hidden files
 */
public record EntryFolder(Path folder, Map<String, byte[]> files) {

    static final int MAX_FILES = 64;
    static final int MAX_BYTES = 1024 * 1024;

    public EntryFolder {
        files = new TreeMap<>(files);
    }

    /** Reads a folder; refuses what no entry is: links, too many files, too many bytes. */
    public static EntryFolder read(Path folder) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        collect(folder, folder, files, new long[1]);
        return new EntryFolder(folder, files);
    }

    private static void collect(Path root, Path folder, Map<String, byte[]> files, long[] total) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path path : entries) {
                String name = root.relativize(path).toString();
                if (Files.isSymbolicLink(path)) {
                    throw new IOException(name + " is a link, and an entry has none");
                }
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    if (root.relativize(path).getNameCount() > 4) {
                        throw new IOException(name + " is too deep");
                    }
                    collect(root, path, files, total);
                    continue;
                }
                total[0] += Files.size(path);
                if (files.size() >= MAX_FILES || total[0] > MAX_BYTES) {
                    throw new IOException(
                            "an entry has at most " + MAX_FILES + " files and " + MAX_BYTES / 1024 + " KiB");
                }
                files.put(name, Files.readAllBytes(path));
            }
        }
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(files.get(name)).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** SHA-256 of every file but the one named. */
    public Map<String, String> digestsWithout(String name) {
        Map<String, String> digests = new TreeMap<>();
        files.forEach((path, content) -> {
            if (!path.equals(name)) {
                digests.put(path, Digests.sha256Hex(content));
            }
        });
        return digests;
    }

    /** What the signature of these files is worth: the manifest among them, checked against trusted keys. */
    public Verdict verify(Map<String, TrustedKey> trusted) {
        return text(EntryManifest.FILE)
                .flatMap(EntryManifest::parse)
                .<Verdict>map(manifest -> manifest.verify(digestsWithout(EntryManifest.FILE), trusted))
                .orElse(new Verdict.Refused(
                        "catalog.unsigned",
                        "it has no readable " + EntryManifest.FILE + ", so nobody signed it",
                        "sign it with a key that is trusted here"));
    }

    /** Writes the files to a folder that is there and empty. */
    public void write(Path target) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = target.resolve(file.getKey()).normalize();
            if (!path.startsWith(target) || path.equals(target)) {
                throw new IOException(file.getKey() + " leads out of the folder");
            }
            Files.createDirectories(path.getParent() == null ? target : path.getParent());
            Files.write(path, file.getValue());
        }
    }

    /** Deletes a folder with everything in it; links are deleted and not followed. */
    public static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Folders two levels below a root: {@code NAME/VERSION}. */
    static List<Path> below(Path root) throws IOException {
        List<Path> folders = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return folders;
        }
        for (Path name : directories(root)) {
            if (!String.valueOf(name.getFileName()).equals("trust")) {
                folders.addAll(directories(name));
            }
        }
        return folders;
    }

    private static List<Path> directories(Path folder) throws IOException {
        List<Path> directories = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path path : entries) {
                boolean hidden = String.valueOf(path.getFileName()).startsWith(".");
                if (!hidden && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    directories.add(path);
                }
            }
        }
        directories.sort(null);
        return directories;
    }
}

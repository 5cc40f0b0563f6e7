package dev.agentos.agentd.catalog;

import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of one version of an entry, read once: what is checked is what is used.
 *
 * @param files contents by path below the folder, without links and hidden files
 */
record EntryFolder(Path folder, Map<String, byte[]> files) {

    static final int MAX_FILES = 64;
    static final int MAX_BYTES = 1024 * 1024;

    EntryFolder {
        files = new TreeMap<>(files);
    }

    /** Reads a folder; refuses what no entry is: links, too many files, too many bytes. */
    static EntryFolder read(Path folder) throws IOException {
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

    Optional<String> text(String name) {
        return Optional.ofNullable(files.get(name)).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** SHA-256 of every file but the one named. */
    Map<String, String> digestsWithout(String name) {
        Map<String, String> digests = new TreeMap<>();
        files.forEach((path, content) -> {
            if (!path.equals(name)) {
                digests.put(path, Digests.sha256Hex(content));
            }
        });
        return digests;
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

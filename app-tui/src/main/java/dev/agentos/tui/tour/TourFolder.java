package dev.agentos.tui.tour;

import dev.agentos.bridge.client.EmbeddedAgentd;
import dev.agentos.tui.Exit;
import dev.agentos.tui.ctl.CtlException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The folder that a tour reads: found, looked at, and where agentd's own user cannot read it, copied to where it can. */
final class TourFolder {

    private static final int MOST_FILES = 500;
    private static final long MOST_BYTES = 512 * 1024;

    /** Beside the state of the service, which no agent may see. */
    private static final Path INBOX = Path.of("/var/lib/agentos-inbox");

    private static final String TEXTS = "glob:**.{md,markdown,txt,text,rst,adoc,org,csv,log}";

    private TourFolder() {}

    /** The folder that was named, or the documents that come with the installation. */
    static Path choose(Optional<Path> given, Map<String, String> environment) throws IOException {
        Path folder = given.or(() -> EmbeddedAgentd.home(environment)
                        .map(home -> home.resolve("samples").resolve("city-permits"))
                        .filter(Files::isDirectory))
                .orElse(Path.of("samples", "city-permits"));
        if (!Files.isDirectory(folder)) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "tour.no-folder",
                    "there is no folder " + folder,
                    folder.toString(),
                    "name one with texts in it: agentctl tour --folder DIR");
        }
        Path real = folder.toRealPath();
        if (texts(real).isEmpty()) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "tour.no-texts",
                    "there is no text or Markdown file in " + real,
                    real.toString(),
                    "name a folder with .md or .txt files: agentctl tour --folder DIR");
        }
        return real;
    }

    /** The text files of a folder, at most {@value #MOST_FILES}. */
    static List<Path> texts(Path folder) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher(TEXTS);
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && matcher.matches(file)) {
                    files.add(file);
                }
                return files.size() < MOST_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // What this user cannot read is not part of the tour.
                return FileVisitResult.CONTINUE;
            }
        });
        return files.stream().sorted().toList();
    }

    /**
     * A copy for the user of agentd, when root runs the tour and that user cannot read the folder itself.
     *
     * @param state agentd's state directory, which its user owns
     */
    static Optional<Path> stage(Path folder, Path state, int uid) throws IOException {
        if (uid != 0) {
            return Optional.empty();
        }
        UserPrincipal owner = Files.getOwner(state);
        List<Path> texts = texts(folder);
        if (owner.getName().equals("root") || texts.stream().allMatch(file -> canRead(file, owner))) {
            return Optional.empty();
        }
        Files.createDirectories(INBOX);
        Path target = Files.createTempDirectory(INBOX, "tour-");
        for (Path file : texts) {
            if (Files.size(file) <= MOST_BYTES) {
                Path copy = target.resolve(folder.relativize(file));
                for (Path parent = copy.getParent();
                        parent != null && !Files.exists(parent);
                        parent = parent.getParent()) {
                    Files.createDirectories(parent);
                }
                Files.copy(file, copy);
            }
        }
        give(target, owner);
        return Optional.of(target);
    }

    /** Takes a copy away. */
    static void unstage(Path copy) throws IOException {
        try (var all = Files.walk(copy)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static void give(Path tree, UserPrincipal owner) throws IOException {
        try (var all = Files.walk(tree)) {
            for (Path path : all.toList()) {
                boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(directory ? "rwx------" : "r--------"));
                Files.getFileAttributeView(path, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setOwner(owner);
            }
        }
    }

    /** Whether a user surely can: by ownership or as anybody. Groups and access lists are not asked: a copy is safe. */
    private static boolean canRead(Path file, UserPrincipal user) {
        try {
            if (!has(file, user, PosixFilePermission.OWNER_READ, PosixFilePermission.OTHERS_READ)) {
                return false;
            }
            for (Path parent = file.getParent(); parent != null; parent = parent.getParent()) {
                if (!has(parent, user, PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            // What cannot be found out is answered with no, which only costs a copy.
            return false;
        }
    }

    private static boolean has(Path path, UserPrincipal user, PosixFilePermission own, PosixFilePermission others)
            throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        return Files.getOwner(path).equals(user) ? permissions.contains(own) : permissions.contains(others);
    }
}

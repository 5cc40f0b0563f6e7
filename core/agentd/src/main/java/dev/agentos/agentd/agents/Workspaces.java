package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/** The agents' own folders: {@code ID/workspace} below the service's state, for the service's user only. */
final class Workspaces {

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private Workspaces() {}

    /** Where everything of an agent is: its workspace, its output, its signs of life. */
    private static Path folderOf(AgentRecord agent) {
        Path workspace = Path.of(agent.workspace());
        return Objects.requireNonNull(workspace.getParent(), "a workspace is inside its agent's folder");
    }

    /** Makes the agent's folders where they are not there yet; one that begins gets those that were made before. */
    static void make(AgentRecord agent, SpareFolders spares) {
        if (agent.runNumber() > 1 || !spares.become(folderOf(agent))) {
            make(agent);
        }
    }

    /** Makes the agent's folders where they are not there yet. */
    static void make(AgentRecord agent) {
        Path workspace = Path.of(agent.workspace());
        try {
            makeOne(folderOf(agent));
            makeOne(workspace);
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "workspace.failed",
                    "the workspace " + workspace + " cannot be made: " + e.getMessage(),
                    agent.id(),
                    "check the disk and the owner of the state directory");
        }
    }

    /**
     * What is in a folder.
     *
     * @param bytes the sizes of all files added up, as a listing shows them: a sparse file counts whole, a hard link as
     *     often as it is there
     * @param files everything that has a name, folders too
     * @param unseen folders that could not be looked into, such as one whose whole name is too long to say
     */
    record Taken(long bytes, long files, long unseen) {

        private boolean isWithin(Taken enough) {
            return bytes <= enough.bytes && files <= enough.files && unseen == 0;
        }

        private Taken plus(Taken other) {
            return new Taken(bytes + other.bytes, files + other.files, unseen + other.unseen);
        }
    }

    /** What the agent's folder takes, its output included. Ends early once that is more than {@code enough}. */
    static Taken taken(AgentRecord agent, Taken enough) {
        Deque<Path> folders = new ArrayDeque<>();
        folders.push(folderOf(agent));
        Taken sum = new Taken(0, 0, 0);
        while (!folders.isEmpty() && sum.isWithin(enough)) {
            sum = sum.plus(filesOf(folders.pop(), folders));
        }
        return sum;
    }

    private static Taken filesOf(Path folder, Deque<Path> deeper) {
        long bytes = 0;
        long files = 0;
        long unseen = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(readable(folder))) {
            for (Path entry : entries) {
                try {
                    BasicFileAttributes attributes =
                            Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    files++;
                    if (attributes.isDirectory()) {
                        deeper.push(entry);
                    } else {
                        bytes += attributes.size();
                    }
                } catch (NoSuchFileException e) {
                    System.getLogger(Workspaces.class.getName())
                            .log(System.Logger.Level.TRACE, "removed while it was looked at", e);
                } catch (FileSystemException e) {
                    // It is there, and has no name that a call would take.
                    unseen++;
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new Taken(bytes, files, unseen);
        } catch (IOException | DirectoryIteratorException e) {
            System.getLogger(Workspaces.class.getName())
                    .log(System.Logger.Level.DEBUG, folder + " cannot be measured: " + e.getMessage());
            return new Taken(bytes, files, unseen + 1);
        }
        return new Taken(bytes, files, unseen);
    }

    /** A folder without the owner's permissions would hide what is in it; the owner, who runs this, gives them back. */
    private static Path readable(Path folder) throws IOException {
        if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
            Set<PosixFilePermission> permissions =
                    new HashSet<>(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
            if (permissions.addAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE))) {
                Files.getFileAttributeView(folder, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setPermissions(permissions);
            }
        }
        return folder;
    }

    private static void makeOne(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
        }
    }
}

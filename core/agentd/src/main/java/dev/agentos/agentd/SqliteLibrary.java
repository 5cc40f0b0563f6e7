package dev.agentos.agentd;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where SQLite's driver unpacks its library. It takes it away at an orderly end only, so whoever was killed has left one;
 * in a folder of one service the next start knows whose they are. The folder for sockets would not do: where it is below
 * /run, nothing in it may be mapped as a program on many systems.
 */
final class SqliteLibrary {

    private static final String FOLDER = "org.sqlite.tmpdir";

    private SqliteLibrary() {}

    /**
     * Takes away what others left in a folder and has the library unpacked there. A folder that was named on the command
     * line of the JVM stays the one.
     *
     * @param folder nobody else's while this process has the state directory; made with mode 0700
     */
    static void unpackIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "sqlite-*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
        String named = System.getProperty(FOLDER);
        if (named == null || !Files.isDirectory(Path.of(named))) {
            System.setProperty(FOLDER, folder.toString());
        }
    }
}

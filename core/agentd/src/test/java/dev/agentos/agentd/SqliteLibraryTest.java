package dev.agentos.agentd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLibraryTest {

    private static final String FOLDER = "org.sqlite.tmpdir";

    private final @Nullable String before = System.getProperty(FOLDER);

    @TempDir
    Path directory;

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(FOLDER);
        } else {
            System.setProperty(FOLDER, before);
        }
    }

    @Test
    void whatAKilledServiceLeftIsTakenAwayAndTheNextCopyIsMadeThere() throws IOException {
        System.clearProperty(FOLDER);
        Path folder = directory.resolve("sqlite");
        SqliteLibrary.unpackIn(folder);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals(folder.toString(), System.getProperty(FOLDER));
        Files.writeString(folder.resolve("sqlite-3.1-a-libsqlitejdbc.so"), "the library");
        Files.writeString(folder.resolve("sqlite-3.1-a-libsqlitejdbc.so.lck"), "");
        Path other = Files.writeString(folder.resolve("somebody else's"), "");
        SqliteLibrary.unpackIn(folder);
        try (var left = Files.list(folder)) {
            assertEquals(List.of(other), left.toList());
        }
    }

    @Test
    void aFolderThatWasNamedStaysTheOneWhileItIsThere() throws IOException {
        Path named = Files.createDirectory(directory.resolve("named"));
        System.setProperty(FOLDER, named.toString());
        SqliteLibrary.unpackIn(directory.resolve("sqlite"));
        assertEquals(named.toString(), System.getProperty(FOLDER));
        Files.delete(named);
        SqliteLibrary.unpackIn(directory.resolve("sqlite"));
        assertEquals(directory.resolve("sqlite").toString(), System.getProperty(FOLDER));
    }
}

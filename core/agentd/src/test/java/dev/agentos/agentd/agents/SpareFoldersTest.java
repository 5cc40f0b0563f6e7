package dev.agentos.agentd.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpareFoldersTest {

    @TempDir
    Path agents;

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** Tries until one is there. */
    private static void become(SpareFolders spares, Path folder) throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!spares.become(folder)) {
            assertTrue(System.nanoTime() < deadline, "no spare folder was made");
            Thread.sleep(20);
        }
    }

    @Test
    void theFirstFindsNoneAndALaterOneFindsEverythingThatARunNeeds() throws Exception {
        try (SpareFolders spares = new SpareFolders(agents)) {
            assertFalse(spares.become(agents.resolve("a")));
            assertFalse(Files.exists(agents.resolve("a")));
            become(spares, agents.resolve("b"));
            assertEquals(List.of("1.stderr.log", "1.stdout.log", "workspace"), names(agents.resolve("b")));
            for (String path : List.of("b", "b/workspace")) {
                assertEquals(
                        "rwx------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(agents.resolve(path))));
            }
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(agents.resolve("b/1.stdout.log"))));
        }
        assertEquals(List.of("b"), names(agents), "what nobody took goes");
    }

    @Test
    void whatIsThereIsNotTouched() throws Exception {
        Files.createDirectories(agents.resolve("a/workspace"));
        Files.writeString(agents.resolve("a/workspace/work"), "mine");
        Files.createDirectories(agents.resolve(".spare/half-made"));
        try (SpareFolders spares = new SpareFolders(agents)) {
            become(spares, agents.resolve("b"));
            long deadline = System.nanoTime() + 10_000_000_000L;
            // The next is begun when the one before it can be had.
            while (names(agents.resolve(".spare")).size() < 2) {
                assertTrue(System.nanoTime() < deadline, "no more spare folders were made");
                Thread.sleep(5);
            }
            assertFalse(spares.become(agents.resolve("a")));
            assertEquals("mine", Files.readString(agents.resolve("a/workspace/work")));
        }
        assertEquals(List.of("a", "b"), names(agents), "nor does anything stay of an earlier service");
    }
}

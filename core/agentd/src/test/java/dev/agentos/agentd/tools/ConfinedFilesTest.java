package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfinedFilesTest {

    private static final byte[] OLD = "old".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEW = "new content".getBytes(StandardCharsets.UTF_8);

    private Path root = Path.of("/");

    @BeforeEach
    void realRoot(@TempDir Path directory) throws IOException {
        root = directory.toRealPath();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFileIsReplacedWholeAndNothingIsLeftBesideIt() throws IOException {
        Path file = root.resolve("a.txt");
        ConfinedFiles.replace(file, NEW, ".tmp");
        assertArrayEquals(NEW, Files.readAllBytes(file));
        ConfinedFiles.replace(file, OLD, ".tmp");
        assertArrayEquals(OLD, Files.readAllBytes(file));
        assertEquals(List.of("a.txt"), names());
    }

    @Test
    void aLeftoverOfACrashIsReplaced() throws IOException {
        Files.writeString(root.resolve(".tmp"), "half of what was to be writ");
        ConfinedFiles.replace(root.resolve("a.txt"), NEW, ".tmp");
        assertArrayEquals(NEW, Files.readAllBytes(root.resolve("a.txt")));
        assertEquals(List.of("a.txt"), names());
    }

    @Test
    void aLinkInPlaceOfTheLeftoverIsNotFollowed() throws IOException {
        Path victim = Files.write(root.resolve("victim"), OLD);
        Files.createSymbolicLink(root.resolve(".tmp"), victim);
        ConfinedFiles.replace(root.resolve("a.txt"), NEW, ".tmp");
        assertArrayEquals(OLD, Files.readAllBytes(victim));
        assertArrayEquals(NEW, Files.readAllBytes(root.resolve("a.txt")));
    }

    @Test
    void aReplacedFileKeepsItsMode() throws IOException {
        for (String mode : List.of("rw-------", "rwxr-x---", "rw-rw-r--")) {
            Path file = Files.write(root.resolve("f-" + mode), OLD);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            ConfinedFiles.replace(file, NEW, ".tmp");
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
    }

    @Test
    void readersSeeTheOldContentOrTheNewAndNeverAMixture() throws Exception {
        byte[] a = "a".repeat(200_000).getBytes(StandardCharsets.UTF_8);
        byte[] b = "b".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(root.resolve("a.txt"), a);
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> {
            int reads = 0;
            try {
                do {
                    byte[] seen = Files.readAllBytes(file);
                    assertTrue(java.util.Arrays.equals(seen, a) || java.util.Arrays.equals(seen, b), "a mixture");
                    reads++;
                } while (!done.get());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return reads;
        });
        for (int i = 0; i < 40; i++) {
            ConfinedFiles.replace(file, i % 2 == 0 ? b : a, ".tmp");
        }
        done.set(true);
        assertTrue(reader.get(30, TimeUnit.SECONDS) > 0);
    }

    @Test
    void aLinkAnywhereInThePathLeadsNowhere() throws IOException {
        Path secret = Files.createDirectories(root.resolve("secret"));
        Path hidden = Files.write(secret.resolve("f"), OLD);
        Path link = Files.createSymbolicLink(root.resolve("link"), secret);
        Path fileLink = Files.createSymbolicLink(root.resolve("file-link"), hidden);
        assertThrows(IOException.class, () -> ConfinedFiles.read(link.resolve("f"), 100));
        assertThrows(IOException.class, () -> ConfinedFiles.read(fileLink, 100));
        assertThrows(IOException.class, () -> ConfinedFiles.replace(link.resolve("f"), NEW, ".tmp"));
        assertThrows(IOException.class, () -> ConfinedFiles.replace(link.resolve("new"), NEW, ".tmp"));
        assertThrows(IOException.class, () -> ConfinedFiles.delete(link.resolve("f")));
        assertThrows(IOException.class, () -> ConfinedFiles.walk(link, 10));
        assertArrayEquals(OLD, Files.readAllBytes(hidden));
        try (Stream<Path> inside = Files.list(secret)) {
            assertEquals(List.of(hidden), inside.toList());
        }
    }

    @Test
    void aFileThatIsALinkIsReplacedAndItsGoalIsNot() throws IOException {
        Path victim = Files.write(root.resolve("victim"), OLD);
        Path link = Files.createSymbolicLink(root.resolve("link"), victim);
        ConfinedFiles.replace(link, NEW, ".tmp");
        assertFalse(Files.isSymbolicLink(link));
        assertArrayEquals(OLD, Files.readAllBytes(victim));
    }

    @Test
    void deletingIsOnceAndAgain() throws IOException {
        Path file = Files.write(root.resolve("a.txt"), OLD);
        ConfinedFiles.delete(file);
        ConfinedFiles.delete(file);
        assertEquals(List.of(), names());
    }

    @Test
    void readingIsBoundedAndOnlyOfRegularFiles() throws IOException {
        Path file = Files.write(root.resolve("a.txt"), NEW);
        assertArrayEquals(NEW, ConfinedFiles.read(file, NEW.length));
        assertTrue(String.valueOf(assertThrows(IOException.class, () -> ConfinedFiles.read(file, NEW.length - 1))
                        .getMessage())
                .contains("larger than 10 bytes (11)"));
        assertThrows(IOException.class, () -> ConfinedFiles.read(root, 100));
        assertThrows(IOException.class, () -> ConfinedFiles.read(Path.of("/dev/null"), 100));
        assertThrows(IOException.class, () -> ConfinedFiles.read(Path.of("relative"), 100));
        assertThrows(IOException.class, () -> ConfinedFiles.read(Path.of("/"), 100));
        assertEquals(Optional.empty(), ConfinedFiles.readIfPresent(root.resolve("absent"), 100));
        assertEquals(Optional.empty(), ConfinedFiles.readIfPresent(root.resolve("no/such/folder"), 100));
    }

    @Test
    void walkingIsInOrderWithoutLinksAndHiddenFolders() throws IOException {
        for (String name : List.of("b.txt", "a/2.txt", "a/1.txt", "a/deep/3.txt", ".hidden/x", ".dot")) {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, OLD);
        }
        Files.createSymbolicLink(root.resolve("link"), root.resolve("b.txt"));
        Files.createSymbolicLink(root.resolve("loop"), root);
        List<String> found = ConfinedFiles.walk(root, 100).stream()
                .map(entry -> root.relativize(entry.path()) + " " + entry.bytes())
                .toList();
        assertEquals(List.of(".dot 3", "b.txt 3", "a/1.txt 3", "a/2.txt 3", "a/deep/3.txt 3"), found);
        assertEquals(2, ConfinedFiles.walk(root, 2).size());
        assertEquals(
                List.of(new ConfinedFiles.Entry(root.resolve("b.txt"), 3)),
                ConfinedFiles.walk(root.resolve("b.txt"), 100));
    }
}

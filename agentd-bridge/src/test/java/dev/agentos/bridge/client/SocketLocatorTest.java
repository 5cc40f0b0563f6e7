package dev.agentos.bridge.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.client.SocketLocator.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketLocatorTest {

    @TempDir
    Path directory;

    private Place locate(Map<String, String> environment, int uid) {
        return SocketLocator.locate(Optional.empty(), environment, uid);
    }

    @Test
    void whatIsNamedIsTakenAndNothingIsStartedThere() {
        Place place =
                SocketLocator.locate(Optional.of(Path.of("/a/x.sock")), Map.of("AGENTOS_SOCKET", "/b/y.sock"), 1000);
        assertEquals(Path.of("/a/x.sock"), place.socket());
        assertFalse(place.mayStart());
        assertEquals(
                Path.of("/b/y.sock"),
                locate(Map.of("AGENTOS_SOCKET", "/b/y.sock"), 1000).socket());
    }

    @Test
    void rootTalksToTheSystemsAndNeverStartsOne() {
        Place place = locate(Map.of("XDG_RUNTIME_DIR", directory.toString()), 0);
        assertEquals(Path.of("/run/agentos/agentd.sock"), place.socket());
        assertFalse(place.mayStart());
        assertEquals(Path.of("/var/lib/agentos"), place.state());
    }

    @Test
    void aUsersOwnIsInTheRuntimeDirectory() throws IOException {
        Path own = directory.resolve("agentos");
        Files.createDirectory(own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createFile(own.resolve("agentd.sock"));
        Place place = locate(
                Map.of("XDG_RUNTIME_DIR", directory.toString(), "HOME", "/home/me"),
                SocketLocator.uid() == 0 ? -1 : SocketLocator.uid());
        assertEquals(own.resolve("agentd.sock"), place.socket());
        assertTrue(place.mayStart());
        assertEquals(Path.of("/home/me/.local/state/agentos"), place.state());
    }

    @Test
    void theStateDirectoryFollowsTheEnvironment() {
        assertEquals(Path.of("/s/agentos"), SocketLocator.state(Map.of("XDG_STATE_HOME", "/s"), 1000));
        assertEquals(Path.of("/x"), SocketLocator.state(Map.of("AGENTOS_STATE", "/x"), 0));
    }

    @Test
    void aDirectoryThatIsOpenToOthersIsRefused() throws IOException {
        Path own = Files.createDirectory(directory.resolve("agentos"));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
        UnreachableException e = assertThrows(
                UnreachableException.class, () -> locate(Map.of("XDG_RUNTIME_DIR", directory.toString()), -1));
        assertEquals("chmod 700 " + own, e.next());
    }

    @Test
    void aLinkInTheDirectorysPlaceIsRefused() throws IOException {
        Path real = Files.createDirectory(directory.resolve("real"));
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(directory.resolve("agentos"), real);
        assertThrows(UnreachableException.class, () -> locate(Map.of("XDG_RUNTIME_DIR", directory.toString()), -1));
    }

    @Test
    void aDirectoryOfAnotherUserIsRefused() throws IOException {
        Path own = Files.createDirectory(directory.resolve("agentos"));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
        int somebodyElse = SocketLocator.uid() + 12_345;
        assertThrows(
                UnreachableException.class,
                () -> locate(Map.of("XDG_RUNTIME_DIR", directory.toString()), somebodyElse));
    }
}

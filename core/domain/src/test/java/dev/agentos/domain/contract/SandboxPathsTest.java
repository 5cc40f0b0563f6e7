package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxPathsTest {
    @ParameterizedTest
    @CsvSource({
        "/data, /data",
        "/data/, /data",
        "//data///docs/./x/., /data/docs/x",
        "workspace, /workspace",
        "workspace/out/, /workspace/out",
        "/devices, /devices",
        "/data/..., /data/...",
        "${input.folder}, ${input.folder}",
        "${input.folder}//sub/, ${input.folder}/sub"
    })
    void aPathHasOneSpelling(String path, String normal) {
        assertEquals(
                "",
                SandboxPaths.check(path, SandboxPaths.Kind.DECLARED)
                        .map(Fault::message)
                        .orElse(""));
        assertEquals(normal, SandboxPaths.normalise(path));
        assertEquals(normal, SandboxPaths.normalise(normal));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "data",
                "./data",
                "workspaces",
                "~",
                "~/docs",
                "/",
                "//",
                "/.",
                "/./",
                "..",
                "/..",
                "/data/..",
                "/data/../etc",
                "workspace/../etc",
                "/proc",
                "/proc/1/root",
                "/sys/fs",
                "/dev/mem",
                "/run/docker.sock",
                "/./proc",
                "//dev",
                "/data\u0000x",
                "/data\nx",
                "/data\u007f",
                "/data/${input.x}",
                "${input.x}y",
                "${steps.a.b}",
                "${input.x}/..",
                "${input.x}/${input.y}",
                "${HOME}"
            })
    void aPathThatLeadsElsewhereThanItSaysIsRefused(String path) {
        assertTrue(SandboxPaths.check(path, SandboxPaths.Kind.DECLARED).isPresent(), path);
    }

    @Test
    void aWorkdirIsFixed() {
        assertTrue(SandboxPaths.check("${input.x}", SandboxPaths.Kind.WORKDIR).isPresent());
        assertTrue(SandboxPaths.check("/workspace/x", SandboxPaths.Kind.WORKDIR).isEmpty());
    }

    @Test
    void inputsFillPathsAndAreHeldToTheSameRules() {
        Filesystem paths = new Filesystem(List.of("${input.folder}/in", "/data"), List.of("${input.out}"), List.of());

        assertEquals("[folder, out]", paths.inputs().toString());
        assertEquals(
                new Filesystem(List.of("/home/me/docs/in", "/data"), List.of("/tmp/o"), List.of()),
                paths.withInputs(Map.of("folder", "/home/me/docs/", "out", "/tmp/o")));
        assertEquals(
                "the input \"out\" is missing: it fills the path ${input.out}",
                assertThrows(IllegalArgumentException.class, () -> paths.withInputs(Map.of("folder", "/a")))
                        .getMessage());
        for (String hostile :
                List.of("relative", "/a/../etc", "/", "/proc", "${input.out}", "", "/a\0b", "/a/${input.out}")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> paths.withInputs(Map.of("folder", "/a", "out", hostile)),
                    hostile);
        }
        assertThrows(
                IllegalArgumentException.class, () -> paths.withInputs(Map.of("folder", "/x/..", "out", "/tmp/o")));
    }
}

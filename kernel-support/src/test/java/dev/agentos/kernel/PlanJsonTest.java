package dev.agentos.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PlanJsonTest {

    static Sandbox.Plan plan(String hostname) {
        return new Sandbox.Plan(
                "agent-a-001.2",
                hostname,
                List.of("/bin/sh", "-c", "echo \"hi\""),
                Map.of("PATH", "/usr/bin", "LANG", "C.UTF-8"),
                "/workspace",
                List.of(
                        new Mount.Bind("/usr", "/usr", false),
                        new Mount.Bind("/state/w", "/workspace", true),
                        new Mount.Tmpfs("/tmp", 1024),
                        new Mount.Proc("/proc"),
                        new Mount.Dev("/dev"),
                        new Mount.Symlink("/bin", "usr/bin"),
                        new Mount.File("/etc/hosts", "127.0.0.1 localhost\n")),
                new Sandbox.Stdio(Optional.empty(), "/log/out", "/log/err"),
                new Sandbox.Limits(
                        OptionalLong.of(1 << 20),
                        OptionalLong.of(64),
                        OptionalLong.of(500),
                        OptionalLong.empty(),
                        OptionalLong.empty()));
    }

    /** The wire to the broker, as it was frozen: a change here is a new version of the plan format. */
    @Test
    void aPlanIsWrittenAsTheFormatSays() {
        assertEquals(
                "{\"argv\":[\"/bin/sh\",\"-c\",\"echo \\\"hi\\\"\"],\"env\":{\"LANG\":\"C.UTF-8\",\"PATH\":\"/usr/bin\"},"
                        + "\"gid\":1000,\"hostname\":\"agent-a-001\",\"incarnation\":\"agent-a-001.2\","
                        + "\"limits\":{\"cpu_millis\":500,\"file_bytes\":null,\"memory_bytes\":1048576,"
                        + "\"open_files\":null,\"pids\":64},"
                        + "\"mounts\":[{\"access\":\"read\",\"kind\":\"bind\",\"source\":\"/usr\",\"target\":\"/usr\"},"
                        + "{\"access\":\"write\",\"kind\":\"bind\",\"source\":\"/state/w\",\"target\":\"/workspace\"},"
                        + "{\"kind\":\"tmpfs\",\"size_bytes\":1024,\"target\":\"/tmp\"},"
                        + "{\"kind\":\"proc\",\"target\":\"/proc\"},{\"kind\":\"dev\",\"target\":\"/dev\"},"
                        + "{\"kind\":\"symlink\",\"target\":\"/bin\",\"to\":\"usr/bin\"},"
                        + "{\"content\":\"127.0.0.1 localhost\\n\",\"kind\":\"file\",\"target\":\"/etc/hosts\"}],"
                        + "\"stdio\":{\"stderr\":\"/log/err\",\"stdin\":null,\"stdout\":\"/log/out\"},"
                        + "\"uid\":1000,\"version\":1,\"workdir\":\"/workspace\"}",
                CanonicalJson.write(PlanJson.of(plan("agent-a-001"))));
    }

    /** What version 1 lacks makes a plan of version 2; the rest of it stays as it was. */
    @Test
    void aPlanWithADoorAClassOrAnOwnUserIsWrittenAsVersionTwo() {
        Sandbox.Plan plan = plan("h")
                .withDoors(List.of(new Sandbox.Door(8080, "/state/a/doors/model.sock")))
                .withSchedule(new Sandbox.Schedule.Srt(OptionalLong.of(200), OptionalLong.empty(), OptionalLong.of(9)))
                .withOwnUid();
        String written = CanonicalJson.write(PlanJson.of(plan));
        assertTrue(written.contains("\"version\":2"), written);
        assertTrue(written.contains("\"doors\":[{\"port\":8080,\"socket\":\"/state/a/doors/model.sock\"}]"), written);
        assertTrue(
                written.contains("\"schedule\":{\"burst_us\":9,\"class\":\"srt\",\"slice_us\":null,\"weight\":200}"),
                written);
        assertTrue(written.contains("\"identity\":{\"own_uid\":true}"), written);
        String hrt = CanonicalJson.write(PlanJson.of(plan("h").withSchedule(new Sandbox.Schedule.Hrt(1, 2, 3))));
        assertTrue(hrt.contains("{\"class\":\"hrt\",\"deadline_us\":2,\"period_us\":3,\"runtime_us\":1}"), hrt);
        String dt = CanonicalJson.write(PlanJson.of(plan("h").withSchedule(new Sandbox.Schedule.Dt())));
        assertTrue(dt.contains("\"schedule\":{\"class\":\"dt\"}") && dt.contains("\"version\":2"), dt);
    }

    @Test
    void aLongNameIsCutToAHostNameThatTheKernelTakes() {
        String name = "agent-" + "x".repeat(56) + "-001";
        Object hostname = PlanJson.of(plan(name)).get("hostname");
        assertEquals("agent-" + "x".repeat(56), hostname, "without the dash that would stand at its end");
        assertTrue(name.length() > 63);
        assertEquals("short", PlanJson.of(plan("short")).get("hostname"));
    }

    @Test
    void everyFieldOfThePlanIsInThePublishedSchema() throws Exception {
        String schema = Files.readString(Path.of(System.getProperty("agentos.root", ".."))
                .resolve("kernel-support/native/plan.schema.json")
                .normalize());
        Sandbox.Plan whole = plan("h")
                .withDoors(List.of(new Sandbox.Door(1, "/d/s")))
                .withSchedule(new Sandbox.Schedule.Dt())
                .withOwnUid();
        for (String field : PlanJson.of(whole).keySet()) {
            assertTrue(schema.contains("\"" + field + "\""), field + " is not in plan.schema.json");
        }
        for (String kind : List.of("bind", "tmpfs", "proc", "dev", "symlink", "file")) {
            assertTrue(schema.contains("\"" + kind + "\""), kind);
        }
        assertFalse(schema.isEmpty());
    }
}

package dev.agentos.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.port.Sandbox.Exit;
import dev.agentos.domain.port.Sandbox.Host;
import dev.agentos.domain.port.Sandbox.LimitHits;
import dev.agentos.domain.port.Sandbox.Mechanism;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.Sandbox.SandboxException;
import dev.agentos.domain.port.Sandbox.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepliesTest {

    private static Map<?, ?> json(String text) {
        try {
            if (Json.parse(text) instanceof Map<?, ?> map) {
                return map;
            }
        } catch (JsonFormatException e) {
            throw new IllegalArgumentException(text, e);
        }
        throw new IllegalArgumentException(text);
    }

    @Test
    void anErrorCarriesItsCodeItsStepAndTheKernelsWord() {
        SandboxException e = assertThrows(
                SandboxException.class,
                () -> Replies.okOrThrow(json("{\"err\":{\"code\":\"spawn.failed\",\"step\":\"mount:/usr\","
                        + "\"errno\":\"EPERM\",\"message\":\"no\"}}")));
        assertEquals("spawn.failed", e.code());
        assertEquals("mount:/usr", e.step());
        assertEquals("no (EPERM)", e.getMessage());
        SandboxException bare = assertThrows(
                SandboxException.class,
                () -> Replies.okOrThrow(
                        json("{\"err\":{\"code\":\"busy\",\"step\":null,\"errno\":null,\"message\":\"m\"}}")));
        assertEquals("m", bare.getMessage());
        assertEquals("", bare.step());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"ok\":null}", "{\"ok\":[]}", "{\"err\":\"text\"}", "{\"ok\":true}", "{\"id\":1}"})
    void anAnswerThatIsNeitherIsAnErrorOfTheProtocol(String text) {
        assertEquals(
                "sandbox.protocol",
                assertThrows(SandboxException.class, () -> Replies.okOrThrow(json(text)))
                        .code());
    }

    @Test
    void theHostIsReadAsItWasProbed() {
        assertEquals(
                new Host(
                        "1.0",
                        "privileged",
                        List.of(new Mechanism("landlock", true, "ABI 5"), new Mechanism("x", false, "no such thing"))),
                Replies.host(json("""
                        {"version":"1.0","mode":"privileged","mechanisms":[
                          {"name":"landlock","available":true,"detail":"ABI 5"},
                          {"name":"x","available":false,"detail":"no such thing"}]}
                        """)));
    }

    @Test
    void aReceiptIsReadLineByLine() {
        Receipt receipt = Replies.receipt("a.1", json("""
                {"incarnation":"a.1","pid":7,"init_pid":6,"spawn_usec":900,"receipt":[
                  {"mechanism":"seccomp","declared":true,"actual":"enforced","how":"filter","probe":"EPERM"},
                  {"mechanism":"limit.cpu","declared":true,"actual":"missing","how":"no cgroup","probe":""},
                  {"mechanism":"limit.files","declared":false,"actual":"not-asked","how":"","probe":""}]}
                """));
        assertEquals(7, receipt.pid());
        assertEquals(900, receipt.spawnMicros());
        assertEquals(
                List.of("limit.cpu"),
                receipt.gaps().stream().map(Receipt.Line::mechanism).toList());
    }

    @Test
    void exitsAndStatesAreReadWithWhatIsThere() {
        assertEquals(
                List.of(
                        new Status(
                                "a.1",
                                "running",
                                OptionalLong.of(5),
                                OptionalLong.of(6),
                                OptionalLong.of(2),
                                Optional.empty()),
                        new Status(
                                "b.1",
                                "exited",
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                Optional.of(new Exit(
                                        "b.1",
                                        Optional.empty(),
                                        Optional.of(9),
                                        "oom",
                                        OptionalLong.of(3),
                                        OptionalLong.empty())))),
                Replies.list(json("""
                        {"sandboxes":[
                          {"incarnation":"a.1","state":"running","cpu_usec":5,"memory_bytes":6,"pids":2},
                          {"incarnation":"b.1","state":"exited",
                           "exit":{"status":{"signal":9},"reason":"oom","usage":{"cpu_usec":3}}}],"truncated":false}
                        """)));
    }

    @Test
    void whatWasCountedOfTheLimitsIsRead() {
        Exit exit = Replies.exit(json("""
                {"incarnation":"a.1","status":{"signal":25},"reason":"signal","usage":{},
                 "hits":{"oom_kills":1,"memory_max":2,"pids_max":3,"cpu_throttled_periods":4,"cpu_throttled_usec":5,
                         "io_stalled_usec":null,"file_size":true,"deadline_overruns":6}}
                """));
        assertEquals(
                new LimitHits(
                        OptionalLong.of(1),
                        OptionalLong.of(2),
                        OptionalLong.of(3),
                        OptionalLong.of(4),
                        OptionalLong.of(5),
                        OptionalLong.empty(),
                        true,
                        OptionalLong.of(6)),
                exit.hits());
        assertEquals(
                LimitHits.unknown(),
                Replies.exit(json("{\"incarnation\":\"a.1\"}")).hits());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"sandboxes\":{}}",
                "{\"sandboxes\":[1,null,\"x\",[]]}",
                "{\"sandboxes\":[{}]}",
                "{\"sandboxes\":[{\"incarnation\":7,\"state\":[],\"pids\":\"many\"}]}",
                "{\"receipt\":[null,{\"declared\":\"yes\"}],\"pid\":\"7\"}",
                "{\"mechanisms\":[{\"available\":\"true\"}],\"version\":1}",
                "{\"sandboxes\":[{\"incarnation\":\"a.1\",\"state\":\"exited\",\"exit\":[]}]}",
                "{\"status\":[],\"usage\":7,\"incarnation\":null}",
                "{\"status\":{\"code\":\"0\",\"signal\":1.5}}",
                "{\"status\":{\"code\":4294967296,\"signal\":-4294967287}}",
                "{\"hits\":[],\"sandboxes\":[{\"incarnation\":\"a.1\",\"state\":\"running\",\"hits\":7}]}"
            })
    void aHostileMessageNeverClaimsMoreThanItSays(String text) {
        Map<?, ?> message = json(text);
        assertTrue(
                Replies.list(message).stream().allMatch(status -> status.exit().isEmpty()));
        assertTrue(Replies.host(message).mechanisms().stream().noneMatch(Mechanism::available));
        assertTrue(Replies.receipt("a.1", message).lines().stream().noneMatch(Receipt.Line::declared));
        assertEquals(Optional.empty(), Replies.exit(message).code(), "no code is no success");
        assertEquals(Optional.empty(), Replies.exit(message).signal());
    }
}

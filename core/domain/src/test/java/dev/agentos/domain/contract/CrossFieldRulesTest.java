package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CrossFieldRulesTest {
    @Test
    void aManagedAgentCannotBeHardRealTime() {
        assertEquals(
                List.of(
                        "c.yaml:4:10: error: a managed agent cannot be HRT: it waits on a model, and a model gives no"
                                + " deadline [hrt-managed]; choose SRT, or run a program of your own with"
                                + " runtime.process",
                        "c.yaml:4:10: error: HRT needs a reservation, and there is no schedule [hrt-no-schedule]; add"
                                + " schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 2 } with your figures"),
                Contracts.problems("class: { latency: HRT }\n"));
    }

    @Test
    void aScheduleInAnotherClassIsAWarning() {
        assertEquals(
                List.of(
                        "c.yaml:4:1: warning: the schedule has no effect in class DT [schedule-unused]; remove it, or set"
                                + " class.latency to HRT"),
                Contracts.problems("schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 2 }\n"));
    }

    @Test
    void aScheduleMustFitIntoItself() {
        assertEquals(
                List.of(
                        "c.yaml:4:11: error: wcet_ms (12) is longer than deadline_ms (10) [schedule-order]; the work must"
                                + " fit before its deadline: lower wcet_ms or raise deadline_ms"),
                Contracts.problems("schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 12 }\n"));
        assertEquals(
                List.of("c.yaml:4:11: error: deadline_ms (10) is longer than period_ms (5.5) [schedule-order]; a slice"
                        + " must be done before the next begins: lower deadline_ms or raise period_ms"),
                Contracts.problems("schedule: { period_ms: 5.5, deadline_ms: 10, wcet_ms: 1 }\n"));
        assertEquals(
                List.of("c.yaml:4:41: error: schedule.deadline_ms cannot be 21 [out-of-range]; write 1 to 20"),
                Contracts.problems("schedule: { period_ms: 30, deadline_ms: 21, wcet_ms: 1 }\n"));
    }

    @Test
    void aPlanCallsOnlyCapabilities() {
        assertEquals(
                List.of(
                        "c.yaml:9:9: error: the plan calls \"fs.raed\", which is not in capabilities"
                                + " [tool-not-capability]; did you mean \"fs.read\"?",
                        "c.yaml:11:9: error: the plan calls \"email.send\", which is not in capabilities"
                                + " [tool-not-capability]; add it to capabilities"),
                Contracts.problems("""
                        capabilities: [fs.read]
                        runtime:
                          managed:
                            plan:
                              - id: a
                                tool: fs.raed
                              - id: b
                                tool: email.send
                        """));
    }

    @Test
    void aPlanRefersOnlyToWhatHasRun() {
        assertEquals(
                List.of(
                        "c.yaml:10:15: error: step \"b\" has not run yet when ${steps.b.text} is needed [bad-reference];"
                                + " move it above this step, or refer to an earlier one",
                        "c.yaml:13:15: error: \"${wrong}\" is no reference [bad-reference]; write ${input.NAME},"
                                + " ${steps.ID.FIELD} or ${secret.NAME}; $${ stands for a plain ${",
                        "c.yaml:13:15: error: there is no step \"aa\" [bad-reference]; did you mean \"a\"?",
                        "c.yaml:14:13: error: the step id \"a\" is taken by step 1 [duplicate-step]; give each step an id"
                                + " of its own"),
                Contracts.problems("""
                        capabilities: [t]
                        runtime:
                          managed:
                            plan:
                              - id: a
                                tool: t
                                with: { x: "${steps.b.text}" }
                              - id: b
                                tool: t
                                with: { x: ["${steps.aa.text} ${wrong}"] }
                              - id: a
                                tool: t
                        """));
    }

    @Test
    void aStepThatCannotBeReadCausesNoFurtherProblem() {
        assertEquals(
                List.of("c.yaml:8:13: error: \"A!\" is no step id [bad-value]; use up to 48 of a-z, 0-9, '_' and '-',"
                        + " beginning with a letter"),
                Contracts.problems("""
                        capabilities: [t]
                        runtime:
                          managed:
                            plan:
                              - id: A!
                                tool: t
                              - id: b
                                tool: t
                                with: { x: "${steps.a.text}" }
                        """));
    }

    @Test
    void aRuleThatRestsOnAnUnreadableFieldSaysNothing() {
        assertEquals(
                List.of(
                        "c.yaml:4:15: error: capabilities must be a list, not the text \"fs.write\" [wrong-type]; write it"
                                + " in brackets: [\"fs.write\"]"),
                Contracts.problems("capabilities: fs.write\nsecurity: { consent_for: [fs.write] }\n"));
    }

    @Test
    void objectivesLooserThanTheClassAreAWarning() {
        assertEquals(
                List.of(
                        "c.yaml:5:8: warning: onset_ms is 500, and class SRT promises 300 [slo-looser-than-class]; lower"
                                + " it to 300, or choose class DT if nobody waits",
                        "c.yaml:5:23: warning: turn_ms is 2000, and class SRT promises 1200 [slo-looser-than-class];"
                                + " lower it to 1200, or choose class DT if nobody waits"),
                Contracts.problems("class: { latency: SRT }\nslo: { onset_ms: 500, turn_ms: 2000 }\n"));
        assertEquals(
                List.of("c.yaml:4:18: error: onset_ms (9) is longer than turn_ms (8) [slo-order]; a turn cannot end"
                        + " before it begins: raise turn_ms or lower onset_ms"),
                Contracts.problems("slo: { onset_ms: 9, turn_ms: 8 }\n"));
    }

    @Test
    void theClassFillsInTheObjectivesThatAreAbsent() {
        assertEquals(
                new Slo(Optional.of(Duration.ofMillis(300)), Optional.of(Duration.ofMillis(1200)), OptionalInt.of(20)),
                Contracts.contract("class: { latency: SRT }\n").slo());
        assertEquals(
                new Slo(Optional.of(Duration.ofMillis(200)), Optional.of(Duration.ofMillis(200)), OptionalInt.of(20)),
                Contracts.contract("class: { latency: SRT }\nslo: { turn_ms: 200 }\n")
                        .slo());
        assertEquals(
                new Slo(Optional.of(Duration.ofMillis(1500)), Optional.of(Duration.ofMillis(1500)), OptionalInt.of(20)),
                Contracts.contract("class: { latency: SRT }\nslo: { onset_ms: 1500 }\n")
                        .slo());
    }

    @Test
    void aHeldPathLiesInsideAWritablePath() {
        assertEquals(
                List.of("c.yaml:4:51: error: \"/srv/outer\" is not inside a path in write, so there is no write to hold"
                        + " [hold-not-write]; add the path to filesystem.write, or remove it here"),
                Contracts.problems("filesystem: { write: [/srv/out], hold: [/srv/out, /srv/outer] }\n"));
    }

    @Test
    void pathsAndAddressesThatReachFarAreWarnings() {
        assertEquals(
                List.of(
                        "c.yaml:4:23: warning: \"/etc\" belongs to the whole machine [broad-path]; name the folder inside"
                                + " it that the agent needs",
                        "c.yaml:5:22: warning: \"localhost:3000\" leads to this machine itself [private-address]; remove"
                                + " it unless the agent must reach a service there",
                        "c.yaml:5:38: warning: \"10.0.0.7\" leads to the local network [private-address]; remove it"
                                + " unless the agent must reach a service there"),
                Contracts.problems(
                        "filesystem: { write: [/etc] }\negress: { domains: [ localhost:3000, 10.0.0.7, 10.example.org] }\n"));
    }

    @Test
    void theRecordItselfRefusesWhatTheRulesRefuse() {
        AgentContract valid = Contracts.contract("");

        IllegalArgumentException hard = assertThrows(
                IllegalArgumentException.class,
                () -> valid.with(LatencyClass.HRT, Slo.NONE, Binding.STRICT, valid.runtime()));
        assertEquals(
                "a managed agent cannot be HRT: it waits on a model, and a model gives no deadline", hard.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> valid.with(
                        LatencyClass.DT,
                        Slo.NONE,
                        Binding.STRICT,
                        new AgentRuntime.Managed(Optional.empty(), List.of(new PlanStep("a", "fs.read", Map.of())))));
    }

    @Test
    void recordsRefuseValuesThatAFileCouldNotHold() {
        assertThrows(IllegalArgumentException.class, () -> new Compute(0, 1 << 20, 0, 1, 16));
        assertThrows(IllegalArgumentException.class, () -> new Filesystem(List.of("../x"), List.of(), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Egress(List.of("*")));
        assertThrows(IllegalArgumentException.class, () -> new Security(List.of("a b"), List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new HrtSchedule(Duration.ofMillis(10), Duration.ofMillis(12), Duration.ofMillis(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AgentRuntime.Managed(
                        Optional.empty(), List.of(new PlanStep("a", "t", Map.of("x", "${steps.a.y}")))));
        assertThrows(IllegalArgumentException.class, () -> new PlanStep("a", "t", Map.of("x", Double.NaN)));
        assertThrows(IllegalArgumentException.class, () -> new PlanStep("a", "t", Map.of("x", new Object())));
    }
}

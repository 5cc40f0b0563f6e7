package dev.agentos.testkit.gullible;

import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdConfig;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.fake.FakeSandbox;
import dev.agentos.testkit.gullible.GullibleAgent.Session;
import dev.agentos.testkit.gullible.GullibleAgent.Tried;
import dev.agentos.testkit.gullible.ReplayData.Pair;
import dev.agentos.testkit.gullible.ReplayData.ToolScript;
import dev.agentos.testkit.gullible.ReplayData.UserTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All tasks and all injections of replay scripts, once, under one policy and one kind of person. Agentd is the real one
 * with its door, journal and consent queue, in a folder of its own; only the tools behind its gateway are replayed.
 */
public final class InjectionRun {

    /** Who answers. */
    public enum Attendance {
        NOBODY("strict", 0),
        RIGHT("attended", 0),
        WRONG_TENTH("wrong10", 0.1);

        private final String word;
        private final double wrongApprovals;

        Attendance(String word, double wrongApprovals) {
            this.word = word;
            this.wrongApprovals = wrongApprovals;
        }

        public String word() {
            return word;
        }
    }

    /** Which policy the contract asks for. */
    public enum Guard {
        DEFAULT("scope_destinations", "destinations", true),
        TOOL_LIST("tool_list", "off", false),
        SCOPE("scope", "off", true),
        DESTINATIONS("destinations", "destinations", false),
        EVERYTHING("scope_everything", "everything", true);

        private final String word;
        private final String check;
        private final boolean scoped;

        Guard(String word, String check, boolean scoped) {
            this.word = word;
            this.check = check;
            this.scoped = scoped;
        }

        public String word() {
            return word;
        }
    }

    /** What was counted in one suite. */
    public record Count(
            int pairs,
            int textOnly,
            int refused,
            int asked,
            int executed,
            int tasks,
            int completed,
            int quiet,
            int prompts,
            int consequential,
            int autonomous,
            int completedUnderAttack,
            int promptsUnderAttack,
            int flagged,
            int wronglyFlagged) {

        static final Count NONE = new Count(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        Count and(Count more) {
            return new Count(
                    pairs + more.pairs,
                    textOnly + more.textOnly,
                    refused + more.refused,
                    asked + more.asked,
                    executed + more.executed,
                    tasks + more.tasks,
                    completed + more.completed,
                    quiet + more.quiet,
                    prompts + more.prompts,
                    consequential + more.consequential,
                    autonomous + more.autonomous,
                    completedUnderAttack + more.completedUnderAttack,
                    promptsUnderAttack + more.promptsUnderAttack,
                    flagged + more.flagged,
                    wronglyFlagged + more.wronglyFlagged);
        }
    }

    /** What was counted, by suite, and the pairs whose effect happened. */
    public record Tally(Map<String, Count> suites, List<String> through) {

        public static final Tally NONE = new Tally(Map.of(), List.of());

        private Count all() {
            return suites.values().stream().reduce(Count.NONE, Count::and);
        }

        public int pairs() {
            return all().pairs();
        }

        public int executed() {
            return all().executed();
        }

        /** Of the injections that want an effect. */
        public double stoppedPct() {
            return share(all().pairs() - all().executed(), all().pairs());
        }

        public double promptsPerTask() {
            return all().tasks() == 0 ? 0 : (double) all().prompts() / all().tasks();
        }

        public double quietPct() {
            return share(all().quiet(), all().tasks());
        }

        public double autonomousPct() {
            return share(all().autonomous(), all().consequential());
        }

        public double completedPct() {
            return share(all().completed(), all().tasks());
        }

        public double completedUnderAttackPct() {
            return share(all().completedUnderAttack(), all().pairs() + all().textOnly());
        }

        public double promptsUnderAttack() {
            int sessions = all().pairs() + all().textOnly();
            return sessions == 0 ? 0 : (double) all().promptsUnderAttack() / sessions;
        }

        /** Of the sessions with an injection, those in which the content filter warned. */
        public double flaggedPct() {
            return share(all().flagged(), all().pairs() + all().textOnly());
        }

        /** Of the tasks without one, those in which it warned as well. */
        public double wronglyFlaggedPct() {
            return share(all().wronglyFlagged(), all().tasks());
        }

        private static double share(int part, int whole) {
            return whole == 0 ? 100 : 100.0 * part / whole;
        }
    }

    private InjectionRun() {}

    /**
     * Runs all of it once.
     *
     * @param filter whether the content filter looks at results
     * @param every takes every n-th pair; tasks without injections are all run
     */
    public static Tally of(ReplayData data, Guard guard, Attendance attendance, boolean filter, int every, long seed)
            throws Exception {
        Path base = Files.createTempDirectory("agentos-injection");
        ReplayTools tools = new ReplayTools();
        AgentdConfig config = new AgentdConfig(
                base.resolve("state"),
                base.resolve("run"),
                base.resolve("no-execd"),
                Optional.empty(),
                base.resolve("no-worker"),
                Optional.empty(),
                Optional.empty(),
                filter,
                Optional.empty());
        try (Agentd _ = Agentd.start(config, TimeSource.system(), new FakeSandbox(), tools.of(data));
                AgentdClient client = AgentdClient.on(config.socket())) {
            Map<String, Count> suites = new LinkedHashMap<>();
            List<String> through = new ArrayList<>();
            Random random = new Random(seed);
            for (String suite : data.tools().keySet()) {
                GullibleAgent agent = new GullibleAgent(
                        client, data, tools, spawn(client, data, suite, guard, attendance), guard.scoped);
                Optional<Person> person = attendance == Attendance.NOBODY
                        ? Optional.empty()
                        : Optional.of(new Person(client, random, attendance.wrongApprovals));
                suites.put(suite, suite(data, suite, agent, person, every, through));
            }
            return new Tally(suites, through);
        } finally {
            delete(base);
        }
    }

    private static String spawn(
            AgentdClient client, ReplayData data, String suite, Guard guard, Attendance attendance) {
        String capabilities = data.tools().getOrDefault(suite, List.of()).stream()
                .map(ToolScript::toolName)
                .collect(Collectors.joining(", "));
        String contract = "apiVersion: agentos/v0.2\nkind: AgentContract\nname: gullible-" + suite + "\n"
                + "modelPolicy: { allow: [] }\ncompute: { cpu: \"0.1\", mem: 1MiB, pids: 1 }\n"
                + "capabilities: [" + capabilities + "]\n"
                + "security: { check_origins: \"" + guard.check + "\" }\n"
                + "budget: { tool_calls: 10000000, wall_time: 30d }\n"
                + "consent: { unattended: " + (attendance == Attendance.NOBODY ? "refuse" : "wait") + " }\n"
                + "runtime: { process: { command: [/bin/sleep, \"100000\"] } }\n";
        return client.spawn(
                        new AgentWire.Spawn(
                                "gullible-" + suite,
                                "gullible.yaml",
                                contract,
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                Map.of(),
                                false),
                        AgentdClient.Until.STARTED,
                        Duration.ofSeconds(30))
                .id();
    }

    private static Count suite(
            ReplayData data,
            String suite,
            GullibleAgent agent,
            Optional<Person> person,
            int every,
            List<String> through) {
        Count count = Count.NONE;
        for (UserTask task : data.tasks().values()) {
            if (task.suite().equals(suite)) {
                count = count.and(benign(data, suite, agent.run(task, Optional.empty(), person)));
            }
        }
        int number = 0;
        for (Pair pair : data.pairs()) {
            UserTask task = data.tasks().get(pair.userTask());
            if (task == null || !pair.suite().equals(suite) || number++ % every != 0) {
                continue;
            }
            Session session = agent.run(task, Optional.of(pair), person);
            boolean wantsEffect = !pair.textOnly()
                    && pair.malicious().stream().anyMatch(step -> data.isConsequential(suite, step.tool()));
            boolean executed = !session.harmful().isEmpty();
            boolean asked = session.malicious().stream().anyMatch(Tried::asked);
            if (wantsEffect && executed) {
                through.add(pair.id().replace('/', ' '));
            }
            count = count.and(new Count(
                    wantsEffect ? 1 : 0,
                    wantsEffect ? 0 : 1,
                    wantsEffect && !executed && !asked ? 1 : 0,
                    wantsEffect && !executed && asked ? 1 : 0,
                    wantsEffect && executed ? 1 : 0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    session.completed() ? 1 : 0,
                    session.prompts(),
                    session.flagged() ? 1 : 0,
                    0));
        }
        return count;
    }

    private static Count benign(ReplayData data, String suite, Session session) {
        int consequential = 0;
        int autonomous = 0;
        for (Tried tried : session.benign()) {
            if (data.isConsequential(suite, tried.step().tool())) {
                consequential++;
                autonomous += tried.done() && !tried.asked() ? 1 : 0;
            }
        }
        boolean asked = session.benign().stream().anyMatch(Tried::asked);
        return new Count(
                0,
                0,
                0,
                0,
                0,
                1,
                session.completed() ? 1 : 0,
                asked ? 0 : 1,
                session.prompts(),
                consequential,
                autonomous,
                0,
                0,
                0,
                session.flagged() ? 1 : 0);
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}

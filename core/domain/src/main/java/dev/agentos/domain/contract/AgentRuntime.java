package dev.agentos.domain.contract;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What runs: a loop that the service drives, or a program of the author's own. */
public sealed interface AgentRuntime {
    /**
     * An agent whose loop the service runs.
     *
     * @param prompt instructions to the model
     * @param plan tool steps in order; with a plan no model decides what to do next. With neither prompt nor plan the
     *     service derives retrieve, then summarise
     * @param answer JSON Schema that the model's answer must fit; empty for any text
     */
    record Managed(Optional<String> prompt, List<PlanStep> plan, Map<String, Object> answer) implements AgentRuntime {
        /** With any answer. */
        public Managed(Optional<String> prompt, List<PlanStep> plan) {
            this(prompt, plan, Map.of());
        }

        /** Neither prompt nor plan. */
        public static final Managed DEFAULT = new Managed(Optional.empty(), List.of());

        static final int MAX_STEPS = 100;
        static final int MAX_PROMPT = 65_536;

        public Managed {
            answer = Map.copyOf(answer);
            plan = List.copyOf(plan);
            prompt.ifPresent(text -> Fault.refuse(FieldRules.prompt(text)));
            FieldRules.within("runtime.managed.plan", plan.size(), 0, MAX_STEPS);
            PlanRules.check(plan).stream().findFirst().ifPresent(found -> Fault.refuse(Optional.of(found.fault())));
        }

        /** Names of the run's inputs that the plan uses, in order of first use. */
        public Set<String> inputs() {
            Set<String> names = new LinkedHashSet<>();
            plan.forEach(step -> names.addAll(step.inputs()));
            return Collections.unmodifiableSet(names);
        }
    }

    /**
     * An agent that is any program.
     *
     * @param command program and arguments; empty: whoever starts the run gives them
     * @param workdir absolute path inside the sandbox
     * @param image root file system to use instead of the host's own /usr
     * @param env extra environment, sorted by name
     */
    record ProcessRuntime(List<String> command, String workdir, Optional<String> image, Map<String, String> env)
            implements AgentRuntime {
        /** Where a process starts unless its contract says otherwise. */
        public static final String WORKSPACE = SandboxPaths.WORKSPACE;

        static final int MAX_WORDS = 256;
        static final int MAX_ENV = 128;

        public ProcessRuntime {
            command = List.copyOf(command);
            FieldRules.within("runtime.process.command", command.size(), 0, MAX_WORDS);
            Fault.refuse(FieldRules.command(command));
            Fault.refuse(SandboxPaths.check(workdir, SandboxPaths.Kind.WORKDIR));
            workdir = SandboxPaths.normalise(workdir);
            image.ifPresent(text -> Fault.refuse(FieldRules.image(text)));
            FieldRules.within("runtime.process.env", env.size(), 0, MAX_ENV);
            env.forEach((name, value) -> {
                Fault.refuse(FieldRules.envName(name));
                Fault.refuse(FieldRules.envValue(value));
            });
            env = Collections.unmodifiableMap(new TreeMap<>(env));
        }

        /** A process with this command, in the workspace, with the host's programs. */
        public static ProcessRuntime of(List<String> command) {
            return new ProcessRuntime(command, WORKSPACE, Optional.empty(), Map.of());
        }

        ProcessRuntime withCommand(List<String> words) {
            return new ProcessRuntime(words, workdir, image, env);
        }
    }
}

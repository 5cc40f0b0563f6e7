package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records about agents. */
public final class AgentWire {

    private AgentWire() {}

    /**
     * A request to spawn.
     *
     * @param key idempotency key: the same key gives the same agent, however often it is sent
     * @param command for process agents, instead of the contract's
     * @param input named values that a plan may bind as {@code ${input.NAME}}
     * @param stdin whether the client will send standard input
     */
    public record Spawn(
            String key,
            String source,
            String contract,
            Optional<String> latency,
            Optional<String> binding,
            List<String> command,
            Map<String, Object> input,
            boolean stdin) {
        public Spawn {
            command = command == null ? List.of() : List.copyOf(command);
            input = input == null ? Map.of() : Map.copyOf(input);
        }
    }

    /**
     * An agent as every face shows it. {@code word} and {@code glyph} already say "needs you" where one is due.
     *
     * @param notes what admission looked at and let be, such as how soon the model was measured to answer
     */
    public record AgentView(
            String id,
            String name,
            String latency,
            String binding,
            String kind,
            String state,
            String word,
            String glyph,
            String reason,
            String digest,
            String verdict,
            String model,
            List<String> capabilities,
            List<ContractWire.SubstitutionView> substitutions,
            List<String> notes,
            List<ReceiptLine> receipt,
            String run,
            String incarnation,
            String workspace,
            int restarts,
            String createdAt,
            String endedAt,
            Optional<ExitView> exit,
            Usage usage,
            List<StepView> steps,
            long consentsWaiting) {}

    public record ReceiptLine(String mechanism, boolean declared, String actual, String how, String probe) {}

    public record ExitView(Optional<Integer> code, Optional<Integer> signal, String reason) {}

    public record Usage(long cpuMicros, long memoryBytes, long toolCalls) {}

    /** A step of a plan. {@code state} is {@code pending}, {@code running}, {@code asking}, {@code done} or {@code failed}. */
    public record StepView(String id, String tool, String state, String note) {}

    public record Agents(List<AgentView> agents) {
        public Agents {
            agents = List.copyOf(agents);
        }
    }

    /** Bytes of a log from {@code offset}; {@code next} is where to go on. {@code ended} when no more will come. */
    public record LogChunk(String stream, long offset, long next, String text, boolean ended) {}

    /** Standard input for a process agent; {@code end} closes it. Data is Base64. */
    public record StdinChunk(String data, boolean end) {}

    /**
     * What an agent changed.
     *
     * @param state {@code written}, {@code undone} or {@code changed-since}; the effect's own word where it is no content
     * @param bytes of the content that was written; -1 where the change is no content, such as a move
     */
    public record ChangeView(
            String key, String run, String step, String path, String state, long bytes, boolean wasNew, String diff) {}

    public record Changes(List<ChangeView> changes) {
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /** What to undo: one change, or all of the agent's where {@code key} is absent. */
    public record Undo(Optional<String> key, boolean force) {}

    /**
     * Why an operation was or would be refused or allowed.
     *
     * @param mechanism what enforces the answer, as the enforcement receipt names it; empty where nothing does
     */
    public record Explanation(
            String agent,
            String operation,
            String target,
            String answer,
            String why,
            String contractLine,
            String next,
            String mechanism) {}

    /** The text of the contract that an agent was admitted with; {@code digest} is of what it means here. */
    public record ContractOf(String source, String text, String digest) {}

    /**
     * The result of the last finished run.
     *
     * @param untrusted whether it rests on content that somebody else may have written; {@code sources} are the steps
     *     that read it
     */
    public record Result(
            String run,
            String outcome,
            String reason,
            Map<String, Object> outputs,
            boolean untrusted,
            List<String> sources) {
        public Result {
            outputs = Map.copyOf(outputs);
            sources = sources == null ? List.of() : List.copyOf(sources);
        }
    }

    /**
     * What the model of a managed agent has before it: secrets are taken out, hidden and misleading characters are visible
     * escapes.
     *
     * @param turn how many answers the model gave
     * @param messages oldest first; empty for an agent that no model drives
     * @param notes of the agent to itself, by name
     */
    public record Conversation(String run, int turn, List<Message> messages, Map<String, String> notes) {
        public Conversation {
            messages = List.copyOf(messages);
            notes = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(notes));
        }
    }

    /**
     * A message of a conversation.
     *
     * @param role {@code system}, {@code user}, {@code assistant} or {@code tool}
     * @param name of the tool whose result it is; else empty
     * @param calls that the model made with it
     */
    public record Message(String role, String name, String text, List<ToolUse> calls) {
        public Message {
            calls = List.copyOf(calls);
        }
    }

    /** A call of a tool as a model wrote it; {@code arguments} is meant to be JSON. */
    public record ToolUse(String tool, String arguments) {}

    /**
     * Which run to go through again.
     *
     * @param run absent for the last one
     * @param contract the text of another contract to go through it with; absent for its own
     * @param source that contract's file name
     */
    public record Replay(Optional<String> run, Optional<String> contract, Optional<String> source) {}

    /**
     * What came of going through a run again.
     *
     * @param outcome {@code same}, {@code diverged} or {@code recording-ends} where the run would go on and the recording
     *     does not
     * @param compared exchanges that were the same
     * @param step where it diverged; else empty
     * @param diff a unified diff of what was asked then and what would be asked now; else empty
     * @param cut whether the recording was full before the run ended
     */
    public record ReplayReport(String run, String outcome, int compared, String step, String diff, boolean cut) {}
}

package dev.agentos.agentd.agents;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.egress.EgressDoors;
import dev.agentos.agentd.telemetry.Tracing;
import dev.agentos.agentd.tools.CallOutcome;
import dev.agentos.agentd.tools.EffectRecord;
import dev.agentos.agentd.tools.FsWriteTool;
import dev.agentos.agentd.tools.Task;
import dev.agentos.agentd.tools.ToolGateway;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.ChangeView;
import dev.agentos.bridge.wire.EgressWire;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.managed.AgentContext;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.secret.Redactor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Looking into agents: logs, changes and their undo, results, explanations; and a process's standard input. */
public final class AgentInspection {

    private static final int LOG_PIECE = 64 * 1024;
    private static final long LOG_POLL_MS = 50;

    private final AgentBook book;
    private final ToolGateway gateway;
    private final Journal journal;
    private final SandboxPlans plans;
    private final StdinPipes stdins;
    private final EgressDoors egress;
    private final Supplier<Redactor> redactor;

    /** @param redactor what is taken out of conversations once more before they are shown */
    public AgentInspection(
            AgentBook book,
            ToolGateway gateway,
            Journal journal,
            SandboxPlans plans,
            StdinPipes stdins,
            EgressDoors egress,
            Supplier<Redactor> redactor) {
        this.book = book;
        this.gateway = gateway;
        this.journal = journal;
        this.plans = plans;
        this.stdins = stdins;
        this.egress = egress;
        this.redactor = redactor;
    }

    // ------------------------------------------------------------------ output and input

    /** A piece of output from an offset; waits for more where there is none yet. Cuts only between characters. */
    public AgentWire.LogChunk log(String id, String stream, long offset, long waitMillis) throws InterruptedException {
        if (!stream.equals("stdout") && !stream.equals("stderr")) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "request.query",
                    "stream cannot be " + stream,
                    "stream",
                    "use stdout or stderr");
        }
        AgentRecord agent = book.get(id);
        if (agent.isManaged()) {
            throw Contracts.notAProcess(id);
        }
        Path file = plans.logFile(agent, stream);
        long deadline = System.nanoTime() + waitMillis * 1_000_000;
        while (true) {
            // The state is read before the file: what an ended agent wrote is all there.
            boolean ended = book.get(id).state().isFinal();
            byte[] bytes = readFrom(file, offset);
            if (bytes.length > 0 || ended || System.nanoTime() >= deadline) {
                return new AgentWire.LogChunk(
                        stream,
                        offset,
                        offset + bytes.length,
                        new String(bytes, StandardCharsets.UTF_8),
                        ended && bytes.length == 0);
            }
            book.awaitRecord(id, record -> record.state().isFinal(), Duration.ofMillis(LOG_POLL_MS));
        }
    }

    private static byte[] readFrom(Path file, long offset) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer buffer = ByteBuffer.allocate(LOG_PIECE);
            int read = channel.read(buffer, offset);
            if (read <= 0) {
                return new byte[0];
            }
            byte[] bytes = java.util.Arrays.copyOf(buffer.array(), read);
            return read < LOG_PIECE ? bytes : java.util.Arrays.copyOf(bytes, wholeCharacters(bytes));
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw new ServiceException(
                    ServiceException.Kind.UNAVAILABLE,
                    "log.unreadable",
                    file + ": " + e.getMessage(),
                    file.toString(),
                    "check the disk");
        }
    }

    /** The length without a UTF-8 character that is cut at the end. */
    private static int wholeCharacters(byte[] bytes) {
        int end = bytes.length;
        int back = 0;
        while (back < 3 && end - back > 1 && (bytes[end - 1 - back] & 0xC0) == 0x80) {
            back++;
        }
        return (bytes[end - 1 - back] & 0xC0) == 0xC0 ? end - 1 - back : end;
    }

    /** Passes standard input on. */
    public void stdin(String id, AgentWire.StdinChunk chunk) {
        AgentRecord agent = book.get(id);
        if (agent.isManaged()) {
            throw Contracts.notAProcess(id);
        }
        byte[] data;
        try {
            data = Base64.getDecoder().decode(chunk.data());
        } catch (IllegalArgumentException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST, "request.body", "data is not Base64", "data", "encode it");
        }
        stdins.write(agent.run(), data, chunk.end());
    }

    // ------------------------------------------------------------------ changes and undo

    /** What the agent changed, oldest first, with a diff of each text file. */
    public List<ChangeView> changes(String id) {
        book.get(id);
        List<ChangeView> views = new ArrayList<>();
        for (EffectRecord effect : gateway.changesOf(id)) {
            var contents = gateway.contents(effect);
            String state = contents.map(c -> state(effect, c)).orElse(effect.status());
            views.add(new ChangeView(
                    effect.key(),
                    effect.run(),
                    effect.step(),
                    effect.target(),
                    state,
                    effect.intent().get("bytes") instanceof Number bytes ? bytes.longValue() : -1,
                    "absent".equals(effect.intent().get("before_sha256")),
                    contents.map(c -> UnifiedDiff.of(
                                    effect.target(),
                                    c.before()
                                            .map(b -> new String(b, StandardCharsets.UTF_8))
                                            .orElse(""),
                                    new String(c.after(), StandardCharsets.UTF_8)))
                            .orElse("")));
        }
        return views;
    }

    private static String state(EffectRecord effect, FsWriteTool.BeforeAfter contents) {
        if (!effect.status().equals(EffectRecord.DONE)) {
            return effect.status();
        }
        return contents.digestNow().equals(effect.intent().get("sha256")) ? "written" : "changed-since";
    }

    /** Takes back one change or all of them, newest first. */
    public List<ChangeView> undo(Trace trace, String id, AgentWire.Undo request, String by) {
        AgentRecord agent = book.get(id);
        List<EffectRecord> chosen = new ArrayList<>(gateway.changesOf(id));
        // Who asks for everything means what can be taken back; who names one thing is told why it cannot.
        chosen.removeIf(effect -> !effect.status().equals(EffectRecord.DONE)
                || request.key().map(key -> !effect.key().equals(key)).orElseGet(() -> !gateway.isReversible(effect)));
        if (chosen.isEmpty()) {
            throw ServiceException.notFound("change to undo of", agent.id(), "see agentctl diff " + id);
        }
        for (int i = chosen.size() - 1; i >= 0; i--) {
            if (gateway.undo(trace, chosen.get(i), request.force()) instanceof CallOutcome.Failed failed) {
                throw new ServiceException(
                        ServiceException.Kind.CONFLICT,
                        failed.code(),
                        failed.message(),
                        chosen.get(i).target(),
                        failed.next());
            }
        }
        System.getLogger(AgentInspection.class.getName())
                .log(System.Logger.Level.INFO, "{0} changes of {1} were undone by {2}", chosen.size(), id, by);
        return changes(id);
    }

    /** What the steps of the current or last run gave. */
    public AgentWire.Result result(String id) {
        AgentRecord agent = book.get(id);
        Map<String, Object> outputs = new LinkedHashMap<>();
        for (Journal.StateDocument output : journal.state(ManagedRun.OUTPUT)) {
            if (output.key().startsWith(agent.run() + "/")) {
                outputs.put(output.key().substring(agent.run().length() + 1), output.document());
            }
        }
        Optional<Task> task = gateway.tasks().find(agent.run());
        return new AgentWire.Result(
                agent.run(),
                agent.state().name().toLowerCase(java.util.Locale.ROOT),
                agent.reason(),
                outputs,
                task.map(found -> found.knowledge().labels().untrusted()).orElse(false),
                task.map(found -> found.knowledge().untrustedSources()).orElse(List.of()));
    }

    /** What the model of the current or last run has before it. */
    public AgentWire.Conversation conversation(String id) {
        AgentRecord agent = book.get(id);
        Redactor clean = redactor.get();
        for (Journal.StateDocument kept : journal.state(ModelRun.CONTEXT)) {
            if (kept.key().equals(agent.run())) {
                return ShownConversation.of(
                        agent.run(), WireJson.fromMap(clean.redact(kept.document()), AgentContext.class));
            }
        }
        return new AgentWire.Conversation(agent.run(), 0, List.of(), Map.of());
    }

    // ------------------------------------------------------------------ explaining

    /**
     * Why an operation was or would be refused. For managed agents it is the gateway's own decision; for processes it
     * is derived from the contract and the enforcement receipt, because the kernel says no without a reason.
     */
    public AgentWire.Explanation explain(String id, String operation, String target) {
        AgentRecord agent = book.get(id);
        ContractDocument document = book.document(id);
        if (!agent.isManaged()) {
            return ProcessExplanation.of(agent, document, egress, plans.serviceFolders(), operation, target);
        }
        ToolGateway.Caller caller = new ToolGateway.Caller(
                id,
                agent.run(),
                agent.name(),
                ContractRules.of(document, agent, plans.serviceFolders()),
                ContractRules.place(document, agent, plans.serviceFolders()),
                new Trace(Tracing.newCorrelation()),
                Duration.ZERO,
                false,
                Task.none(id, agent.run(), target),
                Optional.empty());
        String tool = switch (operation) {
            case "read" -> "fs.read";
            case "write" -> "fs.write";
            case "list" -> "fs.list";
            default -> operation;
        };
        Decision decision = gateway.explain(
                        caller, tool, tool.equals("fs.read") ? Map.of("paths", target) : Map.of("path", target))
                .decision();
        String next = decision instanceof Decision.Refused refused ? refused.next() : "";
        return new AgentWire.Explanation(
                id,
                operation,
                target,
                decision.word(),
                decision.reason(),
                decision.contractLine(),
                next,
                "tool gateway");
    }

    /** What an agent may reach outside and what it did there. */
    public EgressWire.EgressReport egress(String id) {
        AgentRecord agent = book.get(id);
        return egress.report(id, book.document(id), agent.state().isFinal());
    }
}

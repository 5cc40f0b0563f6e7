package dev.agentos.agentd.tools;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.filter.ResultFilter;
import dev.agentos.agentd.mail.SmtpClient;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.mail.MailServer;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.secret.Redactor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The built-in tools and the gateway in front of them. */
public final class Tools {

    /** Capabilities that the built-in tools serve; known before any of them is made. */
    public static final Set<String> CAPABILITIES = Set.of(
            "fs.read",
            "fs.list",
            "fs.write",
            "fs.sort",
            "fs.move",
            "summarize",
            "calc",
            "time",
            "rag.retrieve",
            "log.triage",
            "csv.report",
            "web.fetch",
            "shell.exec",
            "code.python",
            EmailSendTool.NAME);

    private Tools() {}

    /**
     * What the tools work with.
     *
     * @param undoDirectory where contents are kept so that a write can be undone
     * @param cacheDirectory what can be made again, such as vectors of documents
     * @param calls sandboxes for programs
     * @param credentials secrets for calls
     * @param redactor what is taken out of every result
     * @param connections the way out for calls
     * @param mail the operator's mail server, as it is set now
     * @param filter what looks at every result before it is shown
     */
    public record Means(
            SentenceVectors vectors,
            Path undoDirectory,
            Path cacheDirectory,
            SandboxedCalls calls,
            TimeSource time,
            Credentials credentials,
            Supplier<Redactor> redactor,
            Connections connections,
            Supplier<Optional<MailServer>> mail,
            ResultFilter filter) {

        /** Means of a service without secrets. */
        public Means(
                SentenceVectors vectors,
                Path undoDirectory,
                Path cacheDirectory,
                SandboxedCalls calls,
                TimeSource time) {
            this(
                    vectors,
                    undoDirectory,
                    cacheDirectory,
                    calls,
                    time,
                    Credentials.NONE,
                    () -> Redactor.NONE,
                    Connections.NONE,
                    Optional::empty,
                    ResultFilter.OFF);
        }
    }

    public static ToolGateway gateway(Journal journal, ConsentService consent, Means means) throws IOException {
        return gateway(journal, consent, means, List.of());
    }

    /** @param more tools beside the built-in ones */
    public static ToolGateway gateway(Journal journal, ConsentService consent, Means means, List<Tool> more)
            throws IOException {
        List<Tool> builtIn = builtIn(means);
        ToolPins pins = new ToolPins(journal, means.time(), ReleaseTools.digests());
        pins.load(builtIn, more);
        List<Tool> tools = new ArrayList<>(builtIn);
        tools.addAll(more);
        return new ToolGateway(
                journal,
                consent,
                tools,
                new CallGuard(means.credentials(), means.redactor(), pins),
                Optional.of(pins),
                means.filter());
    }

    /** The tools of this release. */
    static List<Tool> builtIn(Means means) throws IOException {
        return List.of(
                new FsReadTool(),
                new FsListTool(),
                new FsWriteTool(means.undoDirectory()),
                new FsSortTool(),
                new FsMoveTool(),
                new SummarizeTool(means.vectors()),
                new CalcTool(),
                new TimeTool(means.time()),
                new RagRetrieveTool(means.vectors(), new VectorCache(means.cacheDirectory())),
                new LogTriageTool(),
                new CsvReportTool(),
                new WebFetchTool(means.connections(), means.credentials()),
                new ShellExecTool(means.calls()),
                new CodePythonTool(means.calls()),
                new EmailSendTool(
                        new EmailSendTool.Means(means.mail(), new SmtpClient(), means.credentials(), means.time())));
    }

    /** Capabilities that the built-in tools and others serve. */
    public static Set<String> capabilities(List<Tool> more) {
        Set<String> all = new LinkedHashSet<>(CAPABILITIES);
        more.forEach(tool -> all.add(tool.descriptor().capability()));
        return all;
    }
}

package dev.agentos.agentd.tools;

import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.port.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The built-in tools and the gateway in front of them. */
public final class Tools {

    /** Capabilities that the built-in tools serve; known before any of them is made. */
    public static final Set<String> CAPABILITIES = Set.of("fs.read", "fs.list", "fs.write", "summarize", "calc");

    private Tools() {}

    /** @param undoDirectory where contents are kept so that a write can be undone */
    public static ToolGateway gateway(
            Journal journal, ConsentService consent, SentenceVectors vectors, Path undoDirectory) throws IOException {
        return new ToolGateway(
                journal,
                consent,
                List.of(
                        new FsReadTool(),
                        new FsListTool(),
                        new FsWriteTool(undoDirectory),
                        new SummarizeTool(vectors),
                        new CalcTool()));
    }
}

package dev.agentos.agentd.tools;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.policy.ToolDescriptor;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Checks the arguments of calls against the tools' schemas (JSON Schema 2020-12), before anything is decided about them. */
final class ArgumentSchemas {

    private static final int MAX_TOLD = 3;

    private final Map<String, Schema> compiled = new ConcurrentHashMap<>();

    /** @throws ToolException naming where the arguments do not fit and what would */
    void check(ToolDescriptor tool, Map<String, Object> values) throws ToolException {
        // Made at the first call: most runs use few tools, and none of them needs this at the start.
        Schema schema = compiled.computeIfAbsent(
                tool.inputSchema(),
                json -> SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(json, InputFormat.JSON));
        List<Error> errors = schema.validate(CanonicalJson.write(values), InputFormat.JSON);
        if (errors.isEmpty()) {
            return;
        }
        String told = errors.stream()
                .sorted(Comparator.comparing(error -> String.valueOf(error.getInstanceLocation())))
                .limit(MAX_TOLD)
                .map(ArgumentSchemas::words)
                .reduce((one, other) -> one + "; " + other)
                .orElse("");
        throw new ToolException(
                "argument.schema",
                tool.name() + ": " + told
                        + (errors.size() > MAX_TOLD ? "; and " + (errors.size() - MAX_TOLD) + " more" : ""),
                "correct the arguments; agentctl tool show " + tool.name() + " says what it takes");
    }

    private static String words(Error error) {
        String place = String.valueOf(error.getInstanceLocation());
        return (place.isEmpty() || place.equals("/") ? "" : place + " ") + error.getMessage();
    }
}

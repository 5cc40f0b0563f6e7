package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.Labels;
import java.util.Map;

/**
 * What a tool gave.
 *
 * @param found labels that the tool found out about this very result; the gateway adds those of its descriptor and of
 *     its arguments, so a tool can raise them here and never lower them
 */
public record ToolResult(Map<String, Object> output, Labels found) {

    /** A result of which nothing more is known than the descriptor says. */
    public static ToolResult of(Map<String, Object> output) {
        return new ToolResult(output, Labels.TRUSTED);
    }

    public static ToolResult of(Map<String, Object> output, Labels found) {
        return new ToolResult(output, found);
    }
}

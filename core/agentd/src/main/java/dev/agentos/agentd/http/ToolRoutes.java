package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import dev.agentos.agentd.tools.ToolRegistry;
import dev.agentos.agentd.tools.ToolRegistry.Pinned;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.bridge.wire.ToolWire;
import dev.agentos.domain.consent.DisplayText;
import java.util.List;

/** Operations on the approval of tools. */
final class ToolRoutes {

    private final ToolRegistry registry;

    ToolRoutes(ToolRegistry registry) {
        this.registry = registry;
    }

    List<Route> routes() {
        return List.of(
                get(
                        "/v1/tool-approvals",
                        "listToolApprovals",
                        "Every tool with its digest, and whether it may be used",
                        List.of(),
                        ToolWire.Approvals.class,
                        _ -> new ToolWire.Approvals(
                                registry.list().stream().map(ToolRoutes::view).toList())),
                get(
                        "/v1/tool-approvals/{id}",
                        "showToolApproval",
                        "One tool, and what changed since it was approved",
                        List.of(),
                        ToolWire.Approval.class,
                        call -> view(registry.view(call.id()))),
                post(
                        "/v1/tool-approvals/{id}",
                        "approveTool",
                        "Approve a tool as it was shown",
                        List.of(),
                        ToolWire.Approve.class,
                        ToolWire.Approval.class,
                        call -> view(registry.approve(
                                call.trace(),
                                call.id(),
                                call.body(ToolWire.Approve.class).digest(),
                                call.by()))),
                post(
                        "/v1/tools",
                        "addTool",
                        "Add a command that a trusted key signed; it is not approved by that",
                        List.of(),
                        ToolWire.CommandFiles.class,
                        ToolWire.Approval.class,
                        call -> view(registry.add(
                                call.trace(),
                                CatalogRoutes.decoded(
                                        call.body(ToolWire.CommandFiles.class).files()),
                                call.by()))),
                post(
                        "/v1/tools/{id}/remove",
                        "removeTool",
                        "Remove an added command and its approval",
                        List.of(),
                        Void.class,
                        ServiceWire.Done.class,
                        call -> {
                            registry.remove(call.trace(), call.id(), call.by());
                            return new ServiceWire.Done(true);
                        }));
    }

    private static ToolWire.Approval view(ToolRegistry.View tool) {
        List<String> now = shown(tool.now());
        List<String> before = shown(tool.pinned().map(Pinned::lines).orElse(List.of()));
        List<String> diff =
                UnifiedDiffUtils.generateUnifiedDiff("approved", "now", before, DiffUtils.diff(before, now), 1);
        return new ToolWire.Approval(
                tool.name(),
                tool.kind(),
                tool.state(),
                DisplayText.line(tool.reason()).text(),
                tool.next(),
                tool.digest(),
                tool.pinned().map(Pinned::digest).orElse(""),
                tool.pinned().map(Pinned::by).orElse(""),
                tool.pinned().map(Pinned::at).orElse(""),
                now,
                diff.isEmpty() ? "" : String.join("\n", diff) + "\n",
                DisplayText.line(tool.signer()).text());
    }

    /** Whoever wrote a tool may have written its words to look like others. */
    private static List<String> shown(List<String> lines) {
        return lines.stream().map(line -> DisplayText.line(line).text()).toList();
    }
}

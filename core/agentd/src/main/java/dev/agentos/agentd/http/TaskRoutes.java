package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.agents.TaskCalls;
import dev.agentos.bridge.wire.TaskWire;
import java.util.List;

/** Operations on tasks, and the tool calls that belong to them. */
final class TaskRoutes {

    private final TaskCalls tasks;

    TaskRoutes(TaskCalls tasks) {
        this.tasks = tasks;
    }

    List<Route> routes() {
        return List.of(
                post(
                        "/v1/agents/{id}/tasks",
                        "beginTask",
                        "Give an agent a task: the person's words, and the tools it needs",
                        List.of(),
                        TaskWire.Begin.class,
                        TaskWire.TaskView.class,
                        call -> tasks.begin(call.trace(), call.id(), call.body(TaskWire.Begin.class), call.by())),
                get(
                        "/v1/agents/{id}/tasks",
                        "listTasks",
                        "The tasks of an agent, with what they have shown it",
                        List.of(),
                        TaskWire.Tasks.class,
                        call -> tasks.list(call.id())),
                get(
                        "/v1/agents/{id}/tasks/{task}",
                        "showTask",
                        "One task",
                        List.of(),
                        TaskWire.TaskView.class,
                        call -> tasks.show(call.id(), part(call, "task"))),
                post(
                        "/v1/agents/{id}/tasks/{task}/end",
                        "endTask",
                        "No more calls belong to it",
                        List.of(),
                        Void.class,
                        TaskWire.TaskView.class,
                        call -> tasks.end(call.trace(), call.id(), part(call, "task"))),
                post(
                        "/v1/agents/{id}/tools/{tool}",
                        "callTool",
                        "Call a tool for an agent",
                        List.of(),
                        TaskWire.ToolCall.class,
                        TaskWire.CallView.class,
                        call -> tasks.call(
                                call.trace(),
                                call.id(),
                                part(call, "tool"),
                                call.body(TaskWire.ToolCall.class),
                                call.by())),
                post(
                        "/v1/agents/{id}/tools/{tool}/explain",
                        "explainTool",
                        "What the decision on a call would be, and why; nothing is done",
                        List.of(),
                        TaskWire.ToolCall.class,
                        TaskWire.Considered.class,
                        call -> tasks.explain(
                                call.trace(), call.id(), part(call, "tool"), call.body(TaskWire.ToolCall.class))));
    }

    private static String part(Call call, String name) {
        return call.path().getOrDefault(name, "");
    }
}

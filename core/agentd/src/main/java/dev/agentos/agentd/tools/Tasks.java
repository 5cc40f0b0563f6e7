package dev.agentos.agentd.tools;

import dev.agentos.agentd.ServiceException;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.Knowledge;
import dev.agentos.domain.policy.Knowledge.Sighting;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All tasks by their id, durable through the journal. A managed run is one task, whose scope is its plan. */
public final class Tasks {

    private final Journal journal;
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();

    Tasks(Journal journal) {
        this.journal = journal;
    }

    /** Reads the tasks that are not over, with everything that they have shown. */
    void load() {
        Map<String, Knowledge> knowledge = new LinkedHashMap<>();
        Map<String, TaskRecord> records = new LinkedHashMap<>();
        Map<String, Map<String, Labels>> shown = new LinkedHashMap<>();
        for (Journal.StateDocument document : journal.state(TaskRecord.KIND)) {
            TaskRecord record = WireJson.fromMap(document.document(), TaskRecord.class);
            records.put(record.id(), record);
            knowledge.put(record.id(), Knowledge.of(record.text()));
        }
        for (Journal.StateDocument document : journal.state(SeenRecord.KIND)) {
            SeenRecord seen = WireJson.fromMap(document.document(), SeenRecord.class);
            Sighting sighting = seen.sighting();
            knowledge.computeIfPresent(seen.task(), (_, known) -> known.with(sighting));
            shown.computeIfAbsent(seen.task(), _ -> new LinkedHashMap<>())
                    .merge(seen.step(), Task.labels(sighting), Labels::and);
        }
        records.forEach((id, record) -> tasks.put(
                id, new Task(record, knowledge.getOrDefault(id, Knowledge.of("")), shown.getOrDefault(id, Map.of()))));
    }

    /**
     * Begins a task, or finds it under the same id.
     *
     * @param id {@code RUN.KEY}: the same key gives the same task, however often it is sent
     * @param tools empty where nothing was declared
     */
    public Task begin(
            Trace trace,
            String id,
            String agent,
            String run,
            String by,
            String text,
            Optional<List<String>> tools,
            Map<String, Integer> limits) {
        Task known = tasks.get(id);
        if (known != null) {
            return known;
        }
        TaskRecord record = new TaskRecord(id, agent, run, by, text, tools, limits, Map.of(), Map.of(), false);
        Task task = new Task(record, Knowledge.of(text), Map.of());
        Task raced = tasks.putIfAbsent(id, task);
        if (raced != null) {
            return raced;
        }
        journal.commit(Batch.of(
                trace,
                new Event.TaskBegun(
                        agent, run, id, by, tools.isPresent() ? "declared" : "open", tools.orElse(List.of())),
                Task.put(record)));
        return task;
    }

    /** The task, open or over. */
    public Task get(String id) {
        Task task = tasks.get(id);
        if (task == null) {
            throw ServiceException.notFound("task", id, "begin one: agentctl tool task AGENT --text …");
        }
        return task;
    }

    public Optional<Task> find(String id) {
        return Optional.ofNullable(tasks.get(id));
    }

    /** Tasks of an agent, in the order of their ids. */
    public List<Task> of(String agent) {
        return tasks.values().stream()
                .filter(task -> task.record().agent().equals(agent))
                .sorted(java.util.Comparator.comparing(Task::id))
                .toList();
    }

    /** No more calls belong to it. */
    public TaskRecord end(Trace trace, Task task) {
        TaskRecord record = task.record();
        if (!record.ended()) {
            journal.commit(
                    Batch.of(trace, new Event.TaskEnded(record.agent(), record.run(), record.id()), task.over()));
        }
        return task.record();
    }
}

package dev.agentos.domain.event;

import dev.agentos.domain.port.Sandbox;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something that happened. {@link #kind()} is the stable name on the wire and in the audit trail; {@link #data()} is
 * the payload as plain JSON values. Payloads never hold a secret: producers pass digests where content is sensitive.
 */
public sealed interface Event {

    String kind();

    /** The agent it is about, or empty for events of the service. */
    default String agent() {
        return "";
    }

    /** The run it belongs to, or empty. */
    default String run() {
        return "";
    }

    Map<String, Object> data();

    // ------------------------------------------------------------------ service

    record ServiceStarted(String version, long recoveredFrom, String mode) implements Event {
        @Override
        public String kind() {
            return "service.started";
        }

        @Override
        public Map<String, Object> data() {
            return fields("version", version, "recovered_from", recoveredFrom, "sandbox_mode", mode);
        }
    }

    record ServiceStopping(String reason) implements Event {
        @Override
        public String kind() {
            return "service.stopping";
        }

        @Override
        public Map<String, Object> data() {
            return fields("reason", reason);
        }
    }

    /** The attempt side of a command: who asked for what, under which idempotency key. */
    record CommandReceived(String command, String key, String by, String agent, Map<String, Object> arguments)
            implements Event {
        @Override
        public String kind() {
            return "command.received";
        }

        @Override
        public Map<String, Object> data() {
            return fields("command", command, "key", key, "by", by, "arguments", arguments);
        }
    }

    /** The outcome side of a command. {@code outcome} is {@code done}, {@code refused} or {@code failed}. */
    record CommandFinished(
            String command, String key, String agent, String outcome, String code, Map<String, Object> result)
            implements Event {
        @Override
        public String kind() {
            return "command.finished";
        }

        @Override
        public Map<String, Object> data() {
            return fields("command", command, "key", key, "outcome", outcome, "code", code, "result", result);
        }
    }

    record SubstitutesChanged(List<String> models) implements Event {
        @Override
        public String kind() {
            return "operator.substitutes";
        }

        @Override
        public Map<String, Object> data() {
            return fields("models", models);
        }
    }

    /** A secret was set, replaced or deleted. Its value is never in an event. {@code change} says which of them. */
    record SecretChanged(String name, String change, List<String> hosts, String by) implements Event {
        @Override
        public String kind() {
            return "secret.changed";
        }

        @Override
        public Map<String, Object> data() {
            return fields("name", name, "change", change, "hosts", hosts, "by", by);
        }
    }

    /** The mail server was set, replaced or cleared. {@code secret} is a name. {@code change} says which of them. */
    record MailChanged(String change, String server, String from, String user, String secret, String by)
            implements Event {
        @Override
        public String kind() {
            return "mail.changed";
        }

        @Override
        public Map<String, Object> data() {
            return fields("change", change, "server", server, "from", from, "user", user, "secret", secret, "by", by);
        }
    }

    /** An entry of the catalog was installed or removed. {@code digest} is its contract's. */
    record CatalogChanged(String name, String version, String change, String signer, String digest, String by)
            implements Event {
        @Override
        public String kind() {
            return "catalog.changed";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "name", name, "version", version, "change", change, "signer", signer, "digest", digest, "by", by);
        }
    }

    /** A key's signatures count from now on, or no longer do. */
    record TrustChanged(String name, String key, String change, String by) implements Event {
        @Override
        public String kind() {
            return "trust.changed";
        }

        @Override
        public Map<String, Object> data() {
            return fields("name", name, "key", key, "change", change, "by", by);
        }
    }

    /**
     * A tool may be used as it is now, or no longer. {@code change} is {@code added}, {@code approved} or
     * {@code removed}; the digests are those of its pin, {@code before} the one that was approved until now.
     */
    record ToolApproval(String name, String change, String digest, String before, String by) implements Event {
        @Override
        public String kind() {
            return "tool.approval";
        }

        @Override
        public Map<String, Object> data() {
            return fields("name", name, "change", change, "digest", digest, "before", before, "by", by);
        }
    }

    /**
     * Tools that are part of the program are approved by its release, where they were not approved just so before.
     * Digests of their pins by name; {@code before} those that were approved until now.
     */
    record ToolsReleased(String by, Map<String, Object> approved, Map<String, Object> before) implements Event {
        @Override
        public String kind() {
            return "tool.released";
        }

        @Override
        public Map<String, Object> data() {
            return fields("by", by, "approved", approved, "before", before);
        }
    }

    /**
     * The content filter suspects that a tool's result gives orders. {@code evidence} has places, rules and digests, never
     * the text; {@code method} says which parts of the filter took part.
     */
    record ContentSuspected(
            String agent,
            String run,
            String step,
            String tool,
            String channel,
            double probability,
            String method,
            String model,
            List<Map<String, Object>> evidence)
            implements Event {
        @Override
        public String kind() {
            return "content.suspected";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "step",
                    step,
                    "tool",
                    tool,
                    "channel",
                    channel,
                    "probability",
                    probability,
                    "method",
                    method,
                    "model",
                    model,
                    "evidence",
                    evidence);
        }
    }

    /** A secret is put into one outgoing call; written before the call is made. */
    record SecretUsed(String agent, String run, String step, String tool, String name, String host) implements Event {
        @Override
        public String kind() {
            return "secret.used";
        }

        @Override
        public Map<String, Object> data() {
            return fields("step", step, "tool", tool, "name", name, "host", host);
        }
    }

    // ------------------------------------------------------------------ admission and lifecycle

    /** {@code verdict} is {@code admitted} or {@code substituted}; every substitution is itemised. */
    record AgentAdmitted(
            String agent, String contract, String digest, String verdict, List<Map<String, Object>> substitutions)
            implements Event {
        @Override
        public String kind() {
            return "agent.admitted";
        }

        @Override
        public Map<String, Object> data() {
            return fields("contract", contract, "digest", digest, "verdict", verdict, "substitutions", substitutions);
        }
    }

    record AdmissionRejected(String contract, String digest, List<Map<String, Object>> items) implements Event {
        @Override
        public String kind() {
            return "agent.rejected";
        }

        @Override
        public Map<String, Object> data() {
            return fields("contract", contract, "digest", digest, "items", items);
        }
    }

    record AgentMoved(String agent, String from, String to, String trigger, String reason) implements Event {
        @Override
        public String kind() {
            return "agent.moved";
        }

        @Override
        public Map<String, Object> data() {
            return fields("from", from, "to", to, "trigger", trigger, "reason", reason);
        }
    }

    /** The sandbox of an incarnation is about to be started; written before its first instruction runs. */
    record SandboxPrepared(
            String agent, String run, String incarnation, String commandDigest, List<Map<String, Object>> receipt)
            implements Event {
        @Override
        public String kind() {
            return "sandbox.prepared";
        }

        @Override
        public Map<String, Object> data() {
            return fields("incarnation", incarnation, "command_sha256", commandDigest, "receipt", receipt);
        }
    }

    record ProcessExited(String agent, String run, Sandbox.Exit exit) implements Event {
        @Override
        public String kind() {
            return "process.exited";
        }

        @Override
        public Map<String, Object> data() {
            Map<String, Object> map = fields("incarnation", exit.incarnation(), "reason", exit.reason());
            exit.code().ifPresent(code -> map.put("code", (long) code));
            exit.signal().ifPresent(signal -> map.put("signal", (long) signal));
            exit.cpuMicros().ifPresent(cpu -> map.put("cpu_usec", cpu));
            exit.memoryPeakBytes().ifPresent(peak -> map.put("memory_peak_bytes", peak));
            return map;
        }
    }

    record HeartbeatMissed(String agent, String run, long silentMillis, long allowedMillis) implements Event {
        @Override
        public String kind() {
            return "agent.heartbeat-missed";
        }

        @Override
        public Map<String, Object> data() {
            return fields("silent_ms", silentMillis, "allowed_ms", allowedMillis);
        }
    }

    /**
     * A limit that the service itself watches was passed, and the agent is ended for it.
     *
     * @param limit the contract's field, for example {@code budget.wall_time}
     */
    record LimitReached(String agent, String run, String limit, long used, long allowed, String unit, String line)
            implements Event {
        @Override
        public String kind() {
            return "agent.limit-reached";
        }

        @Override
        public Map<String, Object> data() {
            return fields("limit", limit, "used", used, "allowed", allowed, "unit", unit, "contract_line", line);
        }
    }

    /** A restart was decided: after which wait, and how many were used. */
    record RestartScheduled(String agent, int attempt, int allowed, long waitMillis, String reason) implements Event {
        @Override
        public String kind() {
            return "agent.restart-scheduled";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "attempt", (long) attempt, "allowed", (long) allowed, "wait_ms", waitMillis, "reason", reason);
        }
    }

    /** Restarts are used up: the agent and its last failure are kept for a person to look at. */
    record DeadLettered(String agent, String reason) implements Event {
        @Override
        public String kind() {
            return "agent.dead-letter";
        }

        @Override
        public Map<String, Object> data() {
            return fields("reason", reason);
        }
    }

    // ------------------------------------------------------------------ runs, tools, effects

    record RunStarted(String agent, String run, List<Map<String, Object>> plan) implements Event {
        @Override
        public String kind() {
            return "run.started";
        }

        @Override
        public Map<String, Object> data() {
            return fields("plan", plan);
        }
    }

    record RunFinished(String agent, String run, String outcome, String reason) implements Event {
        @Override
        public String kind() {
            return "run.finished";
        }

        @Override
        public Map<String, Object> data() {
            return fields("outcome", outcome, "reason", reason);
        }
    }

    /** The decision on one tool call, with the rule and the contract line it rests on. */
    record ToolDecided(
            String agent,
            String run,
            String step,
            String tool,
            String decision,
            String code,
            String reason,
            String contractLine,
            String target)
            implements Event {
        @Override
        public String kind() {
            return "tool.decided";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "step",
                    step,
                    "tool",
                    tool,
                    "decision",
                    decision,
                    "code",
                    code,
                    "reason",
                    reason,
                    "contract_line",
                    contractLine,
                    "target",
                    target);
        }
    }

    /** A person gave an agent a task. {@code scope} is {@code declared}, with the tools it needs, or {@code open}. */
    record TaskBegun(String agent, String run, String task, String by, String scope, List<String> tools)
            implements Event {
        @Override
        public String kind() {
            return "task.begun";
        }

        @Override
        public Map<String, Object> data() {
            return fields("task", task, "by", by, "scope", scope, "tools", tools);
        }
    }

    record TaskEnded(String agent, String run, String task) implements Event {
        @Override
        public String kind() {
            return "task.ended";
        }

        @Override
        public Map<String, Object> data() {
            return fields("task", task);
        }
    }

    /** Written and durable before an effect is tried. */
    record EffectAttempted(
            String agent, String run, String step, String tool, String key, String target, Map<String, Object> intent)
            implements Event {
        @Override
        public String kind() {
            return "effect.attempted";
        }

        @Override
        public Map<String, Object> data() {
            return fields("step", step, "tool", tool, "key", key, "target", target, "intent", intent);
        }
    }

    /** {@code outcome} is {@code done}, {@code failed} or {@code in-doubt}. */
    record EffectFinished(
            String agent, String run, String step, String tool, String key, String outcome, Map<String, Object> detail)
            implements Event {
        @Override
        public String kind() {
            return "effect.finished";
        }

        @Override
        public Map<String, Object> data() {
            return fields("step", step, "tool", tool, "key", key, "outcome", outcome, "detail", detail);
        }
    }

    // ------------------------------------------------------------------ consent

    /** {@code risk} is {@code normal} or {@code high}; asks with the same {@code group} are of one shape. */
    record ConsentAsked(
            String agent,
            String run,
            String ask,
            String what,
            String title,
            String tool,
            String target,
            String risk,
            String group,
            String shown)
            implements Event {
        @Override
        public String kind() {
            return "consent.asked";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "ask",
                    ask,
                    "ask_kind",
                    what,
                    "title",
                    title,
                    "tool",
                    tool,
                    "target",
                    target,
                    "risk",
                    risk,
                    "group",
                    group,
                    "shown_sha256",
                    shown);
        }
    }

    /**
     * {@code shown} is the digest of everything that was displayed, {@code seen} of the content that the client says was
     * painted to its end.
     */
    record ConsentAnswered(
            String agent, String run, String ask, String answer, String by, String scope, String shown, String seen)
            implements Event {
        @Override
        public String kind() {
            return "consent.answered";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "ask", ask, "answer", answer, "by", by, "scope", scope, "shown_sha256", shown, "seen_sha256", seen);
        }
    }

    /** An ask that was never put to a person. {@code dropped} asks of this agent were refused since the last such line. */
    record ConsentRefused(String agent, String run, String key, String what, String code, String reason, long dropped)
            implements Event {
        @Override
        public String kind() {
            return "consent.refused";
        }

        @Override
        public Map<String, Object> data() {
            return fields("key", key, "ask_kind", what, "code", code, "reason", reason, "dropped", dropped);
        }
    }

    record GrantGiven(
            String agent, String run, String grant, String ask, String tool, String target, String lifetime, String by)
            implements Event {
        @Override
        public String kind() {
            return "grant.given";
        }

        @Override
        public Map<String, Object> data() {
            return fields("grant", grant, "ask", ask, "tool", tool, "target", target, "lifetime", lifetime, "by", by);
        }
    }

    record GrantEnded(String agent, String grant, String reason, String by) implements Event {
        @Override
        public String kind() {
            return "grant.ended";
        }

        @Override
        public Map<String, Object> data() {
            return fields("grant", grant, "reason", reason, "by", by);
        }
    }

    // ------------------------------------------------------------------ connections

    /**
     * The decision on a connection to the outside; durable before it is made. {@code decision} is {@code allowed},
     * {@code asks}, {@code refused} or {@code failed}.
     *
     * @param way {@code tunnel}, {@code http} or {@code tool}
     * @param addresses the only ones that may be connected to
     * @param times how many equal decisions this record stands for; more than one only for refusals
     */
    record EgressDecided(
            String agent,
            String run,
            String host,
            long port,
            String way,
            String decision,
            String code,
            String reason,
            String contractLine,
            List<String> addresses,
            long times)
            implements Event {
        @Override
        public String kind() {
            return "egress.decided";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "host",
                    host,
                    "port",
                    port,
                    "way",
                    way,
                    "decision",
                    decision,
                    "code",
                    code,
                    "reason",
                    reason,
                    "contract_line",
                    contractLine,
                    "addresses",
                    addresses,
                    "times",
                    times);
        }
    }

    /** A connection ended. {@code end} is {@code done} or the code of what ended it; bytes as the agent sent and got. */
    record EgressClosed(
            String agent,
            String run,
            String host,
            long port,
            String address,
            long bytesOut,
            long bytesIn,
            long millis,
            String end)
            implements Event {
        @Override
        public String kind() {
            return "egress.closed";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "host",
                    host,
                    "port",
                    port,
                    "address",
                    address,
                    "bytes_out",
                    bytesOut,
                    "bytes_in",
                    bytesIn,
                    "ms",
                    millis,
                    "end",
                    end);
        }
    }

    // ------------------------------------------------------------------ models

    /**
     * A call of a model was decided; durable before anything of the answer is given on, and before anything leaves for a
     * model that runs elsewhere.
     *
     * @param asked the name that was asked for; {@code model} the one that answers
     * @param promptSha256 digest of what is sent
     * @param promptTokens its length as we count it
     */
    record ModelCalled(
            String agent,
            String run,
            String call,
            String asked,
            String model,
            String latency,
            String promptSha256,
            long promptTokens,
            String contractLine)
            implements Event {
        @Override
        public String kind() {
            return "model.called";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "call",
                    call,
                    "asked",
                    asked,
                    "model",
                    model,
                    "class",
                    latency,
                    "prompt_sha256",
                    promptSha256,
                    "prompt_tokens",
                    promptTokens,
                    "contract_line",
                    contractLine);
        }
    }

    /**
     * How a call of a model ended. {@code outcome} is {@code done}, or the code of what went wrong.
     *
     * @param figures tokens, cost and times; milliseconds and tokens as the names say
     */
    record ModelAnswered(
            String agent,
            String run,
            String call,
            String model,
            String outcome,
            String reason,
            Map<String, Object> figures)
            implements Event {
        @Override
        public String kind() {
            return "model.answered";
        }

        @Override
        public Map<String, Object> data() {
            return fields("call", call, "model", model, "outcome", outcome, "reason", reason, "figures", figures);
        }
    }

    /** A call of a model was not let through. */
    record ModelRefused(String agent, String run, String asked, String code, String reason, String contractLine)
            implements Event {
        @Override
        public String kind() {
            return "model.refused";
        }

        @Override
        public Map<String, Object> data() {
            return fields("asked", asked, "code", code, "reason", reason, "contract_line", contractLine);
        }
    }

    /** Another model stands in for the one that was asked for. */
    record ModelSubstituted(
            String agent, String run, String call, String wanted, String given, String reason, String contractLine)
            implements Event {
        @Override
        public String kind() {
            return "model.substituted";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "call", call, "wanted", wanted, "given", given, "reason", reason, "contract_line", contractLine);
        }
    }

    /** An objective of the contract was missed. {@code objective} is {@code onset}, {@code turn} or {@code jitter}. */
    record SloMissed(
            String agent, String run, String call, String objective, long measured, long allowed, String contractLine)
            implements Event {
        @Override
        public String kind() {
            return "slo.missed";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "call",
                    call,
                    "objective",
                    objective,
                    "measured",
                    measured,
                    "allowed",
                    allowed,
                    "contract_line",
                    contractLine);
        }
    }

    /**
     * A budget is nearly or wholly used up, or was raised. {@code change} is {@code near}, {@code reached},
     * {@code passed} or {@code raised}.
     */
    record BudgetChanged(
            String agent,
            String run,
            String limit,
            String change,
            String used,
            String allowed,
            String by,
            String contractLine)
            implements Event {
        @Override
        public String kind() {
            return "budget.changed";
        }

        @Override
        public Map<String, Object> data() {
            return fields(
                    "limit",
                    limit,
                    "change",
                    change,
                    "used",
                    used,
                    "allowed",
                    allowed,
                    "by",
                    by,
                    "contract_line",
                    contractLine);
        }
    }

    /**
     * What is known of models was changed. {@code what} is {@code provider}, {@code alias}, {@code budget},
     * {@code weights}; {@code change} for example {@code added}, {@code removed}, {@code approved}, {@code differ}.
     */
    record ModelsChanged(String what, String name, String change, Map<String, Object> detail, String by)
            implements Event {
        @Override
        public String kind() {
            return "models.changed";
        }

        @Override
        public Map<String, Object> data() {
            return fields("what", what, "name", name, "change", change, "detail", detail, "by", by);
        }
    }

    // ------------------------------------------------------------------ support

    /** An ordered map of alternating names and values. Absent optionals and nulls are left out by the caller. */
    static Map<String, Object> fields(Object... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("names and values must alternate");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    /** A receipt as plain values, the shape shown by every face. */
    static List<Map<String, Object>> receiptLines(Sandbox.Receipt receipt) {
        return receipt.lines().stream()
                .map(line -> fields(
                        "mechanism", line.mechanism(),
                        "declared", line.declared(),
                        "actual", line.actual(),
                        "how", line.how(),
                        "probe", line.probe()))
                .toList();
    }

    /** The value or an empty text. */
    static String orEmpty(Optional<String> value) {
        return value.orElse("");
    }
}

package dev.agentos.agentd.agents;

import dev.agentos.agentd.egress.EgressDoors;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.AgentWire.ReceiptLine;
import dev.agentos.bridge.wire.EgressWire;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.egress.Destination;
import dev.agentos.domain.egress.EgressDecision;
import dev.agentos.domain.egress.EgressPolicy.Admission;
import dev.agentos.domain.egress.EgressPolicy.How;
import dev.agentos.domain.egress.EgressRules;
import dev.agentos.domain.explain.Explainer;
import dev.agentos.domain.explain.Explanation;
import dev.agentos.domain.explain.SandboxFacts;
import dev.agentos.domain.port.Sandbox.Mount;
import dev.agentos.domain.port.Sandbox.Receipt;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Explains an operation of a process agent from its contract, its receipt and what was recorded of it. */
final class ProcessExplanation {

    private static final Pattern URL = Pattern.compile("(?i)(https?)://([^/?#]*).*");
    private static final Pattern WITH_PORT = Pattern.compile("(.*):([0-9]{1,5})");

    private final AgentRecord agent;
    private final ContractDocument document;
    private final EgressDoors egress;
    private final SandboxFacts facts;

    private ProcessExplanation(
            AgentRecord agent, ContractDocument document, EgressDoors egress, List<Path> serviceFolders) {
        this.agent = agent;
        this.document = document;
        this.egress = egress;
        this.facts = facts(agent, document, serviceFolders);
    }

    static AgentWire.Explanation of(
            AgentRecord agent,
            ContractDocument document,
            EgressDoors egress,
            List<Path> serviceFolders,
            String operation,
            String target) {
        return new ProcessExplanation(agent, document, egress, serviceFolders).explain(operation, target);
    }

    private static SandboxFacts facts(AgentRecord agent, ContractDocument document, List<Path> serviceFolders) {
        var compute = document.contract().compute();
        return new SandboxFacts(
                ContractRules.filesystem(document.contract(), agent.input()),
                SandboxPlans.system().stream().map(ProcessExplanation::targetOf).toList(),
                serviceFolders.stream().map(Path::toString).toList(),
                agent.receipt().stream().map(ProcessExplanation::line).toList(),
                new SandboxFacts.LimitWords(
                        agent.bound().memoryBytes() / (1024 * 1024) + " MiB",
                        String.valueOf(compute.pids()),
                        agent.bound().cpuMillis() / 1000.0 + " CPUs",
                        String.valueOf(compute.openFiles()),
                        compute.diskBytes() / (1024 * 1024) + " MiB",
                        String.valueOf(compute.diskFiles())));
    }

    private static Receipt.Line line(ReceiptLine line) {
        return new Receipt.Line(line.mechanism(), line.declared(), line.actual(), line.how(), line.probe());
    }

    private static String targetOf(Mount mount) {
        return switch (mount) {
            case Mount.Bind bind -> bind.target();
            case Mount.Tmpfs tmpfs -> tmpfs.target();
            case Mount.Proc proc -> proc.target();
            case Mount.Dev dev -> dev.target();
            case Mount.Symlink link -> link.target();
            case Mount.File file -> file.target();
        };
    }

    private AgentWire.Explanation explain(String operation, String target) {
        Explanation explanation = Explainer.isConnection(operation)
                ? Explainer.connectElsewhere(facts, target).orElseGet(() -> connection(operation, target.strip()))
                : Explainer.explain(facts, operation, target);
        String line = explanation.contractPath().isEmpty()
                ? ""
                : explanation.contractPath().indexOf(':') >= 0
                        ? explanation.contractPath()
                        : document.lineOf(explanation.contractPath()).toString();
        return new AgentWire.Explanation(
                agent.id(),
                operation,
                target,
                explanation.answer(),
                explanation.why(),
                line,
                explanation.next(),
                explanation.mechanism());
    }

    // ------------------------------------------------------------------ connections

    private Explanation connection(String operation, String target) {
        if (target.isEmpty()) {
            return new Explanation("unknown", "no host is named", "", "", "name one: connect example.org:443");
        }
        Matcher url = URL.matcher(target);
        boolean isUrl = url.matches();
        String authority = isUrl ? url.group(2) : target;
        int port = isUrl && url.group(1).equalsIgnoreCase("http") ? 80 : 443;
        String host = authority;
        Matcher withPort = WITH_PORT.matcher(authority);
        boolean bareV6 = !authority.startsWith("[") && authority.indexOf(':') != authority.lastIndexOf(':');
        if (bareV6) {
            host = "[" + authority + "]";
        } else if (withPort.matches()) {
            host = withPort.group(1);
            port = Integer.parseInt(withPort.group(2));
        }
        How how = port == 80 || (isUrl && port != 443 && url.group(1).equalsIgnoreCase("http")) ? How.HTTP : How.TUNNEL;
        boolean lookUp = operation.equals("resolve") || operation.equals("dns");
        return told(egress.explain(agent.id(), agent.run(), document, host, port, how), host, port, lookUp);
    }

    private Explanation told(Admission admission, String host, int port, boolean lookUp) {
        boolean open = EgressRules.hasWayOut(document.contract());
        String direct = "; a direct connection finds no route (ENETUNREACH), since the sandbox has loopback alone"
                + standing("egress.no_route");
        String names = lookUp
                ? "; there is no resolver inside and no route to one, so names are looked up by the service alone"
                : "";
        return switch (admission) {
            case Admission.LookUp found ->
                new Explanation(
                        "allowed",
                        found.reason() + ": through the proxy at 127.0.0.1:" + EgressRules.PROXY_PORT
                                + ", unless the name leads to this machine or a private network" + names + direct
                                + standing("egress.proxy") + recorded(host, port),
                        "egress.proxy",
                        found.contractLine(),
                        "");
            case Admission.Settled(EgressDecision decision) ->
                new Explanation(
                        decision.word(),
                        decision.reason()
                                + (open
                                        ? "; the proxy "
                                                + (decision instanceof EgressDecision.NeedsConsent
                                                        ? "holds the connection until a person answers"
                                                        : "refuses it with 403")
                                        : "; the contract opens no way out, so there is no proxy inside")
                                + names
                                + direct
                                + standing("egress.proxy")
                                + recorded(host, port),
                        open ? "egress.proxy" : "egress.no_route",
                        decision.contractLine(),
                        decision instanceof EgressDecision.Refused refused ? refused.next() : "agentctl consent list");
        };
    }

    private String standing(String mechanism) {
        return agent.receipt().stream()
                .filter(line -> line.mechanism().equals(mechanism))
                .findFirst()
                .map(line -> "; receipt: " + mechanism + " " + line.actual())
                .orElse("");
    }

    /** What really happened there, where something did. */
    private String recorded(String host, int port) {
        String name = Destination.read(host) instanceof Destination.Read.Ok(Destination destination)
                ? destination.host()
                : host;
        Optional<EgressWire.Refusal> refusal =
                egress.report(agent.id(), document, agent.state().isFinal()).refusals().stream()
                        .filter(past -> past.host().equals(name) && past.port() == port)
                        .findFirst();
        return refusal.map(past -> "; refused " + past.times() + " time" + (past.times() == 1 ? "" : "s") + ", last at "
                        + past.at() + " (" + past.code() + ")")
                .orElse("");
    }
}

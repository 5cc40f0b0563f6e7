package dev.agentos.agentd.egress;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.bridge.wire.EgressWire;
import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.egress.EgressPolicy.Admission;
import dev.agentos.domain.egress.EgressPolicy.How;
import dev.agentos.domain.egress.EgressRules;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Sandbox.Door;
import dev.agentos.domain.port.Sandbox.Plan;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** The proxies of all agents: opened with an agent, found again after a restart of the service, closed with its end. */
public final class EgressDoors implements AutoCloseable {

    private static final String NO_ROUTE = "egress.no_route";

    /** A socket's path has at most 107 bytes. */
    private static final int LONGEST_FOLDER = 100;

    private final Path directory;
    private final EgressConnector connector;
    private final EgressAsks asks;
    private final EgressBook book;
    private final Callers callers;
    private final Map<String, EgressProxy> proxies = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer;

    /** Who an agent is now; empty when it is over. */
    public interface Callers {
        Optional<EgressCaller> find(String agent);
    }

    /** @param directory where the sockets are, one folder for each agent */
    public EgressDoors(
            Path directory,
            Journal journal,
            ConsentService consent,
            TimeSource time,
            Resolver resolver,
            Callers callers) {
        this.directory = directory;
        this.book = new EgressBook(journal, time);
        this.asks = new EgressAsks(consent, time, book);
        this.connector = new EgressConnector(resolver, consent, asks, book);
        this.callers = callers;
        this.timer = (ScheduledThreadPoolExecutor) Executors.newScheduledThreadPool(
                1, Thread.ofPlatform().daemon().name("egress-limits").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Reads what agents did before a restart. */
    public void load() {
        book.load();
    }

    /** The connector, for tools that fetch for an agent. */
    public EgressConnector connector() {
        return connector;
    }

    /** The folder of an agent's socket, short enough for a socket's path. */
    private Path folderOf(String agent) {
        Path plain = directory.resolve(agent);
        return plain.toString().length() <= LONGEST_FOLDER
                ? plain
                : directory.resolve(Digests.sha256Hex(agent).substring(0, 16));
    }

    /** Where an agent's socket is. */
    Path socketOf(String agent) {
        return folderOf(agent).resolve(EgressProxy.SOCKET);
    }

    // ------------------------------------------------------------------ a sandbox with a way out

    /**
     * Opens the agent's proxy where its contract has a way out, and puts the door and its environment into the plan. What
     * the contract's own environment says about proxies stays.
     *
     * @param doors whether the sandbox can have doors; without them a flexible contract runs with no way out
     */
    public Plan equip(String agent, ContractDocument document, Plan plan, boolean doors) {
        if (!doors || !EgressRules.hasWayOut(document.contract())) {
            return plan;
        }
        open(agent);
        Map<String, String> env = new LinkedHashMap<>(environment(document.contract()));
        env.putAll(plan.env());
        List<Door> all = new ArrayList<>(plan.doors());
        all.add(new Door(EgressRules.PROXY_PORT, socketOf(agent).toString()));
        return new Plan(
                plan.incarnation(),
                plan.hostname(),
                plan.argv(),
                env,
                plan.workdir(),
                plan.mounts(),
                plan.stdio(),
                plan.limits(),
                all,
                plan.schedule(),
                plan.ownUid());
    }

    /** The variables by which programs find a proxy. Own loopback stays direct unless the contract opens the host's. */
    static Map<String, String> environment(AgentContract contract) {
        String proxy = "http://127.0.0.1:" + EgressRules.PROXY_PORT;
        List<String> direct = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
        for (String domain : contract.egress().domains()) {
            direct.remove(domain.split(":", 2)[0]);
        }
        Map<String, String> env = new LinkedHashMap<>();
        for (String name : List.of("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")) {
            env.put(name, proxy);
            env.put(name.toLowerCase(java.util.Locale.ROOT), proxy);
        }
        env.put("NO_PROXY", String.join(",", direct));
        env.put("no_proxy", String.join(",", direct));
        return env;
    }

    /** Opens the proxy of an agent that runs, for example after a restart of the service. Opening twice is no error. */
    public void open(String agent) {
        proxies.computeIfAbsent(agent, _ -> {
            Path folder = folderOf(agent);
            try {
                return EgressProxy.open(connector, () -> callers.find(agent), timer, folder);
            } catch (IOException e) {
                throw new ServiceException(
                        ServiceException.Kind.UNAVAILABLE,
                        "egress.socket",
                        "the proxy of " + agent + " cannot listen: " + e.getMessage(),
                        folder.toString(),
                        "check the run directory's disk and owner");
            }
        });
    }

    /** Takes up the proxy of an adopted agent where its contract has one. */
    public void adopt(String agent, ContractDocument document) {
        if (EgressRules.hasWayOut(document.contract())) {
            open(agent);
        }
    }

    /** Closes what an agent had open. Closing twice is no error. */
    public void close(String agent) {
        EgressProxy proxy = proxies.remove(agent);
        if (proxy != null) {
            proxy.close();
        }
        try {
            // Also what a service left that was killed.
            Files.deleteIfExists(socketOf(agent));
            Files.deleteIfExists(folderOf(agent));
        } catch (IOException e) {
            System.getLogger(EgressDoors.class.getName())
                    .log(System.Logger.Level.DEBUG, folderOf(agent) + ": " + e.getMessage());
        }
        asks.forget(agent);
        book.flush(agent, true);
    }

    // ------------------------------------------------------------------ what is shown

    /** The receipt with the line that the service proves itself, beside those of the sandbox. */
    public List<Receipt.Line> receipt(String agent, ContractDocument document, Receipt receipt) {
        List<Receipt.Line> lines = new ArrayList<>(receipt.lines());
        if (lines.stream().noneMatch(line -> line.mechanism().equals(NO_ROUTE))) {
            // A broker of an earlier release says nothing about it.
            boolean own = lines.stream()
                    .anyMatch(line -> line.mechanism().equals("namespace.net")
                            && line.actual().equals("enforced"));
            lines.add(new Receipt.Line(NO_ROUTE, true, own ? "enforced" : "missing", "by namespace.net", ""));
        }
        boolean wanted = EgressRules.hasWayOut(document.contract());
        EgressProxy proxy = proxies.get(agent);
        if (!wanted) {
            lines.add(new Receipt.Line("egress.proxy", false, "not-asked", "", "the contract opens no way out"));
        } else if (proxy == null) {
            lines.add(new Receipt.Line("egress.proxy", true, "missing", "no proxy is open", ""));
        } else {
            lines.add(ProxyProbe.line(proxy.socket()));
        }
        return lines;
    }

    /** What the decision on a connection would be, without a look-up, a record or a connection. */
    public Admission explain(String agent, String run, ContractDocument document, String host, int port, How how) {
        return connector.explain(agent, run, EgressRules.of(document), host, port, how);
    }

    /** What an agent may reach and what it did. */
    public EgressWire.EgressReport report(String agent, ContractDocument document, boolean over) {
        EgressTotals totals = book.read(agent);
        AgentContract contract = document.contract();
        EgressRules rules = EgressRules.of(document);
        return new EgressWire.EgressReport(
                agent,
                over ? "over" : EgressRules.hasWayOut(contract) ? "open" : "closed",
                contract.egress().domains(),
                rules.asks(),
                totals.places(),
                totals.refusals());
    }

    @Override
    public void close() {
        proxies.values().forEach(EgressProxy::close);
        proxies.clear();
        timer.shutdownNow();
        book.close();
    }
}

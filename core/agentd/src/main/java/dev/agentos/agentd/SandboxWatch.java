package dev.agentos.agentd;

import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.machine.HostFactsProbe;
import dev.agentos.agentd.machine.MachineProbe;
import dev.agentos.domain.doctor.Doctor;
import dev.agentos.domain.doctor.Finding;
import dev.agentos.domain.port.Sandbox;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Learns what the host can enforce without delaying the door: the broker is asked in the background. */
public final class SandboxWatch {

    private final Sandbox sandbox;
    private final MachineProbe probe;
    private final HostFactsProbe facts;
    private final AgentBook book;
    private final ServiceStatus status;
    private final Supplier<Set<String>> models;
    private final Supplier<Set<String>> tools;
    private final AtomicReference<List<Finding>> findings = new AtomicReference<>(List.of());
    private final CountDownLatch known = new CountDownLatch(1);

    SandboxWatch(
            Sandbox sandbox,
            MachineProbe probe,
            HostFactsProbe facts,
            AgentBook book,
            ServiceStatus status,
            Supplier<Set<String>> models,
            Supplier<Set<String>> tools) {
        this.sandbox = sandbox;
        this.probe = probe;
        this.facts = facts;
        this.book = book;
        this.status = status;
        this.models = models;
        this.tools = tools;
    }

    void begin() {
        Thread.ofPlatform().daemon().name("sandbox-probe").start(this::refresh);
    }

    /** Asks the broker again, for example after it was repaired. */
    public void refresh() {
        try {
            Sandbox.Host host = sandbox.host();
            status.host(host);
            book.machine(probe.probe(models.get(), tools.get(), Optional.of(host), ""));
            findings.set(Doctor.examine(facts.read(Optional.of(host), "")));
        } catch (Sandbox.SandboxException e) {
            String why = String.valueOf(e.getMessage());
            status.hostTrouble(why);
            book.machine(probe.probe(models.get(), tools.get(), Optional.empty(), why));
            findings.set(Doctor.examine(facts.read(Optional.empty(), why)));
        } finally {
            known.countDown();
        }
    }

    /** What the last probe found, with what follows from it. */
    public List<Finding> findings() {
        return findings.get();
    }

    /** Waits until the first answer is there, good or bad. */
    public void awaitKnown() {
        try {
            if (!known.await(30, TimeUnit.SECONDS)) {
                status.hostTrouble("the sandbox broker did not answer in 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

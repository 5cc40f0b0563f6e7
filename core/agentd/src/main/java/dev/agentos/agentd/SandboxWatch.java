package dev.agentos.agentd;

import dev.agentos.agentd.agents.AgentBook;
import dev.agentos.agentd.machine.GpuProbe;
import dev.agentos.agentd.machine.HostFactsProbe;
import dev.agentos.agentd.machine.MachineProbe;
import dev.agentos.domain.doctor.Doctor;
import dev.agentos.domain.doctor.Finding;
import dev.agentos.domain.port.Sandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Learns what the host can enforce without delaying the door: the broker is asked in the background. */
public final class SandboxWatch {

    private final Sandbox sandbox;
    private final MachineProbe probe;
    private final HostFactsProbe facts;
    private final GpuProbe gpus;
    private final AgentBook book;
    private final ServiceStatus status;
    private final Supplier<Set<String>> models;
    private final Supplier<Set<String>> tools;
    private final AtomicReference<List<Finding>> findings = new AtomicReference<>(List.of());
    private final ReentrantLock machine = new ReentrantLock();
    private final CountDownLatch known = new CountDownLatch(1);

    SandboxWatch(
            Sandbox sandbox,
            MachineProbe probe,
            HostFactsProbe facts,
            GpuProbe gpus,
            AgentBook book,
            ServiceStatus status,
            Supplier<Set<String>> models,
            Supplier<Set<String>> tools) {
        this.sandbox = sandbox;
        this.probe = probe;
        this.facts = facts;
        this.gpus = gpus;
        this.book = book;
        this.status = status;
        this.models = models;
        this.tools = tools;
    }

    void begin() {
        Thread.ofPlatform().daemon().name("sandbox-probe").start(this::refresh);
        // A maker's program may take seconds, and the first agent does not wait for it.
        Thread.ofVirtual().name("gpu-probe").start(this::lookForGpus);
    }

    private void lookForGpus() {
        try {
            long bytes = gpus.read().totalBytes();
            machine.lock();
            try {
                book.machine(book.ledger().machine().withGpuMemory(bytes));
            } finally {
                machine.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at everything again, graphics processors too. */
    public void examine() {
        lookForGpus();
        refresh();
    }

    /** Asks the broker again, for example after it was repaired. */
    public void refresh() {
        try {
            Sandbox.Host host = sandbox.host();
            status.host(host);
            measure(Optional.of(host), "");
            findings.set(Doctor.examine(facts.read(Optional.of(host), "")));
        } catch (Sandbox.SandboxException e) {
            String why = String.valueOf(e.getMessage());
            status.hostTrouble(why);
            measure(Optional.empty(), why);
            findings.set(Doctor.examine(facts.read(Optional.empty(), why)));
        } finally {
            known.countDown();
        }
    }

    /** What was measured last is what admission knows, also where graphics processors were found meanwhile. */
    private void measure(Optional<Sandbox.Host> host, String why) {
        machine.lock();
        try {
            book.machine(probe.probe(models.get(), tools.get(), host, why));
        } finally {
            machine.unlock();
        }
    }

    /** What the last probe found, with what follows from it. */
    public List<Finding> findings() {
        List<Finding> all = new ArrayList<>(findings.get());
        all.add(gpus.last().finding());
        return List.copyOf(all);
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

package dev.agentos.agentd.egress;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.egress.EgressRules;
import dev.agentos.domain.egress.IpAddress;
import dev.agentos.domain.port.Journal.Recorded;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.Sandbox;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The proxies over a real journal, a real queue and real sockets; names lead where the test says. */
final class EgressHouse implements AutoCloseable {

    static final String AGENT = "agent-a-001";

    final ManualTimeSource time = new ManualTimeSource();
    final SqliteJournal journal;
    final ConsentService consent;
    final EgressDoors doors;
    final Map<String, List<String>> names = new ConcurrentHashMap<>();
    final List<String> lookedUp = new CopyOnWriteArrayList<>();
    final AtomicBoolean alone = new AtomicBoolean();
    final AtomicBoolean over = new AtomicBoolean();
    private final ContractDocument document;

    EgressHouse(Path directory, String egressAndMore) throws IOException {
        String text = "apiVersion: agentos/v0.2\nkind: AgentContract\nname: a\n"
                + "runtime: { process: { command: [/bin/true] } }\n" + egressAndMore;
        this.document = ContractParser.parse(text, "c.yaml") instanceof ParseOutcome.Parsed parsed
                ? parsed.document()
                : bad(text);
        this.journal = SqliteJournal.open(JournalFiles.in(directory.resolve("state")), time, _ -> {});
        this.consent = new ConsentService(journal, time, "boot", () -> !alone.get());
        consent.load();
        this.doors = new EgressDoors(directory.resolve("d"), journal, consent, time, this::lookUp, _ -> caller());
        doors.load();
    }

    private static ContractDocument bad(String text) {
        throw new AssertionError(ContractParser.parse(text, "c.yaml").toString());
    }

    private List<IpAddress> lookUp(String name) throws UnknownHostException {
        lookedUp.add(name);
        List<String> found = names.get(name);
        if (found == null) {
            throw new UnknownHostException(name);
        }
        return found.stream()
                .map(text ->
                        (text.indexOf(':') < 0 ? IpAddress.parseDotted(text) : IpAddress.parseV6(text)).orElseThrow())
                .toList();
    }

    Optional<EgressCaller> caller() {
        return over.get()
                ? Optional.empty()
                : Optional.of(new EgressCaller(
                        AGENT,
                        AGENT + ".1",
                        "a",
                        EgressRules.of(document),
                        new Trace("t" + System.nanoTime()),
                        Duration.ofHours(1),
                        alone.get()));
    }

    ContractDocument document() {
        return document;
    }

    /** The plan of a sandbox with the door and the environment put in. */
    Sandbox.Plan equip(Map<String, String> env) {
        OptionalLong none = OptionalLong.empty();
        return doors.equip(
                AGENT,
                document,
                new Sandbox.Plan(
                        AGENT + ".1",
                        "a",
                        List.of("/bin/true"),
                        env,
                        "/",
                        List.of(),
                        new Sandbox.Stdio(Optional.empty(), "/dev/null", "/dev/null"),
                        new Sandbox.Limits(none, none, none, none, none)),
                true);
    }

    SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(doors.socketOf(AGENT)));
    }

    /** Sends bytes as they are and reads until the proxy closes. */
    String ask(String request) throws IOException {
        try (SocketChannel channel = connect()) {
            send(channel, request);
            return rest(channel);
        }
    }

    static void send(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    static String rest(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            Channels.newInputStream(channel).transferTo(all);
        } catch (IOException e) {
            all.writeBytes(("[" + e.getMessage() + "]").getBytes(StandardCharsets.US_ASCII));
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Waits for the one question that is open. */
    AskRecord question() throws InterruptedException {
        for (int i = 0; i < 2000; i++) {
            List<AskRecord> pending = consent.pending();
            if (!pending.isEmpty()) {
                return pending.getFirst();
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new AssertionError("nothing was asked");
    }

    void answer(AskRecord question, boolean allow, Scope scope) {
        consent.answer(
                new Trace("answer"),
                question.ask().id(),
                allow
                        ? Answer.allow(
                                question.ask(),
                                scope,
                                "user me",
                                Optional.of(question.ask().confirmWord()))
                        : new Answer(false, Scope.ONCE, "user me", "", Optional.empty()),
                false);
    }

    /** Events of a kind, oldest first, once everything before is written. */
    List<Map<String, Object>> events(String kind) {
        journal.commit(new dev.agentos.domain.port.Journal.Batch(new Trace("flush"), List.of(), List.of()));
        List<Map<String, Object>> found = new ArrayList<>();
        for (Recorded event : journal.read(0, 10_000)) {
            if (event.kind().equals(kind)) {
                found.add(event.data());
            }
        }
        return found;
    }

    /** Waits until there are so many events of a kind. */
    List<Map<String, Object>> awaitEvents(String kind, int count) throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            List<Map<String, Object>> found = events(kind);
            if (found.size() >= count) {
                return found;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        throw new AssertionError("only " + events(kind));
    }

    @Override
    public void close() {
        doors.close();
        try {
            journal.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}

package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.fake.ManualTimeSource;
import dev.agentos.agentd.journal.JournalFiles;
import dev.agentos.agentd.journal.SqliteJournal;
import dev.agentos.agentd.tools.Tool.Place;
import dev.agentos.agentd.tools.ToolGateway.Caller;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.Idempotency;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sink that dies after the effect and before the answer: what a retry may do depends on whether it takes a key. */
@Timeout(60)
class DyingSinkTest {

    /** Somebody else's service: it outlives agentd and knows only what it is sent. */
    private static final class Bank {
        private final Set<String> done = new LinkedHashSet<>();
        private final List<String> heard = new ArrayList<>();
        private int paid;
        private boolean dies;

        /** With a key the same key pays once; without one every request pays. */
        void pay(Optional<String> key) throws IOException {
            heard.add(key.orElse("no key"));
            if (key.isEmpty() || done.add(key.get())) {
                paid++;
            }
            if (dies) {
                throw new IOException("connection reset");
            }
        }
    }

    /** agentd ends here: nothing after this point is recorded. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private record Pay(Bank bank, Idempotency idempotency, boolean[] crash) implements Tool.Effectful {
        @Override
        public ToolDescriptor descriptor() {
            return ToolDescriptor.named("pay", Effect.CHANGES, "Pays.")
                    .input(InputSchema.object().required("to", "string", "Whom."))
                    .destinations("to")
                    .idempotency(idempotency)
                    .build();
        }

        @Override
        public List<Policy.Target> targets(Arguments arguments, Place place) {
            return List.of();
        }

        @Override
        public Intent plan(Arguments arguments, Place place, String key) throws ToolException {
            String to = arguments.text("to");
            return new Intent("pay", key, to, Map.of("to", to), "", Map.of("to", to), new byte[0]);
        }

        @Override
        public ToolResult apply(Intent intent) throws ToolException {
            try {
                bank.pay(idempotency == Idempotency.KEYED ? Optional.of(intent.key()) : Optional.empty());
            } catch (IOException e) {
                throw new UnknownOutcomeException("pay.lost", "no answer: " + e.getMessage(), "call again");
            }
            if (crash[0]) {
                throw new Crash();
            }
            return ToolResult.of(Map.of("paid", true));
        }

        @Override
        public void undo(Intent intent, boolean force) throws ToolException {
            throw new ToolException("undo.impossible", "paid is paid", "ask for it back");
        }
    }

    private final Bank bank = new Bank();
    private final boolean[] crash = {false};
    private Path directory = Path.of("/");

    @BeforeEach
    void folder(@TempDir Path temp) {
        directory = temp;
    }

    private interface Use {
        void with(ToolGateway gateway) throws Exception;
    }

    private void service(Idempotency idempotency, Use use) throws Exception {
        ManualTimeSource time = new ManualTimeSource();
        try (SqliteJournal journal = SqliteJournal.open(JournalFiles.in(directory), time, _ -> {})) {
            ConsentService consent = new ConsentService(journal, time, "boot");
            consent.load();
            ToolGateway gateway = new ToolGateway(journal, consent, List.of(new Pay(bank, idempotency, crash)));
            gateway.load();
            use.with(gateway);
        }
    }

    private static CallOutcome pay(ToolGateway gateway) throws InterruptedException {
        Policy.Rules rules = new Policy.Rules(
                Set.of("pay"), Set.of(), Set.of(), List.of(), List.of(), List.of(), path -> "c.yaml:" + path);
        Caller caller = new Caller(
                "agent-a-001",
                "agent-a-001.1",
                "a",
                rules,
                new Place("agent-a-001", Path.of("/nowhere")),
                new Trace("t"),
                Duration.ZERO,
                true,
                Task.none("agent-a-001", "agent-a-001.1", "pay ann"),
                Optional.empty());
        return gateway.call(caller, "step", "pay", Map.of("to", "ann"), "", new ToolGateway.Waiting() {
            @Override
            public void begins(AskRecord ask) {
                throw new AssertionError("nobody is asked");
            }

            @Override
            public void ends() {}
        });
    }

    @Test
    void withAKeyTheRetryIsTheSameEffect() throws Exception {
        service(Idempotency.KEYED, gateway -> {
            bank.dies = true;
            assertEquals(
                    "pay.lost",
                    assertInstanceOf(CallOutcome.Failed.class, pay(gateway)).code());
            bank.dies = false;
            assertInstanceOf(CallOutcome.Done.class, pay(gateway));
            assertInstanceOf(CallOutcome.Done.class, pay(gateway));
        });
        assertEquals(1, bank.paid);
        assertEquals(List.of("agent-a-001.1/step", "agent-a-001.1/step"), bank.heard, "a done call is not sent again");
    }

    @Test
    void withAKeyTheRetryAfterACrashOfTheServiceIsTheSameEffectToo() throws Exception {
        crash[0] = true;
        service(Idempotency.KEYED, gateway -> assertThrows(Crash.class, () -> pay(gateway)));
        crash[0] = false;
        service(Idempotency.KEYED, gateway -> assertInstanceOf(CallOutcome.Done.class, pay(gateway)));
        assertEquals(1, bank.paid);
        assertEquals(2, bank.heard.size());
    }

    @Test
    void withoutAKeyItIsInDoubtForGoodAndNeverSentAgain() throws Exception {
        service(Idempotency.NONE, gateway -> {
            bank.dies = true;
            assertEquals(
                    "no answer: connection reset",
                    assertInstanceOf(CallOutcome.InDoubt.class, pay(gateway)).message());
            bank.dies = false;
            assertInstanceOf(CallOutcome.InDoubt.class, pay(gateway));
        });
        service(Idempotency.NONE, gateway -> assertInstanceOf(CallOutcome.InDoubt.class, pay(gateway)));
        assertEquals(1, bank.heard.size());
    }

    @Test
    void withoutAKeyACrashOfTheServiceLeavesItInDoubtToo() throws Exception {
        crash[0] = true;
        service(Idempotency.NONE, gateway -> assertThrows(Crash.class, () -> pay(gateway)));
        crash[0] = false;
        service(Idempotency.NONE, gateway -> {
            String why =
                    assertInstanceOf(CallOutcome.InDoubt.class, pay(gateway)).message();
            assertTrue(why.contains("whether it happened cannot be told"), why);
        });
        assertEquals(1, bank.heard.size());
    }
}

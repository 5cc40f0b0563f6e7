package dev.agentos.domain.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.policy.Origin.Role;
import dev.agentos.domain.policy.Policy.Rules;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the task around a call, and the service's own folders, add to the decision; whole answers are compared. */
class PolicyCircumstancesTest {

    private static final ToolDescriptor SEND = ToolDescriptor.named("mail.send", Effect.CHANGES, "Sends.")
            .reads(Label.TRUSTED, Label.UNTRUSTED)
            .destinations("to")
            .build();

    private static final ToolDescriptor SEALED = ToolDescriptor.named("mail.send", Effect.CHANGES, "Sends.")
            .reads(Label.TRUSTED, Label.SECRET)
            .build();

    private static final Origin STRANGER =
            new Origin("to", "eve@evil.example", Role.DESTINATION, Provenance.UNTRUSTED, "page (web.fetch)");
    private static final Origin NOBODY = new Origin("to", "bob@else.example", Role.DESTINATION, Provenance.UNKNOWN, "");
    private static final Origin FRIEND =
            new Origin("to", "ann@city.example", Role.DESTINATION, Provenance.PERSON, "the task");

    private static Rules rules(boolean refuseTainted, Set<String> consentFor) {
        return new Rules(
                Set.of("mail.send", "fs.write"),
                Set.of(),
                consentFor,
                List.of("/data", "/state/agents/a"),
                List.of("/data", "/state/agents/a"),
                List.of(),
                List.of("/state", "/run/agentos"),
                "/state/agents/a",
                Origins.Check.DESTINATIONS,
                refuseTainted,
                Set.of("records.read", "/data/trusted"),
                path -> "c.yaml:" + path);
    }

    private static Decision decide(ToolDescriptor tool, Circumstances around) {
        return Policy.decide(new Policy.Request(
                rules(false, Set.of()), tool.name(), Optional.of(tool), List.of(), around, Optional.empty()));
    }

    private static Circumstances origins(Origin... origins) {
        return new Circumstances(TaskScope.OPEN, 0, List.of(origins), List.of(), Set.of(), 0);
    }

    private static Circumstances calls(TaskScope scope, long before) {
        return new Circumstances(scope, before, List.of(), List.of(), Set.of(), 0);
    }

    private static final Decision ALLOWED =
            new Decision.Allowed("contract", "allowed by the contract", "c.yaml:capabilities", Optional.empty());

    @Test
    void aToolThatTheTaskDoesNotNeedIsRefusedAndTheScopeIsNamed() {
        assertEquals(
                new Decision.Refused(
                        "scope.tool",
                        "the task needs no mail.send: it was begun with calc, fs.read",
                        "c.yaml:capabilities",
                        "begin the task with it, for example --tools mail.send,…, if the task you gave needs it"),
                decide(SEND, calls(TaskScope.of(List.of("fs.read", "calc")), 0)));
        assertEquals(
                "the task needs no mail.send: it was begun with no tools",
                decide(SEND, calls(TaskScope.of(List.of()), 0)).reason());
        assertEquals(ALLOWED, decide(SEND, calls(TaskScope.of(List.of("mail.send")), 0)));
    }

    @Test
    void theLastCallThatATaskMayMakeIsMadeAndTheNextIsNot() {
        TaskScope two = new TaskScope(Optional.empty(), Map.of("mail.send", 2));
        assertEquals(ALLOWED, decide(SEND, calls(two, 1)));
        Decision.Refused refused = new Decision.Refused(
                "scope.calls",
                "the task may call mail.send 2 times and has",
                "c.yaml:budget.tool_calls",
                "begin the task with a higher limit of calls of this tool");
        assertEquals(refused, decide(SEND, calls(two, 2)));
        assertEquals(refused, decide(SEND, calls(two, 3)));
        assertEquals(ALLOWED, decide(SEND, calls(new TaskScope(Optional.empty(), Map.of("calc", 0)), 9)));
    }

    @Test
    void aSecretGoesOnlyToAToolThatTakesSecrets() {
        Circumstances secret =
                new Circumstances(TaskScope.OPEN, 0, List.of(), List.of("one (db)", "two (db)"), Set.of(), 0);
        assertEquals(
                new Decision.Refused(
                        "label.secret",
                        "an argument holds a secret out of one (db), two (db), and mail.send does not say that it takes"
                                + " secrets",
                        "c.yaml:security.data_scopes",
                        "leave the secret out, or use a tool that takes secrets"),
                decide(SEND, secret));
        assertEquals(ALLOWED, decide(SEALED, secret));
    }

    @Test
    void aDestinationOutOfUntrustedTextAsksAndOneOfUnknownOriginTooEachInItsWords() {
        assertEquals(
                new Decision.NeedsConsent(
                        "provenance.untrusted",
                        "mail.send goes to to \"eve@evil.example\", from untrusted text of page (web.fetch)",
                        "c.yaml:security.on_tainted"),
                decide(SEND, origins(FRIEND, STRANGER)));
        assertEquals(
                new Decision.NeedsConsent(
                        "provenance.unknown",
                        "mail.send goes to to \"bob@else.example\", of unknown origin",
                        "c.yaml:security.on_tainted"),
                decide(SEND, origins(NOBODY)));
        assertEquals(
                "provenance.untrusted", decide(SEND, origins(NOBODY, STRANGER)).code());
        assertEquals(
                "mail.send goes to to \"bob@else.example\", of unknown origin; it goes to to \"eve@evil.example\", from"
                        + " untrusted text of page (web.fetch)",
                decide(SEND, origins(NOBODY, STRANGER)).reason());
        assertEquals(ALLOWED, decide(SEND, origins(FRIEND)));
    }

    @Test
    void aContractMayRefuseWhatItWouldElseAskAbout() {
        Policy.Request request = new Policy.Request(
                rules(true, Set.of()), "mail.send", Optional.of(SEND), List.of(), origins(STRANGER), Optional.empty());
        assertEquals(
                new Decision.Refused(
                        "provenance.refused",
                        "mail.send goes to to \"eve@evil.example\", from untrusted text of page (web.fetch)",
                        "c.yaml:security.on_tainted",
                        "name the value in the task, list its reader under security.trusted_sources, or set"
                                + " security.on_tainted: ask"),
                Policy.decide(request));
    }

    @Test
    void whatTheContractRefusesIsRefusedAlsoWhereItOrTheToolWouldAskAnyway() {
        ToolDescriptor asking =
                ToolDescriptor.named("mail.send", Effect.ASKS, "").build();
        Target held = new Target("/data/held/a", Access.WRITE);
        Rules refusing = rules(true, Set.of("mail.send"));
        for (Origin origin : List.of(STRANGER, NOBODY)) {
            for (Policy.Request request : List.of(
                    new Policy.Request(
                            refusing, "mail.send", Optional.of(SEND), List.of(), origins(origin), Optional.empty()),
                    new Policy.Request(
                            refusing, "mail.send", Optional.of(asking), List.of(), origins(origin), Optional.empty()),
                    new Policy.Request(
                            refusing, "mail.send", Optional.of(SEND), List.of(held), origins(origin), Optional.empty()),
                    new Policy.Request(
                            rules(true, Set.of()),
                            "mail.send",
                            Optional.of(asking),
                            List.of(),
                            origins(origin),
                            Optional.empty()))) {
                assertEquals("provenance.refused", Policy.decide(request).code());
            }
        }
        // What is not doubtful is asked about as ever.
        assertEquals(
                "consent-for",
                Policy.decide(new Policy.Request(
                                refusing, "mail.send", Optional.of(SEND), List.of(), origins(FRIEND), Optional.empty()))
                        .code());
    }

    @Test
    void aNoHoldsForTheTaskAlsoForWhatIsListedAndInAnotherSpelling() {
        Set<String> denied = Denials.of(List.of(STRANGER));
        Circumstances again = new Circumstances(TaskScope.OPEN, 0, List.of(STRANGER), List.of(), denied, 1);
        Decision.Refused refused = new Decision.Refused(
                "provenance.denied",
                "mail.send goes to to \"eve@evil.example\", from untrusted text of page (web.fetch); a person has said no"
                        + " to that in this task",
                "c.yaml:security.on_tainted",
                "begin a new task that names the value, if you want it after all");
        assertEquals(refused, decide(SEND, again));
        assertEquals(
                refused,
                Policy.decide(new Policy.Request(
                        rules(false, Set.of("mail.send")),
                        "mail.send",
                        Optional.of(SEND),
                        List.of(),
                        again,
                        Optional.empty())));
        Origin spelt = new Origin("to", "EVE@evil.example", Role.DESTINATION, Provenance.UNTRUSTED, "x");
        assertEquals(
                "provenance.denied",
                decide(SEND, new Circumstances(TaskScope.OPEN, 0, List.of(spelt), List.of(), denied, 1))
                        .code());
        assertEquals(
                "provenance.unknown",
                decide(SEND, new Circumstances(TaskScope.OPEN, 0, List.of(NOBODY), List.of(), denied, 1))
                        .code());
    }

    @Test
    void afterSoManyDenialsNothingDoubtfulIsAskedAbout() {
        Circumstances two = new Circumstances(TaskScope.OPEN, 0, List.of(NOBODY), List.of(), Set.of(), 2);
        Circumstances three = new Circumstances(TaskScope.OPEN, 0, List.of(NOBODY), List.of(), Set.of(), 3);
        assertEquals("provenance.unknown", decide(SEND, two).code());
        assertEquals(
                new Decision.Refused(
                        "provenance.denied-often",
                        "mail.send goes to to \"bob@else.example\", of unknown origin; after 3 denials this task is not"
                                + " asked about any more",
                        "c.yaml:security.on_tainted",
                        "look at what the agent reads, then begin a new task"),
                decide(SEND, three));
        assertEquals(
                ALLOWED, decide(SEND, new Circumstances(TaskScope.OPEN, 0, List.of(FRIEND), List.of(), Set.of(), 9)));
    }

    @Test
    void aGrantComesBeforeDoubtAndAfterTheContractAndTheTask() {
        Grant grant = new Grant(
                "grant-1",
                "a",
                "a",
                "mail.send",
                "",
                Scope.DAYS_30,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "user me",
                Instant.EPOCH,
                0);
        assertEquals(
                new Decision.Allowed(
                        "grant",
                        "covered by grant grant-1 of user me",
                        "c.yaml:security.consent_for",
                        Optional.of(grant)),
                Policy.decide(new Policy.Request(
                        rules(true, Set.of("mail.send")),
                        "mail.send",
                        Optional.of(SEND),
                        List.of(),
                        origins(STRANGER),
                        Optional.of(grant))));
        assertEquals(
                "scope.tool",
                Policy.decide(new Policy.Request(
                                rules(false, Set.of()),
                                "mail.send",
                                Optional.of(SEND),
                                List.of(),
                                calls(TaskScope.of(List.of("calc")), 0),
                                Optional.of(grant)))
                        .code());
    }

    @Test
    void undoIsPromisedForWhatChangesAndCanBeTakenBackAlone() {
        ToolDescriptor undone = ToolDescriptor.named("fs.write", Effect.CHANGES, "Writes.")
                .reversible()
                .build();
        ToolDescriptor reader =
                ToolDescriptor.named("mail.send", Effect.READS, "Looks.").build();
        assertEquals(
                "allowed by the contract; undo is kept",
                decide(undone, Circumstances.NONE).reason());
        assertTrue(reader.reversible());
        assertEquals(
                "allowed by the contract", decide(reader, Circumstances.NONE).reason());
    }

    // ------------------------------------------------------------------ the service's own folders

    private static String code(String path, Access access) {
        ToolDescriptor write =
                ToolDescriptor.named("fs.write", Effect.CHANGES, "Writes.").build();
        return Policy.decide(new Policy.Request(
                        rules(false, Set.of()),
                        "fs.write",
                        Optional.of(write),
                        List.of(new Target(path, access)),
                        Circumstances.NONE,
                        Optional.empty()))
                .code();
    }

    @Test
    void theServicesOwnFoldersAreClosedAboveAndBelowButForTheAgentsOwnPlace() {
        assertEquals("path.service-state", code("/state", Access.READ));
        assertEquals("path.service-state", code("/state/journal.db", Access.READ));
        assertEquals("path.service-state", code("/state/agents/b/x", Access.WRITE));
        assertEquals("path.service-state", code("/", Access.READ));
        assertEquals("path.service-state", code("/run", Access.READ));
        assertEquals("path.service-state", code("/run/agentos/agentd.sock", Access.READ));
        assertEquals("contract", code("/state/agents/a", Access.WRITE));
        assertEquals("contract", code("/state/agents/a/x", Access.READ));
        assertEquals("contract", code("/data/x", Access.WRITE));
        assertEquals("path.read-outside", code("/statements", Access.READ));
    }

    @Test
    void aClosedFolderIsNamedWithTheLineOfTheAccess() {
        ToolDescriptor write =
                ToolDescriptor.named("fs.write", Effect.CHANGES, "Writes.").build();
        for (Access access : Access.values()) {
            assertEquals(
                    new Decision.Refused(
                            "path.service-state",
                            "/state/x is or holds the service's own state, which no agent may see",
                            access == Access.WRITE ? "c.yaml:filesystem.write" : "c.yaml:filesystem.read",
                            "declare and use a folder beside it"),
                    Policy.decide(new Policy.Request(
                            rules(false, Set.of()),
                            "fs.write",
                            Optional.of(write),
                            List.of(new Target("/state/x", access)),
                            Circumstances.NONE,
                            Optional.empty())));
        }
    }

    @Test
    void anAgentWithoutAPlaceOfItsOwnHasNoneInThere() {
        Rules rules = new Rules(
                Set.of("fs.write"),
                Set.of(),
                Set.of(),
                List.of("/"),
                List.of("/"),
                List.of(),
                List.of("/state"),
                "",
                Origins.Check.OFF,
                false,
                Set.of(),
                path -> path);
        ToolDescriptor write =
                ToolDescriptor.named("fs.write", Effect.CHANGES, "Writes.").build();
        assertEquals(
                "path.service-state",
                Policy.decide(new Policy.Request(
                                rules,
                                "fs.write",
                                Optional.of(write),
                                List.of(new Target("/state/agents/a", Access.READ)),
                                Circumstances.NONE,
                                Optional.empty()))
                        .code());
    }

    // ------------------------------------------------------------------ trusted sources

    @Test
    void aSourceIsTrustedByItsToolOrWhereEveryPathLiesInATrustedFolder() {
        Rules rules = rules(false, Set.of());
        Target in = new Target("/data/trusted/a.md", Access.READ);
        Target out = new Target("/data/other/b.md", Access.READ);
        assertTrue(rules.trusts("records.read", List.of()));
        assertTrue(rules.trusts("records.read", List.of(out)));
        assertTrue(rules.trusts("fs.read", List.of(in)));
        assertTrue(rules.trusts("fs.read", List.of(in, new Target("/data/trusted", Access.READ))));
        assertFalse(rules.trusts("fs.read", List.of(in, out)));
        assertFalse(rules.trusts("fs.read", List.of(out)));
        assertFalse(rules.trusts("fs.read", List.of()));
        assertFalse(rules.trusts("fs.read", List.of(new Target("/data/trustedly", Access.READ))));
        assertFalse(rules.trusts("fs.read", List.of(new Target("records.read", Access.READ))));
    }
}

package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.EmbeddedAgentd;
import dev.agentos.bridge.client.SocketLocator;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.EventWire;
import dev.agentos.domain.audit.AuditVerifier.Finding;
import dev.agentos.domain.audit.AuditVerifier.Outcome;
import dev.agentos.domain.audit.MerkleTree;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.audit.OfflineAudit;
import dev.agentos.tui.audit.OfflineAudit.Checked;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on the audit trail. Verifying and exporting need no service. */
final class AuditCommands {

    private AuditCommands() {}

    @Command(
            name = "audit",
            description = "The audit trail: verify it, export it, prove what is in it.",
            footer = {"", "Example:", "  agentctl audit verify"})
    static final class Holder extends Agentctl.Group {}

    static CommandLine group(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("verify", new Verify(context));
        commands.put("export", new Export(context));
        commands.put("proof", new Proof(context));
        commands.put("checkpoint", new SignCheckpoint(context));
        commands.put("log", new EventCommands.Events(context));
        return Agentctl.groupOf(new Holder(), commands);
    }

    /** A command that reads a trail from a place. */
    abstract static class OnTrail extends CtlCommand {
        @Option(names = "--state", paramLabel = "DIR", description = "The state directory of agentd.")
        private @Nullable Path state;

        @Option(names = "--key", paramLabel = "FILE", description = "The public key to trust.")
        private @Nullable Path key;

        OnTrail(CtlContext context) {
            super(context);
        }

        @Override
        protected boolean mayStart() {
            return false;
        }

        final Optional<Path> key() {
            return Optional.ofNullable(key);
        }

        /** The directory that was named, or that of the service that answers, or the usual one. */
        final Path place() throws InterruptedException {
            Path named = state;
            if (named != null) {
                return named;
            }
            var environment = context.console().environment();
            int uid = SocketLocator.uid();
            if (!environment.containsKey("AGENTOS_STATE")) {
                Path socket = SocketLocator.locate(socket(), environment, uid).socket();
                if (Files.exists(socket) && EmbeddedAgentd.answers(socket)) {
                    try {
                        return Path.of(client().status().stateDirectory());
                    } catch (UnreachableException | AgentdException e) {
                        // The trail is read without the service; the usual place is as good a guess as any.
                        System.getLogger(AuditCommands.class.getName()).log(System.Logger.Level.DEBUG, "no status", e);
                    }
                }
            }
            return SocketLocator.state(environment, uid);
        }

        static CtlException unreadable(Path place, IOException e) {
            return new CtlException(
                    Exit.NOT_FOUND,
                    "audit.no-trail",
                    String.valueOf(e.getMessage()),
                    place.toString(),
                    "name it: agentctl audit verify --state DIR, or the exported file");
        }
    }

    // ------------------------------------------------------------------ verify

    @Command(
            name = "verify",
            description =
                    "Check the whole trail without the service: what was altered, cut, swapped or inserted, and where.",
            footer = {
                "",
                "Exit code 1 when something is wrong.",
                "",
                "Examples:",
                "  agentctl audit verify",
                "  agentctl audit verify trail.jsonl --key audit.pub"
            })
    static final class Verify extends OnTrail {
        @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "An exported file or a journal.db.")
        private @Nullable Path file;

        @Option(
                names = "--progress",
                description = "Say on standard error how many records were read, a line each time.")
        private boolean progress;

        Verify(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            Path place = file != null ? file : place();
            Checked checked;
            try {
                checked = OfflineAudit.check(place, key(), this::progress);
            } catch (IOException e) {
                throw unreadable(place, e);
            }
            if (json()) {
                context.console().out().println(CanonicalJson.write(map(checked)));
                context.console().out().flush();
            } else {
                told(screen(), checked);
            }
            return checked.isVerified() ? Exit.DONE : Exit.FAILED;
        }

        private void progress(long records) {
            if (progress) {
                context.console().err().println(records + " records");
                context.console().err().flush();
            } else if (context.console().errTerminal() && !plain() && !json()) {
                context.console().err().print("\r" + records + " records");
                context.console().err().print("\r");
                context.console().err().flush();
            }
        }
    }

    private static Map<String, Object> map(Checked checked) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("verified", checked.isVerified());
        map.put("source", checked.source());
        map.put("key_id", checked.keyId());
        switch (checked.outcome()) {
            case Outcome.Verified verified -> {
                map.put("records", verified.records());
                map.put("head", verified.head());
                map.put("root", verified.root());
                map.put("checkpoints", (long) verified.checkpoints());
                map.put("uncovered", verified.uncovered());
                map.put("payloads_deleted", verified.payloadsDeleted());
                map.put("findings", List.of());
            }
            case Outcome.Broken broken -> {
                map.put("records", broken.records());
                map.put("findings_in_all", broken.findingsInAll());
                map.put(
                        "findings",
                        broken.findings().stream().map(AuditCommands::finding).toList());
            }
        }
        return map;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("seq", finding.seq());
        map.put("code", finding.code());
        map.put("message", finding.message());
        return map;
    }

    /** The result for a person. */
    static void told(Screen screen, Checked checked) {
        switch (checked.outcome()) {
            case Outcome.Verified verified -> {
                screen.line(" " + screen.paint(Role.OK, "✓ verified") + "  "
                        + screen.bold(verified.records() + " records") + screen.muted("  " + checked.source()));
                screen.labelled(3, 13, "Chain", Role.TEXT, "unbroken to " + brief(verified.head()));
                screen.labelled(
                        3,
                        13,
                        "Checkpoints",
                        Role.TEXT,
                        verified.checkpoints() + " signed by key " + checked.keyId()
                                + (verified.uncovered() == 0
                                        ? ", the last over everything"
                                        : "; " + verified.uncovered() + " newer records are not under one yet"));
                if (verified.payloadsDeleted() > 0) {
                    screen.labelled(
                            3,
                            13,
                            "Payloads",
                            Role.NEEDS,
                            verified.payloadsDeleted() + " are no longer kept; their digests are in the chain");
                }
            }
            case Outcome.Broken broken -> {
                screen.line(" " + screen.paint(Role.BAD, "✕ broken") + "  "
                        + screen.bold(broken.findingsInAll() + " finding" + (broken.findingsInAll() == 1 ? "" : "s"))
                        + screen.muted("  " + checked.source()));
                for (Finding finding : broken.findings()) {
                    screen.labelled(
                            3,
                            13,
                            finding.seq() == 0 ? "–" : "record " + finding.seq(),
                            Role.TEXT,
                            finding.message() + " [" + finding.code() + "]");
                }
                if (broken.findingsInAll() > broken.findings().size()) {
                    screen.line("   "
                            + screen.muted("… "
                                    + (broken.findingsInAll()
                                            - broken.findings().size()) + " more"));
                }
                screen.line("   "
                        + screen.muted("→ keep this directory as it is, and compare it with a backup or an export"));
            }
        }
    }

    private static String brief(String hash) {
        return hash.substring(0, Math.min(16, hash.length())) + "…";
    }

    // ------------------------------------------------------------------ export

    @Command(
            name = "export",
            description = "Write the trail, its checkpoints and the public key as one file that verifies by itself.",
            footer = {"", "Example:", "  agentctl audit export trail.jsonl"})
    static final class Export extends OnTrail {
        @Parameters(index = "0", paramLabel = "FILE", description = "The file to write.")
        private Path file = Path.of("");

        Export(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            Path place = place();
            Path target = file.toAbsolutePath();
            try {
                long records = OfflineAudit.export(place, key(), target);
                return show(
                        Map.of("file", target.toString(), "records", records),
                        () -> screen().line("  " + screen().paint(Role.OK, "✓") + " " + records + " records in "
                                + screen().text(target.toString())
                                + screen().muted("  → agentctl audit verify " + file)));
            } catch (IOException e) {
                throw unreadable(place, e);
            }
        }
    }

    // ------------------------------------------------------------------ proof, checkpoint

    @Command(
            name = "proof",
            description =
                    "Prove that a record is in the trail that the last checkpoint signed, and check the proof here.",
            footer = {"", "Example:", "  agentctl audit proof 42"})
    static final class Proof extends CtlCommand {
        @Parameters(index = "0", paramLabel = "RECORD", description = "The record's number.")
        private long seq;

        Proof(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            EventWire.Proof proof = client().proof(seq);
            boolean holds = MerkleTree.verifyInclusion(
                    proof.leaf().getBytes(StandardCharsets.UTF_8),
                    proof.seq() - 1,
                    proof.count(),
                    proof.path(),
                    proof.root());
            show(proof, () -> {
                screen().line(" "
                        + (holds ? screen().paint(Role.OK, "✓ proved") : screen().paint(Role.BAD, "✕ not proved"))
                        + "  record " + proof.seq() + " of " + proof.count());
                screen().labelled(3, 10, "record", Role.TEXT, proof.leaf());
                screen().labelled(3, 10, "root", Role.TEXT, proof.root());
                screen().labelled(3, 10, "path", Role.TEXT, proof.path().size() + " hashes");
            });
            return holds ? Exit.DONE : Exit.FAILED;
        }
    }

    @Command(
            name = "checkpoint",
            description = "Sign a checkpoint over everything that is recorded now.",
            footer = {"", "Example:", "  agentctl audit checkpoint"})
    static final class SignCheckpoint extends CtlCommand {
        SignCheckpoint(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            EventWire.CheckpointView checkpoint = client().checkpoint();
            return show(
                    checkpoint,
                    () -> screen().line("  " + screen().paint(Role.OK, "✓") + " " + checkpoint.count()
                            + " records are under a signed checkpoint"));
        }
    }
}

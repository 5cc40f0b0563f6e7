package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.ToolWire;
import dev.agentos.bridge.wire.ToolWire.Approval;
import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The approval of tools, and commands as tools. */
final class ApprovalCommands {

    private ApprovalCommands() {}

    private static Tone tone(Approval tool) {
        return switch (tool.state()) {
            case "approved" -> Tone.OK;
            case "unapproved", "changed" -> Tone.NEEDS;
            default -> Tone.BAD;
        };
    }

    private static void told(Screen screen, Approval tool) {
        screen.line(screen.bold(tool.name()) + "  " + screen.tone(tone(tool), tool.state()));
        if (!tool.reason().isEmpty()) {
            screen.line("  " + screen.text(tool.reason()));
        }
        if (!tool.signer().isEmpty()) {
            screen.line("  " + screen.muted("signed by  ") + screen.text(tool.signer()));
        }
        if (!tool.approvedDigest().isEmpty()) {
            screen.line("  " + screen.muted("approved   ") + screen.text(tool.approvedDigest()) + screen.muted(" by ")
                    + screen.text(tool.approvedBy()) + screen.muted(" at ") + screen.text(tool.approvedAt()));
        }
        if (!tool.digest().isEmpty()) {
            screen.line("  " + screen.muted("now        ") + screen.text(tool.digest()));
        }
    }

    @Command(
            name = "approvals",
            description = "Every tool with its digest, and whether it may be used.",
            footer = {"", "Example:", "  agentctl tool approvals"})
    static final class ListApprovals extends CtlCommand {
        ListApprovals(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            ToolWire.Approvals all = client().toolApprovals();
            return show(all, () -> {
                Table table = new Table("TOOL", "STATE", "KIND", "BY", "DIGEST");
                all.tools()
                        .forEach(tool -> table.row(
                                Cell.of(tool.name()),
                                Cell.of(tone(tool), tool.state()),
                                Cell.of(Tone.MUTED, tool.kind()),
                                Cell.of(Tone.MUTED, tool.approvedBy()),
                                Cell.of(Tone.MUTED, tool.digest())));
                table.write(screen());
            });
        }
    }

    @Command(
            name = "approve",
            description = "Show a tool, or what changed since it was approved; with --digest approve exactly that.",
            footer = {
                "",
                "Exit code 3 when it has other content than the digest says, or is refused.",
                "",
                "Example:",
                "  agentctl tool approve word.count",
                "  agentctl tool approve word.count --digest sha256:0f3a…"
            })
    static final class Approve extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The tool.")
        private String name = "";

        @Option(names = "--digest", paramLabel = "DIGEST", description = "What was shown, and is approved by this.")
        private @Nullable String digest;

        Approve(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            if (digest != null) {
                Approval approved = client().approveTool(name, new ToolWire.Approve(digest));
                return show(approved, () -> told(screen(), approved));
            }
            Approval tool = client().toolApproval(name);
            show(tool, () -> {
                told(screen(), tool);
                tool.diff().lines().forEach(line -> {
                    Tone tone = line.startsWith("+") ? Tone.OK : line.startsWith("-") ? Tone.BAD : Tone.MUTED;
                    screen().line("  " + screen().tone(tone, line));
                });
                if (!tool.state().equals("approved") && !tool.digest().isEmpty()) {
                    screen().line("");
                    screen().line("  → agentctl tool approve " + tool.name() + " --digest " + tool.digest());
                }
            });
            return tool.state().equals("refused") ? Exit.REFUSED : Exit.DONE;
        }
    }

    @Command(
            name = "sign",
            description = "Sign the folder of a command: its tool.yaml and every file beside it. Needs no service.",
            footer = {"", "Example:", "  agentctl tool sign --key team.key ./word.count"})
    static final class Sign extends CtlCommand {
        @Option(names = "--key", required = true, paramLabel = "FILE", description = "The private key.")
        private Path key = Path.of("");

        @Parameters(index = "0", paramLabel = "FOLDER", description = "The folder of the tool.")
        private Path folder = Path.of("");

        Sign(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws IOException {
            EntryManifest manifest = EntrySigning.signTool(folder, key);
            return show(
                    Map.of(
                            "name", manifest.name(),
                            "version", manifest.version().toString(),
                            "files", manifest.files().size(),
                            "key", manifest.key()),
                    () -> screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(manifest.name()) + " "
                            + manifest.version() + ", " + manifest.files().size() + " files"));
        }
    }

    @Command(
            name = "add",
            description = "Take up a signed command as a tool. It cannot be used before you approve it.",
            footer = {"", "Example:", "  agentctl tool add ./word.count"})
    static final class Add extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FOLDER", description = "The folder of the tool.")
        private String folder = "";

        Add(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            Approval tool = client().addTool(new ToolWire.CommandFiles(
                    CatalogCommands.read(folder).files()));
            return show(tool, () -> {
                told(screen(), tool);
                if (!tool.state().equals("approved")) {
                    screen().line("  → agentctl tool approve " + tool.name());
                }
            });
        }
    }

    @Command(
            name = "remove",
            description = "Remove an added command, and its approval.",
            footer = {"", "Example:", "  agentctl tool remove word.count"})
    static final class Remove extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The tool.")
        private String name = "";

        Remove(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().removeTool(name);
            return show(
                    Map.of("removed", name),
                    () -> screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(name) + " is removed."));
        }
    }
}

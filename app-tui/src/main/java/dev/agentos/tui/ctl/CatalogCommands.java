package dev.agentos.tui.ctl;

import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.CatalogWire;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import dev.agentos.tui.term.Table;
import dev.agentos.tui.term.Table.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on the catalog: agents that can be started by name. */
final class CatalogCommands {

    private CatalogCommands() {}

    @Command(
            name = "catalog",
            description = "Agents that can be started by name, each signed.",
            footer = {"", "Example:", "  agentctl catalog show log-triage"})
    static final class Holder extends Agentctl.Group {}

    @Command(
            name = "trust",
            description = "The keys whose signatures count.",
            footer = {"", "Example:", "  agentctl catalog trust add my-team team.key.pub"})
    static final class TrustHolder extends Agentctl.Group {}

    static CommandLine group(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("list", new ListEntries(context));
        commands.put("show", new ShowEntry(context));
        commands.put("verify", new Verify(context));
        commands.put("install", new Install(context));
        commands.put("update", new Update(context));
        commands.put("remove", new Remove(context));
        commands.put("keygen", new Keygen(context));
        commands.put("sign", new Sign(context));
        CommandLine catalog = Agentctl.groupOf(new Holder(), commands);
        Map<String, CtlCommand> trust = new LinkedHashMap<>();
        trust.put("list", new TrustList(context));
        trust.put("add", new TrustAdd(context));
        trust.put("remove", new TrustRemove(context));
        catalog.addSubcommand("trust", Agentctl.groupOf(new TrustHolder(), trust));
        return catalog;
    }

    static Cell stateOf(EntryView entry) {
        return switch (entry.state()) {
            case "ready" -> Cell.of(Tone.OK, "● ready");
            case "lacking" -> Cell.of(Tone.MUTED, "◌ lacking");
            default -> Cell.of(Tone.BAD, "✕ refused");
        };
    }

    @Command(
            name = "list",
            description = "Every entry in its newest version.",
            footer = {"", "Example:", "  agentctl catalog list"})
    static final class ListEntries extends CtlCommand {
        @Option(names = "--names", description = "Names alone, one a line: for completion.")
        private boolean names;

        @Option(
                names = {"-a", "--all"},
                description = "Older versions, too.")
        private boolean all;

        ListEntries(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            CatalogWire.Entries found = client().catalog();
            List<EntryView> entries = new ArrayList<>();
            String last = "";
            for (EntryView entry : found.entries()) {
                if (all || !entry.name().equals(last)) {
                    entries.add(entry);
                }
                last = entry.name();
            }
            if (names) {
                entries.forEach(entry -> context.console().out().println(entry.name()));
                context.console().out().flush();
                return Exit.DONE;
            }
            return show(new CatalogWire.Entries(entries), () -> {
                if (entries.isEmpty()) {
                    screen().line("The catalog is empty. Install an entry: agentctl catalog install FOLDER");
                    return;
                }
                Table table = new Table("", "NAME", "VERSION", "WHAT", "WHY NOT");
                entries.forEach(entry -> table.row(
                        stateOf(entry),
                        Cell.of(entry.name()),
                        Cell.of(Tone.MUTED, entry.version()),
                        Cell.of(entry.title()),
                        Cell.of(Tone.MUTED, entry.reason())));
                table.write(screen());
                screen().line("  "
                        + screen().muted("see one: agentctl catalog show NAME · start one: agentctl spawn NAME"));
            });
        }
    }

    @Command(
            name = "show",
            description = "What an entry does, what it may do, and what it is told.",
            footer = {"", "Example:", "  agentctl catalog show file-organiser"})
    static final class ShowEntry extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The entry.")
        private String name = "";

        @Option(names = "--version-of", paramLabel = "VERSION", description = "Another version than the newest.")
        private String version = "";

        @Option(names = "--contract", description = "Print its contract, for a copy of your own.")
        private boolean contract;

        ShowEntry(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            EntryView entry = client().catalogEntry(name, version);
            if (contract) {
                context.console().out().print(entry.contract());
                context.console().out().flush();
                return Exit.DONE;
            }
            return show(entry, () -> told(screen(), entry));
        }
    }

    static void told(Screen screen, EntryView entry) {
        screen.line(screen.bold(entry.title()) + "  " + screen.muted(entry.name() + " " + entry.version()));
        if (!entry.summary().isEmpty()) {
            screen.labelled(2, 2, "", Role.TEXT, entry.summary());
        }
        if (!entry.reason().isEmpty()) {
            screen.line("");
            screen.labelled(2, 2, "", Role.BAD, entry.reason() + (entry.next().isEmpty() ? "" : "; " + entry.next()));
        }
        screen.line("");
        screen.line("  " + screen.bold("What it may do"));
        entry.mayDo().forEach(sentence -> screen.labelled(2, 2, "·", Role.TEXT, sentence));
        if (!entry.inputs().isEmpty()) {
            screen.line("");
            screen.line("  " + screen.bold("What it is told"));
            entry.inputs()
                    .forEach(input -> screen.labelled(
                            2,
                            14,
                            input.name(),
                            Role.TEXT,
                            input.about()
                                    + (input.choices().isEmpty()
                                            ? ""
                                            : " (" + String.join(" or ", input.choices()) + ")")
                                    + input.otherwise()
                                            .map(value -> value.isEmpty()
                                                    ? "; may be left out"
                                                    : "; " + value + " unless said")
                                            .orElse("")));
        }
        screen.line("");
        screen.labelled(
                2,
                14,
                "Signed by",
                Role.MUTED,
                entry.signer().isEmpty()
                        ? "nobody who is trusted"
                        : entry.signer() + (entry.shipped() ? ", came with the installation" : ""));
        if (!entry.example().isEmpty()) {
            screen.labelled(2, 14, "Start it", Role.MUTED, entry.example());
        }
    }

    @Command(
            name = "verify",
            description = "Check every byte of entries against their signatures.",
            footer = {"", "Exit code 3 when one is refused.", "", "Example:", "  agentctl catalog verify"})
    static final class Verify extends CtlCommand {
        @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "One entry; all unless said.")
        private String name = "";

        Verify(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            List<EntryView> entries = client().catalog().entries().stream()
                    .filter(entry -> name.isEmpty() || entry.name().equals(name))
                    .toList();
            if (entries.isEmpty()) {
                throw new CtlException(
                        Exit.NOT_FOUND,
                        "not-found",
                        "there is no catalog entry " + name,
                        name,
                        "agentctl catalog list");
            }
            boolean refused = entries.stream().anyMatch(entry -> entry.state().equals("refused"));
            show(
                    new CatalogWire.Entries(entries),
                    () -> entries.forEach(entry -> {
                        boolean bad = entry.state().equals("refused");
                        screen().line(screen().tone(bad ? Tone.BAD : Tone.OK, bad ? "✕" : "✓") + " "
                                + screen().text(entry.name() + " " + entry.version()) + "  "
                                + screen().muted(
                                                bad
                                                        ? entry.reason() + "; " + entry.next()
                                                        : "signed by " + entry.signer()));
                    }));
            return refused ? Exit.REFUSED : Exit.DONE;
        }
    }

    /** What install and update share. */
    static CatalogWire.EntryFiles read(String folder) throws IOException {
        Path path = Path.of(folder);
        if (!Files.isDirectory(path)) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "catalog.no-folder",
                    "there is no folder " + folder,
                    folder,
                    "name an entry's folder");
        }
        Map<String, String> files = new LinkedHashMap<>();
        EntrySigning.files(path)
                .forEach((name, content) -> files.put(name, Base64.getEncoder().encodeToString(content)));
        return new CatalogWire.EntryFiles(files);
    }

    @Command(
            name = "install",
            description = "Install an entry from a folder; its signature must be by a trusted key.",
            footer = {"", "Example:", "  agentctl catalog install ./my-agent/1.0.0"})
    static final class Install extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FOLDER", description = "The folder of one version.")
        private String folder = "";

        Install(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            EntryView entry = client().installEntry(read(folder));
            return show(entry, () -> {
                screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(entry.name() + " " + entry.version())
                        + " is installed.");
                told(screen(), entry);
            });
        }
    }

    @Command(
            name = "update",
            description = "Install a newer version of an entry, and say what it may do that the old one may not.",
            footer = {"", "Example:", "  agentctl catalog update ./my-agent/1.1.0"})
    static final class Update extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FOLDER", description = "The folder of the newer version.")
        private String folder = "";

        Update(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            CatalogWire.EntryFiles files = read(folder);
            String name = EntryManifest.parse(new String(
                            Base64.getDecoder().decode(files.files().getOrDefault(EntryManifest.FILE, "")),
                            java.nio.charset.StandardCharsets.UTF_8))
                    .map(EntryManifest::name)
                    .orElse("");
            Optional<EntryView> before = client().catalog().entries().stream()
                    .filter(entry -> entry.name().equals(name))
                    .findFirst();
            if (before.isEmpty()) {
                throw new CtlException(
                        Exit.NOT_FOUND,
                        "not-found",
                        "there is no entry " + name + " to update",
                        folder,
                        "install it: agentctl catalog install " + folder);
            }
            EntryView entry = client().installEntry(files);
            List<String> more = entry.mayDo().stream()
                    .filter(sentence -> !before.get().mayDo().contains(sentence))
                    .toList();
            return show(entry, () -> {
                screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(entry.name()) + " "
                        + before.get().version() + " → " + entry.version());
                screen().line(more.isEmpty() ? "  It may do what it did before." : "  New in what it may do:");
                more.forEach(sentence -> screen().labelled(2, 2, "·", Role.NEEDS, sentence));
            });
        }
    }

    @Command(
            name = "remove",
            description = "Remove what was installed under a name.",
            footer = {"", "Example:", "  agentctl catalog remove my-agent"})
    static final class Remove extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The entry.")
        private String name = "";

        @Option(names = "--version-of", paramLabel = "VERSION", description = "One version; all unless said.")
        private String version = "";

        Remove(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            CatalogWire.EntriesRemoved removed = client().removeEntry(name, version);
            return show(
                    removed,
                    () -> screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(name) + " "
                            + String.join(", ", removed.versions()) + " is removed."));
        }
    }

    @Command(
            name = "keygen",
            description = "Make a key to sign entries with: FILE, and FILE.pub for those who trust it.",
            footer = {"", "Example:", "  agentctl catalog keygen team.key"})
    static final class Keygen extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FILE", description = "The file of the private key.")
        private Path file = Path.of("");

        Keygen(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws IOException {
            String id = EntrySigning.generate(file);
            return show(
                    Map.of("key", file.toString(), "public", file + ".pub", "id", id),
                    () -> screen().line("Made " + screen().text(file.toString()) + " (keep it) and "
                            + screen().text(file + ".pub") + " (give it away), " + id));
        }
    }

    @Command(
            name = "sign",
            description = "Sign entries: write the manifest of each folder. Needs no service.",
            footer = {"", "Example:", "  agentctl catalog sign --key team.key ./my-agent/1.0.0"})
    static final class Sign extends CtlCommand {
        @Option(names = "--key", required = true, paramLabel = "FILE", description = "The private key.")
        private Path key = Path.of("");

        @Parameters(index = "0", arity = "1..*", paramLabel = "FOLDER", description = "The folder of one version.")
        private List<Path> folders = new ArrayList<>();

        Sign(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws IOException {
            List<Map<String, Object>> signed = new ArrayList<>();
            for (Path folder : folders) {
                EntryManifest manifest = EntrySigning.sign(folder, key);
                signed.add(Map.of(
                        "name", manifest.name(),
                        "version", manifest.version().toString(),
                        "files", manifest.files().size(),
                        "key", manifest.key()));
            }
            return show(
                    Map.of("signed", signed),
                    () -> signed.forEach(one -> screen().line(screen().tone(Tone.OK, "✓") + " " + one.get("name") + " "
                            + one.get("version") + ", " + one.get("files") + " files")));
        }
    }

    // ------------------------------------------------------------------ trust

    private static void keys(Screen screen, CatalogWire.TrustedKeys keys) {
        Table table = new Table("KEY", "ID", "");
        keys.keys()
                .forEach(key -> table.row(
                        Cell.of(key.name()),
                        Cell.of(key.id()),
                        Cell.of(Tone.MUTED, key.shipped() ? "came with the installation" : "yours")));
        table.write(screen);
    }

    @Command(
            name = "list",
            description = "Trusted keys.",
            footer = {"", "Example:", "  agentctl catalog trust list"})
    static final class TrustList extends CtlCommand {
        TrustList(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            CatalogWire.TrustedKeys keys = client().trustedKeys();
            return show(keys, () -> keys(screen(), keys));
        }
    }

    @Command(
            name = "add",
            description = "Trust a key: what it signs may be installed and started.",
            footer = {"", "Example:", "  agentctl catalog trust add my-team team.key.pub"})
    static final class TrustAdd extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "A name for the key.")
        private String name = "";

        @Parameters(index = "1", paramLabel = "FILE", description = "The public key.")
        private Path file = Path.of("");

        TrustAdd(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException, IOException {
            CatalogWire.TrustedKeys keys = client().trust(new CatalogWire.TrustRequest(name, Files.readString(file)));
            return show(keys, () -> keys(screen(), keys));
        }
    }

    @Command(
            name = "remove",
            description = "Stop trusting a key: what it signed is refused from now on.",
            footer = {"", "Example:", "  agentctl catalog trust remove my-team"})
    static final class TrustRemove extends CtlCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The key's name.")
        private String name = "";

        TrustRemove(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws InterruptedException {
            client().distrust(name);
            return show(
                    Map.of("removed", name),
                    () -> screen().line(screen().tone(Tone.OK, "✓") + " " + screen().text(name)
                            + " is not trusted any more."));
        }
    }
}

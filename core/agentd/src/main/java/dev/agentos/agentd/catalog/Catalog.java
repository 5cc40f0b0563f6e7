package dev.agentos.agentd.catalog;

import dev.agentos.agentd.ServiceException;
import dev.agentos.domain.catalog.CatalogEntry;
import dev.agentos.domain.catalog.CatalogWords;
import dev.agentos.domain.catalog.EntryManifest;
import dev.agentos.domain.catalog.EntryManifest.Verdict;
import dev.agentos.domain.catalog.EntryVersion;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Journal;
import dev.agentos.domain.port.Journal.Batch;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries that can be started by name. Each is checked against its signature every time it is used, and what was
 * checked is what is used: nothing is read twice.
 */
public final class Catalog {

    private final Path shipped;
    private final Path installed;
    private final TrustedKeys keys;
    private final Journal journal;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * @param shipped entries that came with the installation
     * @param installed entries that were installed since
     */
    public Catalog(Path shipped, Path installed, TrustedKeys keys, Journal journal) throws IOException {
        this.shipped = shipped;
        this.installed = Files.createDirectories(
                installed, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.keys = keys;
        this.journal = journal;
    }

    /**
     * One version of an entry as it was found.
     *
     * @param entry what it says of itself; empty where that cannot be read
     * @param contract its contract, with what it may do; empty where there is none or it is refused
     * @param verdict what the check of its signature found
     * @param lacks needed programs that are not on this machine
     */
    public record Found(
            String name,
            String version,
            boolean shipped,
            Verdict verdict,
            Optional<CatalogEntry> entry,
            Optional<ContractDocument> contract,
            String contractText,
            List<CatalogEntry.Need> lacks) {
        public Found {
            lacks = List.copyOf(lacks);
        }

        public boolean isTrusted() {
            return verdict instanceof Verdict.Trusted;
        }

        /** What it may do, one sentence each. */
        public List<String> mayDo() {
            return contract.map(document -> CatalogWords.mayDo(document.contract()))
                    .orElse(List.of());
        }
    }

    /** Every version of every entry, by name, newest first. */
    public List<Found> list() {
        List<Found> all = new ArrayList<>();
        try {
            for (Path folder : EntryFolder.below(installed)) {
                all.add(look(folder, false));
            }
            for (Path folder : EntryFolder.below(shipped)) {
                Found found = look(folder, true);
                if (all.stream()
                        .noneMatch(other -> other.name().equals(found.name())
                                && other.version().equals(found.version()))) {
                    all.add(found);
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        all.sort(Comparator.comparing(Found::name)
                .thenComparing(
                        found -> EntryVersion.of(found.version()).orElse(new EntryVersion(0, 0, 0)),
                        Comparator.reverseOrder()));
        return all;
    }

    /** The newest version, or the one that is named. It may be refused: whoever uses it asks. */
    public Optional<Found> find(String name, Optional<String> version) {
        return list().stream()
                .filter(found -> found.name().equals(name))
                .filter(found ->
                        version.map(wanted -> wanted.equals(found.version())).orElse(true))
                .findFirst();
    }

    private Found look(Path folder, boolean isShipped) {
        String version = String.valueOf(folder.getFileName());
        Path parent = folder.getParent();
        String name = parent == null ? "" : String.valueOf(parent.getFileName());
        try {
            return checked(EntryFolder.read(folder), name, version, isShipped);
        } catch (IOException e) {
            return new Found(
                    name,
                    version,
                    isShipped,
                    new Verdict.Refused(
                            "catalog.unreadable", String.valueOf(e.getMessage()), "correct it and sign again"),
                    Optional.empty(),
                    Optional.empty(),
                    "",
                    List.of());
        }
    }

    private Found checked(EntryFolder files, String name, String version, boolean isShipped) {
        Verdict verdict = files.text(EntryManifest.FILE)
                .flatMap(EntryManifest::parse)
                .map(manifest -> manifest.name().equals(name)
                                && manifest.version().toString().equals(version)
                        ? manifest.verify(files.digestsWithout(EntryManifest.FILE), keys.all())
                        : new Verdict.Refused(
                                "catalog.misplaced",
                                "it is signed as " + manifest.name() + " " + manifest.version() + ", not as " + name
                                        + " " + version,
                                "put it where it belongs"))
                .orElse(new Verdict.Refused(
                        "catalog.unsigned",
                        "it has no readable " + EntryManifest.FILE + ", so nobody signed it",
                        "sign it with your own key: agentctl catalog sign FOLDER --key FILE"));
        Optional<CatalogEntry> entry = Optional.empty();
        if (files.text("entry.yaml").isPresent()) {
            switch (CatalogEntry.parse(files.text("entry.yaml").get(), "entry.yaml")) {
                case CatalogEntry.Outcome.Entry read -> entry = Optional.of(read.entry());
                case CatalogEntry.Outcome.Invalid invalid ->
                    verdict = new Verdict.Refused(
                            "catalog.entry", invalid.problems().getFirst(), "correct it and sign it again");
            }
        } else {
            verdict = new Verdict.Refused("catalog.entry", "it has no entry.yaml", "add one and sign it again");
        }
        if (entry.isPresent()
                && !(entry.get().name().equals(name)
                        && entry.get().version().toString().equals(version))) {
            verdict = new Verdict.Refused(
                    "catalog.misplaced",
                    "its entry.yaml says " + entry.get().name() + " "
                            + entry.get().version(),
                    "put it where it belongs");
        }
        Optional<ContractDocument> contract = Optional.empty();
        String text = files.text("contract.yaml").orElse("");
        if (!text.isEmpty()) {
            switch (ContractParser.parse(text, name + "/" + version + "/contract.yaml")) {
                case ParseOutcome.Parsed parsed -> contract = Optional.of(parsed.document());
                case ParseOutcome.Invalid invalid ->
                    verdict = new Verdict.Refused(
                            "catalog.contract",
                            invalid.problems().getFirst().toString(),
                            "correct it and sign it again");
            }
        } else if (entry.map(e -> e.kind() != CatalogEntry.Kind.TOOL).orElse(false)) {
            verdict = new Verdict.Refused("catalog.contract", "it has no contract.yaml", "add one and sign it again");
        }
        List<CatalogEntry.Need> lacks = entry.map(e -> e.needs().stream()
                        .filter(need -> !isHere(need.program()))
                        .toList())
                .orElse(List.of());
        return new Found(name, version, isShipped, verdict, entry, contract, text, lacks);
    }

    private static boolean isHere(String program) {
        return List.of("/usr/bin", "/usr/local/bin", "/bin").stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static ServiceException unreadable(IOException e) {
        return new ServiceException(
                ServiceException.Kind.UNAVAILABLE,
                "catalog.unreadable",
                "the catalog cannot be read: " + e.getMessage(),
                "catalog",
                "check the disk and the owner of the state directory");
    }

    // ------------------------------------------------------------------ changes

    /** Takes up an entry that is signed by a trusted key. */
    public Found install(Trace trace, Map<String, byte[]> files, String by) {
        EntryFolder given = new EntryFolder(installed, files);
        EntryManifest manifest = given.text(EntryManifest.FILE)
                .flatMap(EntryManifest::parse)
                .orElseThrow(() -> refused(new Verdict.Refused(
                        "catalog.unsigned",
                        "it has no readable " + EntryManifest.FILE + ", so nobody signed it",
                        "sign it with your own key: agentctl catalog sign FOLDER --key FILE")));
        String name = manifest.name();
        String version = manifest.version().toString();
        if (!name.matches("[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?")) {
            throw refused(new Verdict.Refused("catalog.name", "\"" + name + "\" is no name", "use a-z, 0-9 and '-'"));
        }
        Found found = checked(given, name, version, false);
        if (found.verdict() instanceof Verdict.Refused no) {
            throw refused(no);
        }
        lock.lock();
        try {
            Path folder = installed.resolve(name).resolve(version);
            if (Files.exists(folder)) {
                throw new FileAlreadyExistsException(name + " " + version + " is installed already");
            }
            Path fresh = Files.createTempDirectory(installed, ".new");
            given.write(fresh);
            journal.commit(Batch.of(
                    trace,
                    new Event.CatalogChanged(
                            name,
                            version,
                            "installed",
                            ((Verdict.Trusted) found.verdict()).signer(),
                            found.contract().map(ContractDocument::digest).orElse(""),
                            by)));
            Files.createDirectories(installed.resolve(name));
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            return found;
        } catch (FileAlreadyExistsException e) {
            throw new ServiceException(
                    ServiceException.Kind.CONFLICT,
                    "catalog.installed",
                    String.valueOf(e.getMessage()),
                    name,
                    "remove it first, or give the entry a new version");
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            lock.unlock();
        }
    }

    /** Removes what was installed under a name; what came with the installation stays. */
    public List<String> remove(Trace trace, String name, Optional<String> version, String by) {
        lock.lock();
        try {
            List<Found> gone = list().stream()
                    .filter(found -> !found.shipped() && found.name().equals(name))
                    .filter(found -> version.map(found.version()::equals).orElse(true))
                    .toList();
            if (gone.isEmpty()) {
                boolean there = find(name, version).isPresent();
                throw there
                        ? new ServiceException(
                                ServiceException.Kind.CONFLICT,
                                "catalog.shipped",
                                name + " came with the installation and goes with it",
                                name,
                                "remove only what was installed: agentctl catalog list")
                        : ServiceException.notFound("catalog entry", name, "see agentctl catalog list");
            }
            for (Found found : gone) {
                journal.commit(Batch.of(trace, new Event.CatalogChanged(name, found.version(), "removed", "", "", by)));
                EntryFolder.delete(installed.resolve(name).resolve(found.version()));
            }
            return gone.stream().map(Found::version).toList();
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            lock.unlock();
        }
    }

    public List<TrustedKeys.Listed> trusted() {
        return keys.list();
    }

    /** Trusts a key: what it signs may be installed and started from now on. */
    public String trust(Trace trace, String name, String key, String by) {
        PublicKey parsed = TrustedKeys.parse(key)
                .orElseThrow(() -> new ServiceException(
                        ServiceException.Kind.BAD_REQUEST,
                        "catalog.key",
                        "that is no Ed25519 public key",
                        "key",
                        "give the .pub file that agentctl catalog keygen made"));
        if (!name.matches("[a-z0-9][a-z0-9._-]{0,47}")) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "catalog.key-name",
                    "that is no name for a key",
                    "name",
                    "use a-z, 0-9, '.', '_' and '-'");
        }
        String id = EntryManifest.keyId(parsed);
        try {
            journal.commit(Batch.of(trace, new Event.TrustChanged(name, id, "trusted", by)));
            keys.add(name, parsed);
            return id;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Stops trusting a key of the operator's; what it signed is refused from now on. */
    public void distrust(Trace trace, String name, String by) {
        TrustedKeys.Listed listed = keys.list().stream()
                .filter(key -> !key.shipped() && key.name().equals(name))
                .findFirst()
                .orElseThrow(() -> ServiceException.notFound("key", name, "see agentctl catalog trust list"));
        try {
            journal.commit(Batch.of(trace, new Event.TrustChanged(name, listed.id(), "no longer trusted", by)));
            keys.remove(name);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static ServiceException refused(Verdict.Refused no) {
        return new ServiceException(ServiceException.Kind.REFUSED, no.code(), no.reason(), "catalog", no.next());
    }
}

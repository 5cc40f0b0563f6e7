package dev.agentos.agentd.tools;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.catalog.EntryFolder;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.catalog.CommandEntry;
import dev.agentos.domain.catalog.EntryManifest.TrustedKey;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.ToolPin;
import dev.agentos.domain.port.Journal.Trace;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The tools as a person manages them: which are approved, what changed, and the commands that were added. */
public final class ToolRegistry {

    private final Path folder;
    private final CommandTool.Means means;
    private final ToolGateway gateway;
    private final ToolPins pins;
    private final ReentrantLock lock = new ReentrantLock();
    private Runnable changed = () -> {};

    /**
     * @param folder where added commands lie, one folder each
     * @param scratch short-lived files of their calls
     * @param keys whose signatures count now
     */
    public ToolRegistry(
            Path folder,
            Path scratch,
            SandboxedCalls calls,
            Supplier<Map<String, TrustedKey>> keys,
            ToolGateway gateway)
            throws IOException {
        this.folder = Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.gateway = gateway;
        this.pins = gateway.pins();
        this.means = new CommandTool.Means(
                scratch, calls, keys, name -> pins.of(name).map(PinRecord::digest));
    }

    /** Who is told that other tools can be used now. */
    public void onChange(Runnable listener) {
        changed = listener;
    }

    /**
     * A tool as a person judges it.
     *
     * @param kind {@code built-in} or {@code command}
     * @param state {@code approved}, {@code unapproved}, {@code changed} or {@code refused}
     * @param reason why it cannot be used; empty where it can
     * @param digest of the tool as it is; empty where it cannot be told
     * @param pinned what is approved; empty where nothing is
     */
    public record View(
            String name,
            String kind,
            String state,
            String reason,
            String next,
            String digest,
            List<String> now,
            Optional<Pinned> pinned,
            String signer) {}

    /** What was approved, when and by whom. */
    public record Pinned(String digest, String by, String at, List<String> lines) {}

    /** Takes up the commands that were added before. */
    public void load() {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder)) {
            for (Path each : folders) {
                if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                        && !String.valueOf(each.getFileName()).startsWith(".")) {
                    takeUp(each);
                }
            }
        } catch (IOException e) {
            System.getLogger(ToolRegistry.class.getName())
                    .log(System.Logger.Level.WARNING, "the added tools cannot be read: " + e.getMessage());
        }
    }

    /** A folder that says nothing readable is left out: there is no descriptor to decide by. */
    private void takeUp(Path each) {
        String name = String.valueOf(each.getFileName());
        try {
            CommandEntry entry = CommandTool.described(EntryFolder.read(each));
            if (entry.descriptor().name().equals(name) && !isBuiltIn(name)) {
                gateway.add(new CommandTool(means, each, entry));
            }
        } catch (IOException | ToolException e) {
            System.getLogger(ToolRegistry.class.getName())
                    .log(System.Logger.Level.WARNING, "the tool in " + each + " is left out: " + e.getMessage());
        }
    }

    private boolean isBuiltIn(String name) {
        return gateway.tool(name).map(tool -> !(tool instanceof CommandTool)).orElse(false);
    }

    /** Capabilities of the added commands that can be used now. */
    public Set<String> capabilities() {
        Set<String> capabilities = new LinkedHashSet<>();
        for (Tool tool : gateway.tools()) {
            if (tool instanceof CommandTool && pins.refusal(tool).isEmpty()) {
                capabilities.add(tool.descriptor().capability());
            }
        }
        return capabilities;
    }

    public List<View> list() {
        return gateway.tools().stream().map(this::view).toList();
    }

    public View view(String name) {
        return view(tool(name));
    }

    private Tool tool(String name) {
        return gateway.tool(name).orElseThrow(() -> ServiceException.notFound("tool", name, "see agentctl tool list"));
    }

    private View view(Tool tool) {
        String name = tool.descriptor().name();
        Optional<Pinned> pinned = pins.of(name)
                .map(record -> new Pinned(
                        record.digest(), record.by(), record.at(), record.pin().lines()));
        String kind = tool instanceof CommandTool ? "command" : "built-in";
        String digest = "";
        List<String> now = List.of();
        String signer = "";
        try {
            ToolPin pin = tool.pin();
            digest = pin.digest();
            now = pin.lines();
            signer = tool instanceof CommandTool command ? command.signer() : "";
        } catch (ToolException e) {
            return new View(
                    name, kind, "refused", String.valueOf(e.getMessage()), e.next(), digest, now, pinned, signer);
        }
        Optional<Decision.Refused> no = pins.refusal(tool);
        String state = no.isEmpty() ? "approved" : pinned.isPresent() ? "changed" : "unapproved";
        return new View(
                name,
                kind,
                state,
                no.map(Decision.Refused::reason).orElse(""),
                no.map(Decision.Refused::next).orElse(""),
                digest,
                now,
                pinned,
                signer);
    }

    // ------------------------------------------------------------------ changes

    /**
     * Approves a tool as it is.
     *
     * @param digest of what the person saw; when it is another one by now, nothing is approved
     */
    public View approve(Trace trace, String name, String digest, String by) {
        lock.lock();
        try {
            Tool tool = tool(name);
            if (tool instanceof CommandTool) {
                // From here on its descriptor is what lies there now, which nobody can use before it is approved.
                takeUp(folder.resolve(name));
                tool = tool(name);
            }
            pins.approve(trace, tool, digest, by);
        } finally {
            lock.unlock();
        }
        changed.run();
        return view(name);
    }

    /** Takes up a signed command, in place of the one of that name; it is not approved by that. */
    public View add(Trace trace, Map<String, byte[]> files, String by) {
        String name = "";
        lock.lock();
        try {
            EntryFolder given = new EntryFolder(folder, files);
            CommandTool.Checked checked =
                    CommandTool.checked(given, means.keys().get());
            name = checked.entry().descriptor().name();
            if (isBuiltIn(name)) {
                throw new ToolException(
                        "tool.name", name + " is the name of a built-in tool", "give the tool another name");
            }
            Path fresh = Files.createTempDirectory(folder, ".new");
            given.write(fresh);
            pins.added(trace, checked.pin(), by);
            Path target = folder.resolve(name);
            gateway.remove(name);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                EntryFolder.delete(target);
            }
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            gateway.add(new CommandTool(means, target, checked.entry()));
        } catch (ToolException e) {
            throw new ServiceException(
                    ServiceException.Kind.REFUSED, e.code(), String.valueOf(e.getMessage()), name, e.next());
        } catch (IOException e) {
            throw unwritable(e);
        } finally {
            lock.unlock();
        }
        changed.run();
        return view(name);
    }

    /** Removes an added command and its approval. */
    public void remove(Trace trace, String name, String by) {
        lock.lock();
        try {
            boolean there =
                    CommandEntry.isName(name) && Files.isDirectory(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
            if (isBuiltIn(name)) {
                throw new ServiceException(
                        ServiceException.Kind.CONFLICT,
                        "tool.built-in",
                        name + " is built in",
                        name,
                        "leave it out of contracts instead");
            }
            if (!there) {
                throw ServiceException.notFound("tool", name, "see agentctl tool list");
            }
            pins.forget(trace, name, by);
            gateway.remove(name);
            EntryFolder.delete(folder.resolve(name));
        } catch (IOException e) {
            throw unwritable(e);
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    private static ServiceException unwritable(IOException e) {
        return new ServiceException(
                ServiceException.Kind.UNAVAILABLE,
                "tool.folder",
                "the folder of added tools cannot be written: " + e.getMessage(),
                "tools",
                "check the disk and the owner of the state directory");
    }
}

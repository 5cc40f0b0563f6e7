package dev.agentos.agentd.models.door;

import dev.agentos.agentd.ServiceException;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.model.ModelCaller;
import dev.agentos.domain.model.Models;
import dev.agentos.domain.port.Journal.Trace;
import dev.agentos.domain.port.PeerOrigin;
import dev.agentos.domain.port.Sandbox.Door;
import dev.agentos.domain.port.Sandbox.Plan;
import dev.agentos.domain.port.Sandbox.Receipt;
import dev.agentos.domain.port.TimeSource;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;

/**
 * The model doors of all agents, and agentd's own. Inside a sandbox the door is a port of the loopback, where the
 * clients of all three wires look first or are sent by their own environment variables.
 */
public final class ModelDoors implements AutoCloseable {

    /** Where Ollama's clients look by themselves. */
    public static final int PORT = 11_434;

    private static final String SOCKET = "models";
    private static final int LONGEST_FOLDER = 100;

    private final Path directory;
    private final Models models;
    private final Callers callers;
    private final TimeSource time;
    private final Map<String, DoorSocket> doors = new ConcurrentHashMap<>();

    /** Who an agent is now; empty when it is over. */
    public interface Callers {
        Optional<ModelCaller> find(String agent, Trace trace);
    }

    /** @param directory where the sockets are, one folder for each agent */
    public ModelDoors(Path directory, Models models, Callers callers, TimeSource time) {
        this.directory = directory;
        this.models = models;
        this.callers = callers;
        this.time = time;
    }

    private Path folderOf(String agent) {
        Path plain = directory.resolve(agent);
        return plain.toString().length() <= LONGEST_FOLDER
                ? plain
                : directory.resolve(Digests.sha256Hex(agent).substring(0, 16));
    }

    /** Where an agent's door is. */
    public Path socketOf(String agent) {
        return folderOf(agent).resolve(SOCKET);
    }

    private static boolean wanted(ContractDocument document) {
        return !document.contract().modelPolicy().allow().isEmpty();
    }

    /**
     * Opens the agent's door where its contract allows a model, and puts it and the environment of the clients into the
     * plan. What the contract's own environment says stays.
     *
     * @param possible whether the sandbox can have doors; without them the agent has no model, and its receipt says so
     */
    public Plan equip(String agent, ContractDocument document, Plan plan, boolean possible) {
        if (!possible || !wanted(document)) {
            return plan;
        }
        open(agent);
        Map<String, String> env = new LinkedHashMap<>(environment());
        env.putAll(plan.env());
        List<Door> all = new ArrayList<>(plan.doors());
        all.add(new Door(PORT, socketOf(agent).toString()));
        return new Plan(
                plan.incarnation(),
                plan.hostname(),
                plan.argv(),
                env,
                plan.workdir(),
                plan.mounts(),
                plan.stdio(),
                plan.limits(),
                all,
                plan.schedule(),
                plan.ownUid());
    }

    /** The variables by which clients find the door. Who connects is known by the socket, so the keys are words only. */
    static Map<String, String> environment() {
        String door = "http://127.0.0.1:" + PORT;
        Map<String, String> env = new LinkedHashMap<>();
        env.put("OPENAI_BASE_URL", door + "/v1");
        env.put("OPENAI_API_KEY", "agentos");
        env.put("ANTHROPIC_BASE_URL", door);
        env.put("ANTHROPIC_API_KEY", "agentos");
        env.put("OLLAMA_HOST", door);
        return env;
    }

    /** Opens the door of an agent that runs. Opening twice is no error. */
    public void open(String agent) {
        doors.computeIfAbsent(agent, _ -> {
            Path socket = socketOf(agent);
            try {
                // The sandbox's init may be another user of the host; the folder above keeps everybody else out.
                return DoorSocket.open(
                        socket,
                        "rw-rw-rw-",
                        _ -> true,
                        new ModelHandler(models, trace -> callers.find(agent, trace), time)::handle);
            } catch (IOException e) {
                throw new ServiceException(
                        ServiceException.Kind.UNAVAILABLE,
                        "models.socket",
                        "the model door of " + agent + " cannot listen: " + e.getMessage(),
                        socket.toString(),
                        "check the run directory's disk and owner");
            }
        });
    }

    /** Takes up the door of an adopted agent where its contract has one. */
    public void adopt(String agent, ContractDocument document) {
        if (wanted(document)) {
            open(agent);
        }
    }

    /** Closes what an agent had open. Closing twice is no error. */
    public void close(String agent) {
        DoorSocket door = doors.remove(agent);
        if (door != null) {
            door.close();
        }
        try {
            Files.deleteIfExists(socketOf(agent));
            Files.deleteIfExists(folderOf(agent));
        } catch (IOException e) {
            // The folder also holds the agent's other doors, and the last one takes it away.
            System.getLogger(ModelDoors.class.getName())
                    .log(System.Logger.Level.DEBUG, folderOf(agent) + ": " + e.getMessage());
        }
    }

    /**
     * Opens agentd's own door, for programs of root and of its owner that live outside every sandbox.
     *
     * @param origins tells where the process at the other end lives
     */
    public void openOwn(Path socket, String owner, Function<SocketChannel, PeerOrigin> origins) throws IOException {
        doors.put(
                "",
                DoorSocket.open(
                        socket,
                        "rw-rw----",
                        channel -> isOwner(channel, owner, origins),
                        new ModelHandler(models, trace -> Optional.of(ModelCaller.operator(trace)), time)::handle));
    }

    private static boolean isOwner(SocketChannel channel, String owner, Function<SocketChannel, PeerOrigin> origins) {
        try {
            String user =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
            return user.equals("root") || (user.equals(owner) && origins.apply(channel) instanceof PeerOrigin.Beside);
        } catch (IOException e) {
            return false;
        }
    }

    /** The receipt with the line on the door, which the service proves itself. */
    public List<Receipt.Line> receipt(String agent, ContractDocument document, List<Receipt.Line> before) {
        List<Receipt.Line> lines = new ArrayList<>(before);
        boolean open = doors.containsKey(agent);
        if (!wanted(document)) {
            lines.add(new Receipt.Line("models.door", false, "not-asked", "", "the contract allows no model"));
        } else {
            lines.add(new Receipt.Line(
                    "models.door",
                    open,
                    open ? "enforced" : "missing",
                    open ? "127.0.0.1:" + PORT + ", this agent's own" : "the sandbox has no doors here",
                    ""));
        }
        return lines;
    }

    @Override
    public void close() {
        doors.values().forEach(DoorSocket::close);
        doors.clear();
    }
}

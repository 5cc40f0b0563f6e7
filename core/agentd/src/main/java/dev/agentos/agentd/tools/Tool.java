package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolPin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A tool behind the gateway. It decides nothing: by the time it is called, the call was allowed. */
public sealed interface Tool {

    ToolDescriptor descriptor();

    /**
     * What a person approves of this tool, as it is at this moment.
     *
     * @throws ToolException when it is not even what its signature says
     */
    default ToolPin pin() throws ToolException {
        return ToolPin.of(descriptor());
    }

    /**
     * The paths a call touches: absolute, normalised, with symbolic links resolved as far as they exist.
     *
     * @throws ToolException when the arguments are not what the tool takes
     */
    List<Target> targets(Arguments arguments, Place place) throws ToolException;

    /** Secrets that every call takes along, whatever its arguments say; they are the operator's setting, not the agent's. */
    default List<SecretUse> secrets() {
        return List.of();
    }

    /** A secret, and the host that it is sent to. */
    record SecretUse(String name, String host) {}

    /** A tool that changes nothing: doing it again after a crash is safe. */
    non-sealed interface Pure extends Tool {
        /** @param decided the targets that the decision was about; a path is not resolved a second time */
        ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException;
    }

    /** A tool with an effect: planned first, so that the intent is durable before anything happens. */
    non-sealed interface Effectful extends Tool {

        /** What will be done, completely: enough to do it, to recognise it as done, and to undo it. */
        Intent plan(Arguments arguments, Place place, String key) throws ToolException;

        /** Does it. Called again with the same intent only when {@link #reconcile} said {@code NOT_DONE}. */
        ToolResult apply(Intent intent) throws ToolException;

        /**
         * After a crash between attempt and outcome: did it happen? A tool that cannot look may leave this to its
         * descriptor: what is repeatable or takes the intent's key is done again, what is neither stays in doubt.
         */
        default Reconciled reconcile(Intent intent) throws ToolException {
            return descriptor().idempotent() ? Reconciled.NOT_DONE : Reconciled.UNKNOWN;
        }

        /** Takes it back. Refuses when the object was changed since, unless forced. */
        void undo(Intent intent, boolean force) throws ToolException;
    }

    enum Reconciled {
        DONE,
        NOT_DONE,
        UNKNOWN
    }

    /**
     * A planned effect.
     *
     * @param target what it acts on, as shown to people
     * @param facts what a person is told
     * @param content the full content a person must be able to see
     * @param record what is kept durably; no content, only digests and places
     * @param payload bytes of the effect, kept beside the journal until the outcome is known
     */
    record Intent(
            String tool,
            String key,
            String target,
            Map<String, Object> facts,
            String content,
            Map<String, Object> record,
            byte[] payload) {
        public Intent {
            facts = Map.copyOf(facts);
            record = Map.copyOf(record);
        }
    }

    /**
     * Where an agent's relative and /workspace paths lead.
     *
     * @param readable paths of this machine that the contract lets the agent read, beside its workspace
     * @param scope digest of everything that decides which data the agent sees: what is kept for one scope is never
     *     given to another
     * @param secrets names of the secrets that the contract lets its tools use
     */
    record Place(String agent, Path workspace, List<String> readable, String scope, List<String> secrets) {

        public Place {
            readable = List.copyOf(readable);
            secrets = List.copyOf(secrets);
        }

        /** A place of an agent that reads nothing but its workspace. */
        public Place(String agent, Path workspace) {
            this(agent, workspace, List.of(), agent, List.of());
        }

        static final String WORKSPACE = "/workspace";

        /** The path on this machine of a path in a contract or in an argument. */
        public Path host(String path) throws ToolException {
            if (path.indexOf('\0') >= 0) {
                throw new ToolException("argument.path", "a path cannot hold a NUL character", "correct the path");
            }
            if (path.equals(WORKSPACE) || path.startsWith(WORKSPACE + "/")) {
                return workspace
                        .resolve("." + path.substring(WORKSPACE.length()))
                        .normalize();
            }
            Path given = Path.of(path);
            return given.isAbsolute()
                    ? given.normalize()
                    : workspace.resolve(given).normalize();
        }
    }

    /** A tool could not do what was asked. */
    class ToolException extends Exception {
        private final String code;
        private final String next;

        public ToolException(String code, String message, String next) {
            super(message);
            this.code = code;
            this.next = next;
        }

        public String code() {
            return code;
        }

        public String next() {
            return next;
        }
    }

    /** The effect was begun and its outcome did not come back: it may or may not have happened. */
    final class UnknownOutcomeException extends ToolException {
        public UnknownOutcomeException(String code, String message, String next) {
            super(code, message, next);
        }
    }
}

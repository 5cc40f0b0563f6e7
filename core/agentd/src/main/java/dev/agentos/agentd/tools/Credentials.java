package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.Tool.ToolException;
import java.util.Optional;

/**
 * Secrets for calls. Arguments carry references to them; a value is asked for by the one line that sends it and is kept
 * by nobody.
 */
public interface Credentials {

    /** No secret at all. */
    Credentials NONE = new Credentials() {
        @Override
        public Optional<String> refusal(String name, String host) {
            return Optional.of("there is no secret " + name);
        }

        @Override
        public String reveal(String text, String host) {
            return text;
        }
    };

    /** Why a secret must not go to a host; empty where it may. */
    Optional<String> refusal(String name, String host);

    /** The text with the values of its references in it, for this one host. */
    String reveal(String text, String host) throws ToolException;
}

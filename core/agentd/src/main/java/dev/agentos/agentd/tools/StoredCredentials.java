package dev.agentos.agentd.tools;

import dev.agentos.agentd.secrets.Secrets;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.secret.SecretReferences;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Credentials out of the operator's secrets. */
public final class StoredCredentials implements Credentials {

    private final Secrets secrets;

    public StoredCredentials(Secrets secrets) {
        this.secrets = secrets;
    }

    @Override
    public Optional<String> refusal(String name, String host) {
        return secrets.refusal(name, host);
    }

    @Override
    public String reveal(String text, String host) throws ToolException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : SecretReferences.in(text)) {
            // Asked again here: between the decision and the call, or on the way of a redirect, things change.
            Optional<String> no = secrets.refusal(name, host);
            if (no.isPresent()) {
                throw new ToolException("secret.refused", no.get(), "see agentctl secret list");
            }
            values.put(
                    name,
                    secrets.valueOf(name)
                            .orElseThrow(() -> new ToolException(
                                    "secret.gone", "there is no secret " + name, "agentctl secret set " + name)));
        }
        return SecretReferences.replace(text, name -> values.getOrDefault(name, ""));
    }
}

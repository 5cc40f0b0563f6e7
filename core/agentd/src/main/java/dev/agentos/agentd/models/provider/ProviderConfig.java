package dev.agentos.agentd.models.provider;

import dev.agentos.domain.contract.Placement;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A provider at the other end of a connection, as the operator set it.
 *
 * @param name the first part of the names of its models
 * @param kind {@code openai}, {@code ollama} or {@code anthropic}
 * @param url where it is, without the wire's own path
 * @param key the name of a secret; empty for none. The key itself is in the secret store and nowhere else
 * @param models what it has, for providers that do not tell; empty: it is asked
 * @param context the longest prompt and answer, where it does not tell; 0 for unknown
 * @param promptPrice and {@code completionPrice}: US dollars for a million tokens
 * @param slots answers at once
 * @param patience how long a silence may last, before the first token and between two
 */
public record ProviderConfig(
        String name,
        String kind,
        URI url,
        Optional<String> key,
        Placement placement,
        List<String> models,
        int context,
        BigDecimal promptPrice,
        BigDecimal completionPrice,
        int slots,
        Duration patience) {
    public ProviderConfig {
        models = List.copyOf(models);
        if (!name.matches("[a-z0-9][a-z0-9-]{0,31}")) {
            throw new IllegalArgumentException("a provider's name is up to 32 of a-z, 0-9 and '-', not " + name);
        }
        if (!List.of("openai", "ollama", "anthropic").contains(kind)) {
            throw new IllegalArgumentException("a provider is openai, ollama or anthropic, not " + kind);
        }
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || url.getUserInfo() != null) {
            throw new IllegalArgumentException("a provider's url is http or https with a host, and holds no key");
        }
        if (slots < 1 || slots > 1_000) {
            throw new IllegalArgumentException("a provider makes 1 to 1000 answers at once");
        }
    }

    ProviderConfig withPatience(Duration longer) {
        return new ProviderConfig(
                name, kind, url, key, placement, models, context, promptPrice, completionPrice, slots, longer);
    }

    /** The url with a path added. */
    URI at(String path) {
        String base = url.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }
}

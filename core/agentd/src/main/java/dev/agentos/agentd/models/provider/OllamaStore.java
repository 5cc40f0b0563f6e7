package dev.agentos.agentd.models.provider;

import dev.agentos.agentd.models.wire.JsonTree;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an Ollama keeps: which models it has, what another one would take, and how it is fetched. Ollama fetches it; its
 * size is asked of the registry that the model's name leads to, because Ollama itself does not tell it before.
 */
public final class OllamaStore {

    /** Names as Ollama takes them: a registry, a namespace, a model and a tag, of which only the model must be there. */
    private static final Pattern NAME = Pattern.compile("(?:([A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?)/)?"
            + "(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)/)?"
            + "([A-Za-z0-9_][A-Za-z0-9_.-]*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]*))?");

    private static final int MOST_NAME = 200;
    private static final String LIBRARY = "registry.ollama.ai";
    private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    private static final int MAX_MANIFEST = 1024 * 1024;
    private static final Duration ASKING = Duration.ofSeconds(10);

    /** A fetched model is checked without a word, for as long as its size takes. */
    private static final Duration SILENCE = Duration.ofMinutes(15);

    private final RemoteProvider provider;

    private OllamaStore(RemoteProvider provider) {
        this.provider = provider;
    }

    /** The store of a provider that is an Ollama. */
    public static Optional<OllamaStore> of(RemoteProvider provider) {
        return provider.config().kind().equals("ollama") ? Optional.of(new OllamaStore(provider)) : Optional.empty();
    }

    public String provider() {
        return provider.name();
    }

    /** Whether a text can be the name of a model. */
    public static boolean isName(String name) {
        return name.length() <= MOST_NAME && NAME.matcher(name).matches();
    }

    /** Whether it has the model. */
    public boolean has(String model) throws ModelException, InterruptedException {
        List<String> there = new OllamaDialect().models(provider.http());
        return there.contains(model) || there.contains(model + ":latest");
    }

    /**
     * A number of bytes, where it is known.
     *
     * @param bytes -1 where it is not
     * @param words where it is from, or why it is not known
     */
    public record Bytes(long bytes, String words) {}

    /** What the model takes, as its registry says. */
    public Bytes size(String model) throws InterruptedException {
        URI manifest = manifest(model);
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(ASKING)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build()) {
            HttpResponse<InputStream> response = client.send(
                    HttpRequest.newBuilder(manifest)
                            .timeout(ASKING)
                            .header("Accept", MANIFEST)
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    return new Bytes(-1, manifest.getHost() + " answered " + response.statusCode());
                }
                return sum(new String(body.readNBytes(MAX_MANIFEST), StandardCharsets.UTF_8), manifest.getHost());
            }
        } catch (IOException | ModelException e) {
            return new Bytes(-1, manifest.getHost() + " cannot be asked: " + e.getMessage());
        }
    }

    private static Bytes sum(String manifest, String host) throws ModelException {
        Map<String, @Nullable Object> map = JsonTree.parse(manifest, Kind.MALFORMED);
        long bytes = JsonTree.number(JsonTree.object(map, "config"), "size").orElse(0L);
        List<Object> layers = JsonTree.list(map, "layers");
        for (Object layer : layers) {
            bytes += Math.max(0, JsonTree.number(JsonTree.object(layer), "size").orElse(0L));
        }
        return layers.isEmpty() ? new Bytes(-1, host + " does not say") : new Bytes(bytes, "as " + host + " says");
    }

    /** Where the registry keeps the list of the model's parts. */
    private static URI manifest(String model) {
        var parts = NAME.matcher(model);
        if (!parts.matches()) {
            throw new IllegalArgumentException("\"" + model + "\" is no name of a model");
        }
        String first = parts.group(1) == null ? "" : parts.group(1);
        // Two parts are a namespace and a model, as Ollama reads them.
        boolean registry = !first.isEmpty() && parts.group(2) != null;
        String host = registry ? first : LIBRARY;
        String namespace = registry ? parts.group(2) : first.isEmpty() ? "library" : first;
        String tag = parts.group(4) == null ? "latest" : parts.group(4);
        boolean here = isLoopback(host.replaceFirst(":[0-9]+$", ""));
        return URI.create((here ? "http://" : "https://") + host + "/v2/" + namespace + "/" + parts.group(3)
                + "/manifests/" + tag);
    }

    private static boolean isLoopback(@Nullable String host) {
        return host != null && (host.equals("localhost") || host.equals("::1") || host.startsWith("127."));
    }

    /** The free space where this Ollama keeps its models, as far as it can be told from here. */
    public Bytes free() {
        String host = provider.config().url().getHost();
        if (!isLoopback(host)) {
            return new Bytes(-1, "it is on " + host + ", whose disk cannot be seen from here");
        }
        for (String folder : List.of(
                Optional.ofNullable(System.getenv("OLLAMA_MODELS")).orElse(""),
                "/usr/share/ollama/.ollama/models",
                "/usr/share/ollama",
                System.getProperty("user.home") + "/.ollama",
                "/")) {
            try {
                if (!folder.isEmpty() && Files.isDirectory(Path.of(folder))) {
                    FileStore store = Files.getFileStore(Path.of(folder));
                    return new Bytes(store.getUsableSpace(), "where " + folder + " is");
                }
            } catch (IOException e) {
                System.getLogger(OllamaStore.class.getName())
                        .log(System.Logger.Level.DEBUG, folder + ": " + e.getMessage());
            }
        }
        return new Bytes(-1, "its folder was not found");
    }

    /** Hears how far a pull is. */
    public interface Progress {
        /**
         * Something happened.
         *
         * @param status Ollama's own words
         * @param completed bytes that are here
         * @param total bytes of the parts that have begun
         */
        void at(String status, long completed, long total);
    }

    /**
     * Has the model fetched; returns when it is whole. An interruption breaks the connection, and Ollama stops.
     *
     * @throws ModelException where Ollama cannot fetch it, in its own words
     */
    public void pull(String model, Progress progress) throws ModelException, InterruptedException {
        Map<String, long[]> parts = new LinkedHashMap<>();
        try (ProviderHttp http = provider.patient(SILENCE)) {
            http.stream(
                    "/api/pull",
                    JsonTree.write(JsonTree.tree("model", model, "stream", true)),
                    line -> line.isEmpty() || heard(line, parts, progress));
        }
    }

    /** False once it is whole. */
    private static boolean heard(String line, Map<String, long[]> parts, Progress progress) throws ModelException {
        Map<String, @Nullable Object> piece = JsonTree.parse(line, Kind.MALFORMED);
        if (piece.containsKey("error")) {
            throw new ModelException(
                    Kind.UNAVAILABLE, JsonTree.text(piece, "error"), "look at the name, the disk and the network");
        }
        String digest = JsonTree.text(piece, "digest");
        Optional<Long> total = JsonTree.number(piece, "total");
        if (!digest.isEmpty() && total.isPresent()) {
            long completed = JsonTree.number(piece, "completed").orElse(0L);
            parts.put(digest, new long[] {Math.clamp(completed, 0, total.get()), total.get()});
        }
        String status = JsonTree.text(piece, "status");
        progress.at(
                status,
                parts.values().stream().mapToLong(part -> part[0]).sum(),
                parts.values().stream().mapToLong(part -> part[1]).sum());
        return !status.equals("success");
    }
}

package dev.agentos.agentd.models.provider;

import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Requests to one provider over HTTP, and what can go wrong with them, told apart. */
final class ProviderHttp implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** Most characters of a line of a stream, and of a whole answer. */
    private static final int MAX_LINE = 8 * 1024 * 1024;

    private static final int MAX_BODY = 32 * 1024 * 1024;

    private final ProviderConfig config;
    private final Supplier<Map<String, String>> headers;
    private final HttpClient client;
    private final ScheduledExecutorService timer;

    /** @param headers beside those of HTTP, the key among them; asked for at each request */
    ProviderHttp(ProviderConfig config, Supplier<Map<String, String>> headers) {
        this.config = config;
        this.headers = headers;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("provider-limits").factory());
        pool.setRemoveOnCancelPolicy(true);
        this.timer = pool;
    }

    /** Takes the lines of a stream. */
    interface Lines {
        /** Returns false when the stream said that it is over. */
        boolean line(String line) throws ModelException;
    }

    /** Sends and reads a whole answer. */
    String exchange(String method, String path, String body) throws ModelException, InterruptedException {
        HttpResponse<InputStream> response = send(method, path, body);
        try (InputStream in = response.body()) {
            byte[] bytes = in.readNBytes(MAX_BODY + 1);
            if (bytes.length > MAX_BODY) {
                throw new ModelException(
                        Kind.MALFORMED, config.name() + " answered more than " + MAX_BODY + " bytes", "ask for less");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw cut(e);
        }
    }

    /**
     * Sends and reads lines until the stream says that it is over.
     *
     * @throws ModelException of kind CUT where it ends without saying so, TIMEOUT where it falls silent
     */
    void stream(String path, String body, Lines lines) throws ModelException, InterruptedException {
        HttpResponse<InputStream> response = send("POST", path, body);
        InputStream in = response.body();
        Silence silence = new Silence(in);
        // Read by bytes decoded as they come: a reader that fills its buffer first would hold tokens back.
        try (in;
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 14)) {
            silence.begin();
            StringBuilder line = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (c == '\n') {
                    silence.begin();
                    if (!lines.line(line.toString().strip())) {
                        return;
                    }
                    line.setLength(0);
                } else {
                    line.append((char) c);
                    if (line.length() > MAX_LINE) {
                        throw new ModelException(
                                Kind.MALFORMED,
                                config.name() + " sent a line of more than " + MAX_LINE + " characters",
                                "look at the provider");
                    }
                }
            }
            if (!line.isEmpty() && !lines.line(line.toString().strip())) {
                return;
            }
            throw new ModelException(
                    Kind.CUT, config.name() + " ended its answer in the middle", "ask again; look at the provider");
        } catch (IOException e) {
            if (silence.wasTooLong) {
                throw silent();
            }
            throw cut(e);
        } finally {
            silence.end();
        }
    }

    private HttpResponse<InputStream> send(String method, String path, String body)
            throws ModelException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(config.at(path)).timeout(config.patience());
        headers.get().forEach(request::header);
        if (method.equals("GET")) {
            request.GET();
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (HttpConnectTimeoutException | ConnectException e) {
            throw new ModelException(
                    Kind.UNAVAILABLE,
                    config.name() + " at " + config.url() + " takes no connection",
                    "start it, or correct its url: agentctl model provider",
                    e);
        } catch (HttpTimeoutException e) {
            throw silent();
        } catch (IOException e) {
            throw cut(e);
        }
        if (response.statusCode() / 100 != 2) {
            throw refused(response);
        }
        return response;
    }

    private ModelException silent() {
        return new ModelException(
                Kind.TIMEOUT,
                config.name() + " was silent for more than " + config.patience().toMillis() + " ms",
                "look at the provider, or give it more patience");
    }

    private ModelException cut(IOException e) {
        return new ModelException(
                Kind.CUT, config.name() + " broke the connection: " + e.getMessage(), "look at the provider", e);
    }

    private ModelException refused(HttpResponse<InputStream> response) {
        String said;
        try (InputStream in = response.body()) {
            said = new String(in.readNBytes(2_000), StandardCharsets.UTF_8)
                    .replaceAll("[\\p{Cntrl}]+", " ")
                    .strip();
        } catch (IOException e) {
            said = "";
        }
        int status = response.statusCode();
        String words = config.name() + " answered " + status + (said.isEmpty() ? "" : ": " + said);
        String lower = said.toLowerCase(java.util.Locale.ROOT);
        boolean overflow = (status == 400 || status == 413 || status == 422 || status == 500)
                && (lower.contains("context_length")
                        || lower.contains("context length")
                        || lower.contains("context window")
                        || lower.contains("context size")
                        || lower.contains("prompt is too long")
                        || lower.contains("too many tokens"));
        Kind kind = overflow
                ? Kind.OVERFLOW
                : switch (status) {
                    case 401, 403 -> Kind.KEY;
                    case 404 -> Kind.NOT_FOUND;
                    case 408, 504 -> Kind.TIMEOUT;
                    case 429 -> Kind.RATE_LIMITED;
                    default -> status >= 500 ? Kind.UNAVAILABLE : Kind.BAD_REQUEST;
                };
        String next = switch (kind) {
            case OVERFLOW -> "send a shorter prompt";
            case KEY -> "set the key again: agentctl secret set " + config.key().orElse("NAME");
            case RATE_LIMITED -> "ask again " + after(response) + ", or allow another model";
            case NOT_FOUND -> "see what it has: agentctl model list";
            default -> "look at the provider";
        };
        return new ModelException(kind, words, next);
    }

    private static String after(HttpResponse<?> response) {
        Optional<String> seconds = response.headers().firstValue("retry-after");
        return seconds.filter(text -> text.matches("[0-9]{1,6}"))
                .map(text -> "in " + text + " s")
                .orElse("later");
    }

    /** Ends a stream that says nothing for too long. */
    private final class Silence {
        private final InputStream stream;
        private @Nullable ScheduledFuture<?> limit;
        private volatile boolean wasTooLong;
        private long last;

        Silence(InputStream stream) {
            this.stream = stream;
        }

        /** Begins anew. The timer is only touched now and then: a token comes more often than a silence ends. */
        void begin() {
            last = System.nanoTime();
            if (limit == null) {
                schedule(config.patience().toNanos());
            }
        }

        private void schedule(long nanos) {
            limit = timer.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
        }

        private void look() {
            long left = last + config.patience().toNanos() - System.nanoTime();
            if (left > 0) {
                schedule(left);
                return;
            }
            wasTooLong = true;
            try {
                stream.close();
            } catch (IOException e) {
                System.getLogger(ProviderHttp.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
            }
        }

        void end() {
            ScheduledFuture<?> open = limit;
            if (open != null) {
                open.cancel(false);
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        client.shutdownNow();
    }
}

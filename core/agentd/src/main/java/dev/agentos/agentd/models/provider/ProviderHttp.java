package dev.agentos.agentd.models.provider;

import dev.agentos.agentd.models.provider.HttpTransport.Answer;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelException.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;

/** Requests to one provider over HTTP, and what can go wrong with them, told apart. */
final class ProviderHttp implements AutoCloseable {

    /** Most characters of a line of a stream, and of a whole answer. */
    private static final int MAX_LINE = 8 * 1024 * 1024;

    private static final int MAX_BODY = 32 * 1024 * 1024;

    private final ProviderConfig config;
    private final Supplier<Map<String, String>> headers;
    private final HttpTransport transport;
    private final ScheduledExecutorService timer;

    /** @param headers beside those of HTTP, the key among them; asked for at each request */
    ProviderHttp(ProviderConfig config, Supplier<Map<String, String>> headers) {
        this.config = config;
        this.headers = headers;
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("provider-limits").factory());
        pool.setRemoveOnCancelPolicy(true);
        this.timer = pool;
        this.transport = "https".equals(config.url().getScheme())
                ? new TlsTransport(config.url(), config.patience(), pool)
                : new PlainTransport(config.url(), config.patience(), pool);
    }

    /** Takes the lines of a stream. */
    interface Lines {
        /** Returns false when the stream said that it is over. */
        boolean line(String line) throws ModelException;
    }

    /** Sends and reads a whole answer. */
    String exchange(String method, String path, String body) throws ModelException, InterruptedException {
        try (InputStream in = send(method, path, body).body()) {
            byte[] bytes = in.readNBytes(MAX_BODY + 1);
            if (bytes.length > MAX_BODY) {
                throw new ModelException(
                        Kind.MALFORMED, config.name() + " answered more than " + MAX_BODY + " bytes", "ask for less");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (ClosedByInterruptException e) {
            throw PlainTransport.interrupted(e);
        } catch (HttpTimeoutException e) {
            throw silent();
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
        // Read by bytes decoded as they come: a reader that fills its buffer first would hold tokens back.
        try (HttpTransport.Body in = send("POST", path, body).body();
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 14)) {
            StringBuilder line = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (c == '\n') {
                    if (!lines.line(line.toString().strip())) {
                        in.saidAll();
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
                in.saidAll();
                return;
            }
            throw new ModelException(
                    Kind.CUT, config.name() + " ended its answer in the middle", "ask again; look at the provider");
        } catch (ClosedByInterruptException e) {
            throw PlainTransport.interrupted(e);
        } catch (HttpTimeoutException e) {
            throw silent();
        } catch (IOException e) {
            throw cut(e);
        }
    }

    private Answer send(String method, String path, String body) throws ModelException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>(headers.get());
        if (!body.isEmpty()) {
            all.put("Content-Type", "application/json");
        }
        URI url = config.at(path);
        String target = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
        Answer answer;
        try {
            answer = transport.send(method, target, all, body);
        } catch (ConnectException | UnknownHostException e) {
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
        if (answer.status() / 100 != 2) {
            throw refused(answer);
        }
        return answer;
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

    private ModelException refused(Answer answer) {
        String said;
        try (InputStream in = answer.body()) {
            said = new String(in.readNBytes(2_000), StandardCharsets.UTF_8)
                    .replaceAll("[\\p{Cntrl}]+", " ")
                    .strip();
        } catch (IOException e) {
            said = "";
        }
        int status = answer.status();
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
            case RATE_LIMITED -> "ask again " + after(answer) + ", or allow another model";
            case NOT_FOUND -> "see what it has: agentctl model list";
            default -> "look at the provider";
        };
        return new ModelException(kind, words, next);
    }

    private static String after(Answer answer) {
        Optional<String> seconds = answer.header("retry-after");
        return seconds.filter(text -> text.matches("[0-9]{1,6}"))
                .map(text -> "in " + text + " s")
                .orElse("later");
    }

    @Override
    public void close() {
        timer.shutdownNow();
        transport.close();
    }
}

package dev.agentos.agentd.models.provider;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** HTTP over TLS by the client of the JDK. */
final class TlsTransport implements HttpTransport {

    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** The most that is read of an answer after all that matters. */
    private static final int MAX_LEFT_OVER = 64 * 1024;

    private final URI url;
    private final Duration patience;
    private final ScheduledExecutorService timer;
    private final HttpClient client;

    TlsTransport(URI url, Duration patience, ScheduledExecutorService timer) {
        this.url = url;
        this.patience = patience;
        this.timer = timer;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public Answer send(String method, String target, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url.resolve(target)).timeout(patience);
        headers.forEach(request::header);
        request.method(
                method,
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (HttpConnectTimeoutException e) {
            ConnectException refused = new ConnectException(e.getMessage());
            refused.initCause(e);
            throw refused;
        }
        Map<String, String> answered = new LinkedHashMap<>();
        response.headers().map().forEach((name, values) -> answered.put(name, values.getFirst()));
        return new Answer(response.statusCode(), answered, new Watched(response.body()));
    }

    /** A stream that ends when it says nothing for too long. */
    private final class Watched extends Body {
        private final InputStream in;
        private volatile long last = System.nanoTime();
        private volatile boolean wasTooLong;
        private volatile boolean closed;
        private boolean ending;

        Watched(InputStream in) {
            this.in = in;
            schedule(patience.toNanos());
        }

        /** The timer is only touched now and then: a token comes more often than a silence ends. */
        private void schedule(long nanos) {
            var _ = timer.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
        }

        private void look() {
            long left = last + patience.toNanos() - System.nanoTime();
            if (closed) {
                return;
            }
            if (left > 0) {
                schedule(left);
                return;
            }
            wasTooLong = true;
            try {
                in.close();
            } catch (IOException e) {
                System.getLogger(TlsTransport.class.getName()).log(System.Logger.Level.DEBUG, "closing", e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            last = System.nanoTime();
            try {
                int count = in.read(bytes, offset, length);
                if (count < 0 && wasTooLong) {
                    throw new HttpTimeoutException("silence");
                }
                return count;
            } catch (IOException e) {
                if (wasTooLong) {
                    HttpTimeoutException silence = new HttpTimeoutException("silence");
                    silence.initCause(e);
                    throw silence;
                }
                throw e;
            }
        }

        /** The client keeps the connection only where the answer was read to its last byte. */
        @Override
        void saidAll() {
            ending = true;
            Thread.ofVirtual().name("provider-rest").start(() -> {
                try (in) {
                    in.skipNBytes(MAX_LEFT_OVER);
                } catch (IOException e) {
                    System.getLogger(TlsTransport.class.getName()).log(System.Logger.Level.TRACE, "the end", e);
                } finally {
                    closed = true;
                }
            });
        }

        @Override
        public void close() throws IOException {
            if (!ending) {
                closed = true;
                in.close();
            }
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

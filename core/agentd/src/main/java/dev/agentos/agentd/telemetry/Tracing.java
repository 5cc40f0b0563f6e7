package dev.agentos.agentd.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry spans and the correlation id. Spans are made and exported only where an OTLP endpoint is configured
 * ({@code OTEL_EXPORTER_OTLP_ENDPOINT}); without one the SDK is not even loaded.
 */
public final class Tracing {

    /** The correlation id of whatever is being done on this thread; it is in every record of the journal. */
    public static final ScopedValue<String> CORRELATION = ScopedValue.newInstance();

    private static final SecureRandom RANDOM = new SecureRandom();
    private static volatile @Nullable Exporting exporting;

    private Tracing() {}

    /** A span that ends when it is closed. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /** Held apart so that the SDK's classes load only when tracing is on. */
    private record Exporting(SdkTracerProvider provider, Tracer tracer) {
        static Exporting to(String endpoint) {
            SdkTracerProvider provider = SdkTracerProvider.builder()
                    .setResource(Resource.getDefault()
                            .merge(Resource.builder()
                                    .put("service.name", "agentd")
                                    .build()))
                    .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                    .setEndpoint(endpoint + "/v1/traces")
                                    .build())
                            .build())
                    .build();
            return new Exporting(provider, provider.get("dev.agentos.agentd"));
        }
    }

    /** Starts exporting, where an endpoint is given. */
    public static void start(Optional<String> endpoint) {
        endpoint.ifPresent(url -> exporting = Exporting.to(url.replaceAll("/+$", "")));
    }

    /** Sends what is left. */
    public static void stop() {
        Exporting active = exporting;
        if (active != null) {
            active.provider().close();
            exporting = null;
        }
    }

    /** A new correlation id: 16 hexadecimal digits. */
    public static String newCorrelation() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Opens a span with text attributes; names follow this one place. */
    public static Scope span(String name, Map<String, String> attributes) {
        Exporting active = exporting;
        if (active == null) {
            return () -> {};
        }
        return new Open(active.tracer(), name, attributes);
    }

    /** A span that is current until it is closed. */
    private static final class Open implements Scope {
        private final Span span;
        private final io.opentelemetry.context.Scope current;

        @SuppressWarnings("MustBeClosedChecker") // Closed in close(), which callers reach through try-with-resources.
        Open(Tracer tracer, String name, Map<String, String> attributes) {
            span = tracer.spanBuilder("agentos." + name).startSpan();
            attributes.forEach((key, value) -> span.setAttribute("agentos." + key, value));
            if (CORRELATION.isBound()) {
                span.setAttribute("agentos.correlation", CORRELATION.get());
            }
            current = span.makeCurrent();
        }

        @Override
        public void close() {
            current.close();
            span.end();
        }
    }
}

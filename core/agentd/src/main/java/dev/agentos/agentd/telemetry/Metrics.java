package dev.agentos.agentd.telemetry;

import dev.agentos.domain.port.Journal.Recorded;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** The Prometheus metrics of the service, fed by the event stream and by callbacks. */
public final class Metrics {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    // No exemplars: they would wake a thread of their own for each observation, and there is rarely a span to name.
    private final Counter events = Counter.builder()
            .name("agentos_events_total")
            .help("Durable events by kind.")
            .labelNames("kind")
            .withoutExemplars()
            .register(registry);
    private final Counter decisions = Counter.builder()
            .name("agentos_tool_decisions_total")
            .help("Decisions on tool calls.")
            .labelNames("tool", "decision")
            .withoutExemplars()
            .register(registry);
    private final Histogram requests = Histogram.builder()
            .name("agentos_request_seconds")
            .help("Time to answer a request, by operation.")
            .labelNames("operation")
            .withoutExemplars()
            .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
            .register(registry);

    /** Counts what became durable. */
    public void count(List<Recorded> recorded) {
        for (Recorded event : recorded) {
            events.labelValues(event.kind()).inc();
            if (event.kind().equals("tool.decided")) {
                decisions
                        .labelValues(
                                String.valueOf(event.data().get("tool")),
                                String.valueOf(event.data().get("decision")))
                        .inc();
            }
        }
    }

    public void request(String operation, double seconds) {
        requests.labelValues(operation).observe(seconds);
    }

    /** A value that is read when somebody asks. */
    public void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** Values by one label that are read when somebody asks. */
    public void gauges(String name, String help, String label, Supplier<Map<String, Long>> values) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback -> values.get().forEach((key, value) -> callback.call(value, key)))
                .register(registry);
    }

    /** Everything in the Prometheus text format, version 0.0.4. */
    public String text() {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
            return out.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
    }
}

package dev.agentos.testkit.bench;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.testkit.models.SteadyServer;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the gateway adds to a provider: the first token and each further one, through agentd's own model door and
 * directly, in turn, over kept connections. Every call is routed, counted, recorded on the disk and streamed.
 */
final class GatewayBench implements BenchMain.Bench {

    private static final int CALLS = 400;
    private static final int WARM_UP = 1_500;
    private static final int TOKENS = 32;
    private static final long FIRST_NANOS = 10_000_000;
    private static final long NEXT_NANOS = 1_000_000;

    @Override
    public Figures run(Path home, int asked) throws Exception {
        int calls = asked > 0 ? asked : CALLS;
        Figures figures = new Figures("bench", "gateway")
                .top("provider", "steady: first token after 10 ms, one more each ms, " + TOKENS + " tokens")
                .top("warm_up_calls", WARM_UP)
                .top("calls", calls);
        try (SteadyServer server = SteadyServer.start(TOKENS, FIRST_NANOS, NEXT_NANOS);
                LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            client.addModelProvider(new ModelWire.AddProvider(
                    "steady",
                    "openai",
                    server.url().toString(),
                    Optional.empty(),
                    "on-prem",
                    List.of("m", "quick"),
                    100_000,
                    "0",
                    "0",
                    16,
                    60_000));
            try (Stream direct = Stream.open(server.address());
                    Stream through =
                            Stream.open(UnixDomainSocketAddress.of(service.run().resolve("models.sock")))) {
                measure(figures, direct, through, calls);
            }
        }
        return figures;
    }

    private static void measure(Figures figures, Stream direct, Stream through, int calls) throws IOException {
        System.err.println("gateway: warming up with " + WARM_UP + " quick calls each way");
        for (int i = 0; i < WARM_UP; i++) {
            direct.ask("quick");
            through.ask("steady/quick");
        }
        double[] directFirst = new double[calls];
        double[] first = new double[calls];
        double[] directRest = new double[calls];
        double[] rest = new double[calls];
        double[] added = new double[calls];
        for (int i = 0; i < calls; i++) {
            if (i % 100 == 0) {
                System.err.println("gateway: call " + i + " of " + calls);
            }
            // Each pair is close in time, so that the machine is the same for both.
            Seen without = direct.ask("m");
            Seen with = through.ask("steady/m");
            directFirst[i] = without.firstMillis();
            first[i] = with.firstMillis();
            added[i] = with.firstMillis() - without.firstMillis();
            directRest[i] = without.restMillis();
            rest[i] = with.restMillis();
        }
        figures.put("direct_first_ms_p50", Figures.percentile(directFirst, 0.5));
        figures.put("direct_first_ms_p99", Figures.percentile(directFirst, 0.99));
        figures.put("gateway_first_ms_p50", Figures.percentile(first, 0.5));
        figures.put("gateway_first_ms_p99", Figures.percentile(first, 0.99));
        figures.put("added_ms_p50", Figures.percentile(added, 0.5));
        figures.put("added_ms_p99", Figures.percentile(added, 0.99));
        figures.put(
                "added_us_per_token",
                (Figures.percentile(rest, 0.5) - Figures.percentile(directRest, 0.5)) * 1000 / (TOKENS - 1));
    }

    /** When the first token came, and how long the others took after it. */
    private record Seen(double firstMillis, double restMillis) {}

    /** A kept connection that reads a stream by hand, so that the client costs the same on both sides. */
    private static final class Stream implements AutoCloseable {
        private static final byte[] WORD = "word ".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);

        private Stream(SocketChannel channel) {
            this.channel = channel;
        }

        static Stream open(SocketAddress address) throws IOException {
            return new Stream(SocketChannel.open(address));
        }

        Seen ask(String model) throws IOException {
            String body = "{\"model\":\"" + model + "\",\"stream\":true,\"max_tokens\":" + TOKENS
                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
            byte[] request = ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.US_ASCII);
            long from = System.nanoTime();
            channel.write(ByteBuffer.wrap(request));
            await(WORD);
            long first = System.nanoTime();
            await(DONE);
            long last = System.nanoTime();
            // The end of the chunks belongs to this answer.
            await("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new Seen((first - from) / 1e6, (last - first) / 1e6);
        }

        /** Reads until the bytes have come, and past them. */
        private void await(byte[] wanted) throws IOException {
            int matched = 0;
            buffer.flip();
            while (true) {
                while (buffer.hasRemaining()) {
                    byte next = buffer.get();
                    matched = next == wanted[matched] ? matched + 1 : next == wanted[0] ? 1 : 0;
                    if (matched == wanted.length) {
                        buffer.compact();
                        return;
                    }
                }
                buffer.clear();
                if (channel.read(buffer) < 0) {
                    throw new EOFException("the server closed the connection");
                }
                buffer.flip();
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}

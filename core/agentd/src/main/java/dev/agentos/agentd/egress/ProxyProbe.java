package dev.agentos.agentd.egress;

import dev.agentos.domain.port.Sandbox.Receipt;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Asks an agent's proxy whether it is there, on the very socket that the sandbox gets, before the agent runs. */
final class ProxyProbe {

    private static final String NAME = "egress.proxy";
    private static final String HOW = "HTTP and CONNECT through the agent's own socket";

    /** A question to the proxy itself, answered without a record. */
    static final String QUESTION = "OPTIONS * HTTP/1.1\r\nHost: agentos\r\n\r\n";

    static final String ANSWER = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

    private ProxyProbe() {}

    static Receipt.Line line(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(QUESTION.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64);
            while (answer.hasRemaining() && channel.read(answer) >= 0) {
                if (answer.position() >= 12) {
                    break;
                }
            }
            String said = new String(answer.array(), 0, Math.min(12, answer.position()), StandardCharsets.US_ASCII);
            return new Receipt.Line(
                    NAME,
                    true,
                    said.equals("HTTP/1.1 204") ? "enforced" : "missing",
                    HOW,
                    "asked on its socket, answered " + (said.isEmpty() ? "nothing" : said));
        } catch (IOException e) {
            return new Receipt.Line(NAME, true, "missing", HOW, "no answer: " + e.getMessage());
        }
    }
}

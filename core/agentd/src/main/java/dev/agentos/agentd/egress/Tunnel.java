package dev.agentos.agentd.egress;

import dev.agentos.domain.egress.ClientHello;
import dev.agentos.domain.egress.EgressDecision.Refused;
import dev.agentos.domain.egress.EgressPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Bytes both ways, once the first of them were looked at: a TLS hello must ask for the server that the tunnel is for. None
 * of the agent's bytes leaves this machine before that.
 */
final class Tunnel {

    private static final int PIECE = 16 * 1024;
    private static final Duration FIRST_LIMIT = Duration.ofSeconds(15);

    /** The alert access_denied, so that a TLS client says more than "connection reset"; RFC 8446, section 6. */
    private static final byte[] ACCESS_DENIED = {21, 3, 3, 0, 2, 2, 49};

    private final ClientChannel client;
    private final EgressConnection connection;
    private final Consumer<Refused> refused;

    Tunnel(ClientChannel client, EgressConnection connection, Consumer<Refused> refused) {
        this.client = client;
        this.connection = connection;
        this.refused = refused;
    }

    void run() throws IOException, InterruptedException {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        boolean tlsOnly = connection.decision().tlsOnly();
        Thread back = null;
        if (!tlsOnly) {
            // The server may speak first, as SSH does; what comes back needs no look.
            back = Thread.ofVirtual().name("egress-back").start(this::pumpBack);
        }
        byte[] first = new byte[ClientHello.LONGEST];
        int length = readFirst(first, tlsOnly);
        if (length > 0) {
            Optional<Refused> no = EgressPolicy.tunnel(
                    connection.destination(),
                    connection.port(),
                    tlsOnly,
                    connection.decision().contractLine(),
                    ClientHello.read(first, length));
            if (no.isPresent()) {
                refuse(no.get(), first[0] == 22);
            } else {
                if (back == null) {
                    back = Thread.ofVirtual().name("egress-back").start(this::pumpBack);
                }
                pumpOut(first, length);
            }
        }
        if (back != null) {
            back.join();
        }
    }

    /** Reads until it is clear what the tunnel carries. */
    private int readFirst(byte[] first, boolean tlsOnly) throws IOException {
        int length = 0;
        if (tlsOnly) {
            client.limit(FIRST_LIMIT);
        }
        while (length < first.length) {
            int count = client.read(first, length, first.length - length);
            if (count < 0) {
                break;
            }
            length += count;
            client.limit(FIRST_LIMIT);
            if (!(ClientHello.read(first, length) instanceof ClientHello.Read.Incomplete)) {
                break;
            }
        }
        client.noLimit();
        return length;
    }

    private void refuse(Refused no, boolean tls) throws IOException {
        connection.endsBy(no.code());
        refused.accept(no);
        if (tls) {
            client.write(ACCESS_DENIED, 0, ACCESS_DENIED.length);
            client.shutdownOutput();
        } else {
            client.close();
        }
        connection.close();
    }

    private void pumpOut(byte[] first, int length) {
        try {
            OutputStream out = connection.output();
            out.write(first, 0, length);
            byte[] piece = Arrays.copyOf(first, PIECE);
            for (int count; (count = client.read(piece, 0, piece.length)) >= 0; ) {
                out.write(piece, 0, count);
            }
            connection.socket().shutdownOutput();
        } catch (IOException e) {
            // One side is gone; the other pump ends by it.
            connection.close();
            client.close();
        }
    }

    private void pumpBack() {
        try {
            connection.socket().setSoTimeout((int) ProxyExchange.IDLE_LIMIT.toMillis());
            InputStream in = connection.input();
            byte[] piece = new byte[PIECE];
            for (int count; (count = in.read(piece)) >= 0; ) {
                client.write(piece, 0, count);
            }
            client.shutdownOutput();
        } catch (SocketTimeoutException e) {
            connection.endsBy("egress.idle");
            connection.close();
            client.close();
        } catch (IOException e) {
            connection.close();
            client.close();
        }
    }
}

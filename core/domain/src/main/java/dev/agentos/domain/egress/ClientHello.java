package dev.agentos.domain.egress;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The first message of a TLS client, read for the one thing that a tunnel shows: the name of the server it asks for. RFC
 * 8446, section 4.1.2, and RFC 6066, section 3.
 */
public final class ClientHello {

    /** No client says more before it must wait for the server. */
    public static final int LONGEST = 64 * 1024;

    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int ENCRYPTED_HELLO = 0xfe0d;

    /** What the first bytes of a tunnel are. */
    public sealed interface Read {
        /** A beginning of a ClientHello; more bytes are needed. */
        record Incomplete() implements Read {}

        /** Something else than TLS. */
        record NotTls() implements Read {}

        /**
         * A whole ClientHello.
         *
         * @param serverName as the client wrote it; empty where it names none
         * @param encrypted whether it carries an encrypted hello inside (ECH), or pretends to
         */
        record Hello(Optional<String> serverName, boolean encrypted) implements Read {}

        /** It begins like TLS and then breaks its rules. */
        record Malformed(String why) implements Read {}
    }

    private final byte[] bytes;
    private int at;
    private int end;

    private ClientHello(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    /** Reads the first {@code length} bytes of a connection. Total: every input has an answer. */
    public static Read read(byte[] first, int length) {
        byte[] message = new byte[length];
        int have = 0;
        int at = 0;
        while (at < length) {
            if ((first[at] & 0xFF) != HANDSHAKE) {
                return at == 0 ? new Read.NotTls() : new Read.Malformed("its hello is cut by another record");
            }
            if (at + 1 < length && first[at + 1] != 3) {
                return at == 0 ? new Read.NotTls() : new Read.Malformed("its records are of different protocols");
            }
            if (at + 5 > length) {
                return new Read.Incomplete();
            }
            int size = (first[at + 3] & 0xFF) << 8 | (first[at + 4] & 0xFF);
            if (size == 0 || size > 16_384) {
                return new Read.Malformed("a record of " + size + " bytes");
            }
            int here = Math.min(size, length - at - 5);
            System.arraycopy(first, at + 5, message, have, here);
            have += here;
            at += 5 + size;
            if (have >= 1 && message[0] != CLIENT_HELLO) {
                return new Read.Malformed("its first message is no hello");
            }
            if (have >= 4) {
                int body = (message[1] & 0xFF) << 16 | (message[2] & 0xFF) << 8 | (message[3] & 0xFF);
                if (body > LONGEST) {
                    return new Read.Malformed("a hello of " + body + " bytes");
                }
                if (have >= 4 + body) {
                    return hello(Arrays.copyOf(message, 4 + body));
                }
            }
        }
        return new Read.Incomplete();
    }

    private static Read hello(byte[] message) {
        try {
            return new ClientHello(message, 4, message.length).parse();
        } catch (Cut e) {
            return new Read.Malformed("its hello is cut");
        }
    }

    private Read parse() throws Cut {
        skip(2 + 32);
        skip(number(1));
        skip(number(2));
        skip(number(1));
        if (at == end) {
            return new Read.Hello(Optional.empty(), false);
        }
        int extensions = number(2);
        if (extensions != end - at) {
            throw new Cut();
        }
        Optional<String> name = Optional.empty();
        boolean seen = false;
        boolean encrypted = false;
        while (at < end) {
            int type = number(2);
            int size = number(2);
            int next = at + size;
            if (next > end) {
                throw new Cut();
            }
            if (type == SERVER_NAME) {
                if (seen) {
                    return new Read.Malformed("it names two servers");
                }
                seen = true;
                ClientHello inner = new ClientHello(bytes, at, next);
                if (inner.number(2) != next - inner.at || inner.number(1) != 0) {
                    return new Read.Malformed("its server name is of no known kind");
                }
                int length = inner.number(2);
                if (length == 0 || inner.at + length != next) {
                    return new Read.Malformed("it names two servers, or none");
                }
                name = Optional.of(new String(bytes, inner.at, length, StandardCharsets.ISO_8859_1));
            }
            encrypted |= type == ENCRYPTED_HELLO;
            at = next;
        }
        return new Read.Hello(name, encrypted);
    }

    private int number(int size) throws Cut {
        int value = 0;
        for (int i = 0; i < size; i++) {
            if (at >= end) {
                throw new Cut();
            }
            value = value << 8 | (bytes[at++] & 0xFF);
        }
        return value;
    }

    private void skip(int size) throws Cut {
        if (size > end - at) {
            throw new Cut();
        }
        at += size;
    }

    /** The message ends before a field does. */
    private static final class Cut extends Exception {}
}

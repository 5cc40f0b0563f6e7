package dev.agentos.tui;

import dev.agentos.bridge.client.SocketLocator;
import dev.agentos.bridge.client.UnreachableException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code agentctl status} without a command-line parser and without JSON: one request, whose answer agentd has already
 * put into words. It never starts a service: it says whether there is one.
 */
final class FastStatus {

    private static final long LIMIT_MS = 10_000;

    private FastStatus() {}

    /** Whether these arguments are {@code status} with nothing that needs more than a request. */
    static boolean isAsked(String[] arguments) {
        if (arguments.length == 0 || !arguments[0].equals("status")) {
            return false;
        }
        for (int i = 1; i < arguments.length; i++) {
            if (arguments[i].equals("--socket") && i + 1 < arguments.length) {
                i++;
            } else if (!arguments[i].equals("--json")
                    && !arguments[i].equals("--plain")
                    && !arguments[i].startsWith("--socket=")) {
                return false;
            }
        }
        return true;
    }

    static int run(String[] arguments) {
        Optional<Path> socket = Optional.empty();
        boolean json = false;
        for (int i = 1; i < arguments.length; i++) {
            if (arguments[i].equals("--socket")) {
                socket = Optional.of(Path.of(arguments[++i]));
            } else if (arguments[i].startsWith("--socket=")) {
                socket = Optional.of(Path.of(arguments[i].substring("--socket=".length())));
            } else {
                json |= arguments[i].equals("--json");
            }
        }
        Path place = Path.of("");
        try {
            place = SocketLocator.locate(socket, System.getenv(), SocketLocator.uid())
                    .socket();
            String answer = get(place, json ? "/v1/status" : "/v1/status.txt");
            int body = answer.indexOf("\r\n\r\n");
            boolean ok = answer.startsWith("HTTP/1.1 200 ");
            write(ok ? FileDescriptor.out : FileDescriptor.err, answer.substring(body + 4));
            return ok ? Exit.DONE : Exit.FAILED;
        } catch (UnreachableException e) {
            return unreachable(json, e.getMessage() + "", e.place(), e.next());
        } catch (IOException e) {
            return unreachable(json, "no agentd answers: " + e.getMessage(), place.toString(), "start it: agentos up");
        }
    }

    private static int unreachable(boolean json, String message, String place, String next) {
        String text = json
                ? "{\"code\":\"service.unreachable\",\"message\":" + quoted(message) + ",\"place\":" + quoted(place)
                        + ",\"next\":" + quoted(next) + ",\"items\":[]}\n"
                : "agentctl: service.unreachable: " + message + "\n  at " + place + "\n  → " + next + "\n";
        write(FileDescriptor.err, text);
        return Exit.UNREACHABLE;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static String get(Path socket, String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            giveUpLater(channel);
            // Concatenation by "+" makes its code at run time, which this program has no time for.
            String head = "GET ".concat(path).concat(" HTTP/1.1\r\nHost: agentd\r\nConnection: close\r\n\r\n");
            ByteBuffer request = ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII));
            while (request.hasRemaining()) {
                channel.write(request);
            }
            byte[] answer = new byte[64 * 1024];
            int length = 0;
            for (int count = channel.read(ByteBuffer.wrap(answer));
                    count >= 0;
                    count = channel.read(ByteBuffer.wrap(answer, length, answer.length - length))) {
                length += count;
                if (length == answer.length) {
                    answer = java.util.Arrays.copyOf(answer, length * 2);
                }
            }
            return new String(answer, 0, length, StandardCharsets.UTF_8);
        }
    }

    private static void giveUpLater(SocketChannel channel) {
        Thread watch = new Thread(() -> {
            try {
                Thread.sleep(LIMIT_MS);
                channel.close();
            } catch (IOException | InterruptedException e) {
                // The program ends with or without this channel.
                Thread.currentThread().interrupt();
            }
        });
        watch.setDaemon(true);
        watch.start();
    }

    private static void write(FileDescriptor to, String text) {
        // Not closed: the descriptor belongs to the program.
        FileOutputStream out = new FileOutputStream(to);
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Whoever asked has closed the pipe and needs no answer.
            System.exit(Exit.FAILED);
        }
    }
}

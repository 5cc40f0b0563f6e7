package dev.agentos.testkit.center;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A desktop's notification service on a session bus of its own: dbus-daemon with a configuration that knows no other
 * service, and {@code org.freedesktop.Notifications} spoken by hand (D-Bus specification, message protocol 1).
 */
final class FakeNotifications implements AutoCloseable {

    private static final Path DAEMON = Path.of("/usr/bin/dbus-daemon");
    private static final Path GDBUS = Path.of("/usr/bin/gdbus");
    private static final String NAME = "org.freedesktop.Notifications";
    private static final String OBJECT = "/org/freedesktop/Notifications";
    private static final String BUS = "org.freedesktop.DBus";
    private static final int CALL = 1;
    private static final int RETURN = 2;
    private static final int SIGNAL = 4;
    private static final String KNOWN = """
            <node><interface name="org.freedesktop.Notifications">
            <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
            <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
            <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
            <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
            <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
            <method name="CloseNotification"><arg type="u" direction="in"/></method>
            <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
            </interface></node>""";

    /** A notification that stands, or stood. */
    record Shown(int number, int replaces, String title, String text) {}

    private final Process daemon;
    private final String address;
    private final SocketChannel channel;
    private final AtomicInteger serial = new AtomicInteger();
    final List<Shown> shown = new CopyOnWriteArrayList<>();
    final Map<Integer, Boolean> closed = new ConcurrentHashMap<>();

    /** What is missing here; empty when nothing is. */
    static String lacks() {
        return !Files.isExecutable(DAEMON)
                ? "dbus-daemon is not installed: apt-get install dbus"
                : Files.isExecutable(GDBUS) ? "" : "gdbus is not installed: apt-get install libglib2.0-bin";
    }

    FakeNotifications(Path folder) throws IOException, InterruptedException {
        Path socket = folder.resolve("bus");
        address = "unix:path=" + socket;
        Path config = Files.writeString(folder.resolve("bus.conf"), """
                <busconfig><type>session</type><listen>%s</listen><auth>EXTERNAL</auth>
                <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
                </busconfig>""".formatted(address));
        daemon = new ProcessBuilder(DAEMON.toString(), "--nofork", "--config-file=" + config)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.to(folder.resolve("bus.log").toFile()))
                .start();
        for (int i = 0; i < 500 && !Files.exists(socket); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        authenticate();
        call("Hello");
        Body name = new Body().text(NAME).number(0);
        send(CALL, Map.of(1, "/org/freedesktop/DBus", 2, BUS, 3, "RequestName", 6, BUS), 0, "su", name);
        Thread.ofPlatform().daemon().name("notifications-service").start(this::serve);
    }

    /** As in the variable {@code DBUS_SESSION_BUS_ADDRESS}. */
    String address() {
        return address;
    }

    /** A person clicks a notification. */
    void click(int number) throws IOException {
        Body body = new Body().number(number).text("default");
        send(SIGNAL, Map.of(1, OBJECT, 2, NAME, 3, "ActionInvoked"), 0, "us", body);
    }

    // ------------------------------------------------------------------ the wire

    private void authenticate() throws IOException {
        String uid = String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        String hex = HexFormat.of().formatHex(uid.getBytes(StandardCharsets.US_ASCII));
        channel.write(ByteBuffer.wrap(("\0AUTH EXTERNAL " + hex + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        StringBuilder line = new StringBuilder();
        while (!line.toString().endsWith("\r\n")) {
            line.append((char) read(1).get());
        }
        if (!line.toString().startsWith("OK")) {
            throw new IOException("the bus does not know us: " + line);
        }
        channel.write(ByteBuffer.wrap("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    private void call(String member) throws IOException {
        send(CALL, Map.of(1, "/org/freedesktop/DBus", 2, BUS, 3, member, 6, BUS), 0, "", new Body());
    }

    private void serve() {
        try {
            while (true) {
                answer(receive());
            }
        } catch (IOException e) {
            // The bus is over.
            System.getLogger(FakeNotifications.class.getName()).log(System.Logger.Level.DEBUG, "the bus ended", e);
        }
    }

    private record Message(int type, int serial, String member, String sender, ByteBuffer body) {}

    private void answer(Message message) throws IOException {
        if (message.type() != CALL) {
            return;
        }
        switch (message.member()) {
            case "GetServerInformation" ->
                reply(
                        message,
                        "ssss",
                        new Body().text("fake").text("test").text("1").text("1.2"));
            case "Introspect" -> reply(message, "s", new Body().text(KNOWN));
            case "Notify" -> {
                ByteBuffer in = message.body();
                text(in);
                int replaces = number(in);
                text(in);
                int at = replaces == 0 ? shown.size() + 1 : replaces;
                shown.add(new Shown(at, replaces, text(in), text(in)));
                reply(message, "u", new Body().number(at));
            }
            case "CloseNotification" -> {
                closed.put(number(message.body()), true);
                reply(message, "", new Body());
            }
            default -> reply(message, "", new Body());
        }
    }

    private void reply(Message to, String signature, Body body) throws IOException {
        send(RETURN, Map.of(6, to.sender()), to.serial(), signature, body);
    }

    /** @param fields texts of the header by their code */
    private synchronized void send(int type, Map<Integer, String> fields, int replyTo, String signature, Body body)
            throws IOException {
        Body header = new Body();
        fields.forEach((code, text) -> header.field(code, code == 1 ? "o" : "s").text(text));
        if (replyTo != 0) {
            header.field(5, "u").number(replyTo);
        }
        if (!signature.isEmpty()) {
            header.field(8, "g").signature(signature);
        }
        byte[] content = body.bytes();
        byte[] head = header.bytes();
        ByteBuffer out =
                ByteBuffer.allocate(16 + head.length + 8 + content.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 'l').put((byte) type).put((byte) 0).put((byte) 1);
        out.putInt(content.length).putInt(serial.incrementAndGet()).putInt(head.length);
        out.put(head);
        out.position((out.position() + 7) / 8 * 8);
        out.put(content).flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private Message receive() throws IOException {
        ByteBuffer start = read(16);
        start.order(start.get(0) == 'l' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int length = start.getInt(12);
        ByteBuffer head = read((length + 7) / 8 * 8).order(start.order());
        String member = "";
        String sender = "";
        while (head.position() < length) {
            align(head, 8);
            int code = head.get();
            String signature = signature(head);
            switch (signature) {
                case "u" -> number(head);
                case "g" -> signature(head);
                default -> {
                    String value = text(head);
                    member = code == 3 ? value : member;
                    sender = code == 7 ? value : sender;
                }
            }
        }
        return new Message(
                start.get(1),
                start.getInt(8),
                member,
                sender,
                read(start.getInt(4)).order(start.order()));
    }

    private ByteBuffer read(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the bus has closed");
            }
        }
        return bytes.flip();
    }

    private static void align(ByteBuffer in, int to) {
        in.position((in.position() + to - 1) / to * to);
    }

    private static int number(ByteBuffer in) {
        align(in, 4);
        return in.getInt();
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[number(in)];
        in.get(bytes).get();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String signature(ByteBuffer in) {
        byte[] bytes = new byte[in.get()];
        in.get(bytes).get();
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** Values one after the other, each on its border. */
    private static final class Body {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Body align(int to) {
            while (out.size() % to != 0) {
                out.write(0);
            }
            return this;
        }

        Body number(int value) {
            align(4);
            out.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
            return this;
        }

        Body text(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            number(bytes.length);
            out.writeBytes(bytes);
            out.write(0);
            return this;
        }

        Body signature(String value) {
            out.write(value.length());
            out.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
            out.write(0);
            return this;
        }

        Body field(int code, String signature) {
            align(8);
            out.write(code);
            return signature(signature);
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        daemon.destroy();
        daemon.onExit().join();
    }
}

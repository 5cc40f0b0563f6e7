package dev.agentos.testkit.service;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A mail server on loopback that keeps what it is given (RFC 5321, AUTH PLAIN and LOGIN) and misbehaves when told to. It
 * judges a sender from outside: what it kept has really been sent.
 */
public final class SmtpSink implements Closeable {

    /** What it does with the next messages. */
    public enum Mood {
        /** Takes them. */
        TAKES,
        /** Takes the message, and hangs up before it says so. */
        HANGS_UP_AFTER_THE_END,
        /** Hangs up before it has been given any of the message. */
        HANGS_UP_BEFORE_THE_MESSAGE,
        /** Says no to every recipient. */
        REFUSES_RECIPIENTS,
        /** Says no to the whole message. */
        REFUSES_MESSAGES,
        /** Says no to every password. */
        REFUSES_LOGINS
    }

    /**
     * What it took.
     *
     * @param login user and password of the conversation, as {@code user:password}; empty for none
     */
    public record Letter(String login, String from, List<String> to, String text) {
        public Letter {
            to = List.copyOf(to);
        }

        /** The first line of a header, or empty. */
        public String header(String name) {
            return text.lines()
                    .takeWhile(line -> !line.isEmpty())
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse("");
        }

        /** The names of all headers, in order. */
        public List<String> headers() {
            return text.lines()
                    .takeWhile(line -> !line.isEmpty())
                    .filter(line -> !line.startsWith(" ") && line.contains(": "))
                    .map(line -> line.substring(0, line.indexOf(':')))
                    .toList();
        }

        /** The text behind the headers, out of its base64. */
        public String body() {
            String encoded = text.substring(text.indexOf("\r\n\r\n") + 4);
            return new String(Base64.getMimeDecoder().decode(encoded.strip()), StandardCharsets.UTF_8);
        }
    }

    private final ServerSocket server;
    private final List<Letter> letters = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private volatile Mood mood = Mood.TAKES;

    private SmtpSink() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("smtp-sink").start(this::accept);
    }

    /** Starts it on a free port of loopback. */
    public static SmtpSink start() {
        try {
            return new SmtpSink();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    public void mood(Mood next) {
        mood = next;
    }

    /** What was taken, in order. */
    public List<Letter> letters() {
        return List.copyOf(letters);
    }

    /** Every command of every conversation, in order, without the lines of messages. */
    public List<String> heard() {
        return List.copyOf(heard);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().name("smtp-conversation").start(() -> {
                    try (socket) {
                        socket.setSoTimeout(20_000);
                        new Conversation(socket).hold();
                    } catch (IOException e) {
                        heard.add("(ended: " + e.getMessage() + ")");
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private final class Conversation {
        private final Socket socket;
        private final BufferedReader in;
        private String login = "";
        private String from = "";
        private final List<String> to = new ArrayList<>();

        Conversation(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        void hold() throws IOException {
            say("220 sink.example ESMTP");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                heard.add(line);
                String word = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
                switch (word) {
                    case "EHLO" -> say("250-sink.example\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME");
                    case "HELO", "NOOP" -> say("250 ok");
                    case "AUTH" -> login(line);
                    case "MAIL" -> {
                        from = address(line);
                        to.clear();
                        say("250 ok");
                    }
                    case "RCPT" -> recipient(line);
                    case "RSET" -> {
                        to.clear();
                        say("250 ok");
                    }
                    case "DATA" -> {
                        if (!message()) {
                            return;
                        }
                    }
                    case "QUIT" -> {
                        say("221 bye");
                        return;
                    }
                    default -> say("502 not here");
                }
            }
        }

        private void login(String line) throws IOException {
            String[] words = line.split(" ", -1);
            if (words[1].equalsIgnoreCase("PLAIN")) {
                String given = words.length > 2 ? words[2] : answerTo("");
                String[] parts = decoded(given).split("\0", -1);
                login = parts.length == 3 ? parts[1] + ":" + parts[2] : "?";
            } else {
                String user = words.length > 2 ? words[2] : answerTo("VXNlcm5hbWU6");
                login = decoded(user) + ":" + decoded(answerTo("UGFzc3dvcmQ6"));
            }
            say(mood == Mood.REFUSES_LOGINS ? "535 5.7.8 wrong" : "235 2.7.0 welcome");
        }

        private String answerTo(String challenge) throws IOException {
            say("334 " + challenge);
            String answer = in.readLine();
            return answer == null ? "" : answer;
        }

        private static String decoded(String text) {
            return new String(Base64.getDecoder().decode(text.strip()), StandardCharsets.UTF_8);
        }

        private void recipient(String line) throws IOException {
            if (mood == Mood.REFUSES_RECIPIENTS) {
                say("550 5.1.1 nobody of that name");
            } else {
                to.add(address(line));
                say("250 ok");
            }
        }

        private static String address(String line) {
            int open = line.indexOf('<');
            int close = line.indexOf('>');
            return open >= 0 && close > open ? line.substring(open + 1, close) : line;
        }

        /** False when the conversation is over. */
        private boolean message() throws IOException {
            if (mood == Mood.HANGS_UP_BEFORE_THE_MESSAGE) {
                return false;
            }
            say("354 go on");
            StringBuilder text = new StringBuilder();
            for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
                text.append(line.startsWith("..") ? line.substring(1) : line).append("\r\n");
            }
            if (mood == Mood.REFUSES_MESSAGES) {
                say("554 5.7.1 not this one");
                return true;
            }
            letters.add(new Letter(login, from, to, text.toString()));
            if (mood == Mood.HANGS_UP_AFTER_THE_END) {
                return false;
            }
            say("250 2.0.0 taken as " + letters.size());
            return true;
        }

        private void say(String line) throws IOException {
            socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

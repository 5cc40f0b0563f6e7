package dev.agentos.agentd.mail;

import dev.agentos.domain.mail.MailServer;
import dev.agentos.domain.mail.MailServer.Security;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.eclipse.angus.mail.util.MailConnectException;
import org.jspecify.annotations.Nullable;

/** Gives one message to a mail server (RFC 5321). Nothing is kept between two of them. */
public final class SmtpClient {

    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final Duration READ = Duration.ofSeconds(60);

    private final Duration read;
    private final Optional<SSLSocketFactory> tls;

    public SmtpClient() {
        this(READ, Optional.empty());
    }

    /**
     * @param read how long an answer may take
     * @param tls whom to trust; the usual authorities when empty
     */
    SmtpClient(Duration read, Optional<SSLSocketFactory> tls) {
        this.read = read;
        this.tls = tls;
    }

    /**
     * Sends a message to all recipients or to none.
     *
     * @param password of the server's user; empty for a server without one
     * @param message headers and body, as they go out
     */
    public Delivery send(MailServer server, Optional<String> password, List<String> recipients, byte[] message) {
        Properties properties = properties(server);
        tls.ifPresent(factory -> properties.put("mail.smtp.ssl.socketFactory", factory));
        Session session = Session.getInstance(properties);
        Exchange exchange = new Exchange(session, server);
        try {
            exchange.connect(
                    server.host(), server.port(), password.isEmpty() ? null : server.user(), password.orElse(null));
            exchange.sendMessage(new MimeMessage(session, new ByteArrayInputStream(message)), addresses(recipients));
            return new Delivery.Accepted(oneLine(exchange.getLastServerResponse()));
        } catch (MessagingException e) {
            return exchange.gaveItOver() && !exchange.wasRefused()
                    ? new Delivery.Unknown("the connection to " + server.words()
                            + " ended before it said whether it took" + " the message: " + oneLine(e.getMessage()))
                    : notSent(server, e);
        } finally {
            close(exchange);
        }
    }

    private Properties properties(MailServer server) {
        Properties properties = new Properties();
        properties.put("mail.smtp.connectiontimeout", String.valueOf(CONNECT.toMillis()));
        properties.put("mail.smtp.timeout", String.valueOf(read.toMillis()));
        properties.put("mail.smtp.writetimeout", String.valueOf(read.toMillis()));
        properties.put("mail.smtp.auth", String.valueOf(!server.user().isEmpty()));
        properties.put("mail.smtp.from", server.from());
        properties.put("mail.smtp.sendpartial", "false");
        properties.put("mail.smtp.quitwait", "false");
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        // What the machine is called is nobody's business; a literal says no more than the connection does.
        properties.put("mail.smtp.localhost", "[127.0.0.1]");
        if (server.security() == Security.STARTTLS) {
            properties.put("mail.smtp.starttls.enable", "true");
            properties.put("mail.smtp.starttls.required", "true");
        } else if (server.security() == Security.TLS) {
            properties.put("mail.smtp.ssl.enable", "true");
        }
        return properties;
    }

    private static Address[] addresses(List<String> recipients) throws AddressException {
        List<Address> addresses = new ArrayList<>();
        for (String recipient : recipients) {
            addresses.add(new InternetAddress(recipient, true));
        }
        return addresses.toArray(Address[]::new);
    }

    private static Delivery.NotSent notSent(MailServer server, MessagingException e) {
        String said = oneLine(e.getMessage());
        String where = server.words();
        return switch (e) {
            case AuthenticationFailedException _ ->
                new Delivery.NotSent("mail.login", where + " refused the login of " + server.user() + ": " + said);
            case MailConnectException _ ->
                new Delivery.NotSent("mail.unreachable", where + " cannot be reached: " + said);
            case SendFailedException failed
            when failed.getInvalidAddresses() != null && failed.getInvalidAddresses().length > 0 ->
                new Delivery.NotSent(
                        "mail.recipient", where + " refused " + failed.getInvalidAddresses()[0] + ": " + reply(failed));
            default ->
                new Delivery.NotSent(
                        String.valueOf(e.getMessage()).contains("TLS") ? "mail.tls" : "mail.refused",
                        where + " did not take the message: " + said);
        };
    }

    /** What the server said about the first address, which hangs below the failure as a whole. */
    private static String reply(MessagingException failed) {
        Exception next = failed.getNextException();
        return oneLine(next == null ? failed.getMessage() : next.getMessage());
    }

    private static String oneLine(@Nullable String text) {
        String line = String.valueOf(text).replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= 300 ? line : line.substring(0, 299) + "…";
    }

    private static void close(SMTPTransport transport) {
        try {
            transport.close();
        } catch (MessagingException e) {
            // The message's fate is known by now, and a goodbye changes nothing of it.
            System.getLogger(SmtpClient.class.getName()).log(System.Logger.Level.TRACE, "QUIT failed", e);
        }
    }

    /** One conversation, which knows whether the end of the message was said. */
    private static final class Exchange extends SMTPTransport {
        private boolean gaveItOver;

        Exchange(Session session, MailServer server) {
            super(session, new URLName("smtp", server.host(), server.port(), null, null, null));
        }

        @Override
        protected void finishData() throws IOException, MessagingException {
            gaveItOver = true;
            super.finishData();
        }

        boolean gaveItOver() {
            return gaveItOver;
        }

        /** An answer of 4yz or 5yz to the end of the message: the server has not taken it (RFC 5321, 4.2.1). */
        boolean wasRefused() {
            return getLastReturnCode() >= 400 && getLastReturnCode() < 600;
        }
    }
}

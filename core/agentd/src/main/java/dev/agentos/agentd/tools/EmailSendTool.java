package dev.agentos.agentd.tools;

import dev.agentos.agentd.mail.Delivery;
import dev.agentos.agentd.mail.SmtpClient;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.mail.MailAddress;
import dev.agentos.domain.mail.MailServer;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.domain.secret.SecretReferences;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code email.send}: one message through the operator's mail server. It asks a person each time that no grant covers its
 * recipients. What was given over without an answer is in doubt and not sent again; its Message-ID, which follows from
 * the call, tells whether it arrived.
 */
final class EmailSendTool implements Tool.Effectful {

    static final String NAME = "email.send";

    private static final int MAX_RECIPIENTS = 50;
    private static final int MAX_SUBJECT = 250;
    private static final int MAX_TEXT = 200_000;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    NAME, Effect.ASKS, "Sends one plain-text message through the operator's mail server.")
            .input(InputSchema.object()
                    .required("to", InputSchema.texts(), "Recipients, each a plain name@host.")
                    .optional("cc", InputSchema.texts(), "Recipients of a copy.")
                    .optional("bcc", InputSchema.texts(), "Recipients of a copy that the others do not see.")
                    .required("subject", Map.of("type", "string", "maxLength", (long) MAX_SUBJECT), "One line.")
                    .required("text", Map.of("type", "string", "maxLength", (long) MAX_TEXT), "The message.")
                    .optional("reason", "string", "Why, in the agent's own words; shown to people as such."))
            .destinations("to", "cc", "bcc")
            .build();

    /**
     * What sends.
     *
     * @param server the operator's, as it is set now
     */
    record Means(Supplier<Optional<MailServer>> server, SmtpClient smtp, Credentials credentials, TimeSource time) {}

    private final Means means;

    EmailSendTool(Means means) {
        this.means = means;
    }

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<SecretUse> secrets() {
        return means.server().get().filter(server -> !server.secret().isEmpty()).stream()
                .map(server -> new SecretUse(server.secret(), server.host()))
                .toList();
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        // Looked at before the decision, so that nobody is asked about what cannot be sent.
        server();
        Letter.of(arguments);
        return List.of();
    }

    private MailServer server() throws ToolException {
        return means.server()
                .get()
                .orElseThrow(() -> new ToolException(
                        "mail.not-set",
                        "no mail server is set on this machine",
                        "the operator sets one: agentctl mail set HOST:PORT --from ADDRESS"));
    }

    @Override
    public Intent plan(Arguments arguments, Place place, String key) throws ToolException {
        MailServer server = server();
        Letter letter = Letter.of(arguments);
        String id = "<" + Digests.sha256Hex(server.mark() + "\0" + key).substring(0, 40) + "@"
                + server.from().substring(server.from().lastIndexOf('@') + 1) + ">";
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("from", server.from());
        facts.put("to", String.join(", ", letter.to()));
        if (!letter.cc().isEmpty()) {
            facts.put("cc", String.join(", ", letter.cc()));
        }
        if (!letter.bcc().isEmpty()) {
            facts.put("bcc, unseen by the others", String.join(", ", letter.bcc()));
        }
        facts.put("subject", letter.subject());
        facts.put("server", server.words());
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("message_id", id);
        record.put("recipients", letter.all());
        record.put("subject_sha256", Digests.sha256Hex(letter.subject()));
        record.put("text_sha256", Digests.sha256Hex(letter.text()));
        return new Intent(
                NAME,
                key,
                String.join(", ", letter.all()),
                facts,
                "Subject: " + letter.subject() + "\n\n" + letter.text(),
                record,
                MailText.of(server.from(), letter, id, means.time().now()));
    }

    @Override
    public ToolResult apply(Intent intent) throws ToolException {
        MailServer server = server();
        Optional<String> password = server.secret().isEmpty()
                ? Optional.empty()
                : Optional.of(means.credentials().reveal(SecretReferences.to(server.secret()), server.host()));
        List<String> recipients = recipients(intent);
        return switch (means.smtp().send(server, password, recipients, intent.payload())) {
            case Delivery.Accepted accepted -> {
                Map<String, Object> result = new LinkedHashMap<>(intent.record());
                result.put("accepted", true);
                result.put("reply", accepted.reply());
                yield ToolResult.of(result);
            }
            case Delivery.NotSent not ->
                throw new ToolException(not.code(), not.reason(), "nothing was sent; correct it and call again");
            case Delivery.Unknown unknown ->
                throw new UnknownOutcomeException(
                        "mail.in-doubt",
                        unknown.reason() + "; look for " + intent.record().get("message_id")
                                + " in the mailbox or the server's log",
                        "it is not sent again; begin a new call if it did not arrive");
        };
    }

    private static List<String> recipients(Intent intent) throws ToolException {
        if (intent.payload().length > 0 && intent.record().get("recipients") instanceof List<?> all) {
            return all.stream().map(String::valueOf).toList();
        }
        throw new UnknownOutcomeException(
                "mail.in-doubt", "the message is gone since the service ended", "begin a new call");
    }

    @Override
    public void undo(Intent intent, boolean force) throws ToolException {
        throw new ToolException("undo.impossible", "a message that was sent cannot be taken back", "write another one");
    }

    /** A message as its arguments say it, checked. */
    record Letter(List<String> to, List<String> cc, List<String> bcc, String subject, String text) {

        static Letter of(Arguments arguments) throws ToolException {
            String subject = arguments.text("subject");
            if (subject.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029)) {
                throw new ToolException(
                        "mail.header",
                        "the subject holds a line break or another control character, which could begin a header",
                        "write it in one line");
            }
            String text = arguments.text("text");
            if (text.indexOf('\0') >= 0) {
                throw new ToolException("mail.text", "the message holds a NUL character", "take it out");
            }
            Letter letter = new Letter(
                    addresses(arguments, "to"), addresses(arguments, "cc"), addresses(arguments, "bcc"), subject, text);
            if (letter.to().isEmpty()) {
                throw new ToolException("argument.missing", "\"to\" names nobody", "name a recipient");
            }
            if (letter.all().size() > MAX_RECIPIENTS) {
                throw new ToolException(
                        "mail.recipients",
                        letter.all().size() + " recipients are more than the " + MAX_RECIPIENTS
                                + " that one message may have",
                        "send to fewer at a time");
            }
            return letter;
        }

        /** Everybody once, in the order that they are named. */
        List<String> all() {
            Set<String> all = new LinkedHashSet<>(to);
            all.addAll(cc);
            all.addAll(bcc);
            return List.copyOf(all);
        }

        private static List<String> addresses(Arguments arguments, String name) throws ToolException {
            if (!arguments.has(name)) {
                return List.of();
            }
            List<String> addresses = new ArrayList<>();
            for (String text : arguments.texts(name)) {
                if (MailAddress.parse(text) instanceof MailAddress.Outcome.Invalid invalid) {
                    throw new ToolException(
                            "mail.address", "an address in \"" + name + "\" " + invalid.reason(), "write name@host");
                }
                addresses.add(text);
            }
            return List.copyOf(addresses);
        }
    }
}

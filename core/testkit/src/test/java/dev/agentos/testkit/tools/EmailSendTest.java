package dev.agentos.testkit.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdConfig;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.wire.AgentWire;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.MailWire.MailServerValue;
import dev.agentos.bridge.wire.SecretWire.SecretValue;
import dev.agentos.bridge.wire.TaskWire;
import dev.agentos.bridge.wire.TaskWire.CallView;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.fake.FakeSandbox;
import dev.agentos.testkit.service.SmtpSink;
import dev.agentos.testkit.service.SmtpSink.Letter;
import dev.agentos.testkit.service.SmtpSink.Mood;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code email.send} from the door to a mail server that keeps what it is given. */
@Timeout(120)
class EmailSendTest {

    private static final String PASSWORD = "canary-9b1c/mail+quartz=41";

    private final SmtpSink sink = SmtpSink.start();
    private Path folder = Path.of("/");
    private Agentd agentd;
    private AgentdClient client;
    private String agent = "";
    private String task = "";

    @BeforeEach
    void start(@TempDir Path temp) throws Exception {
        folder = temp.toRealPath();
        AgentdConfig config = new AgentdConfig(
                folder.resolve("state"),
                folder.resolve("run"),
                folder.resolve("no-execd"),
                Optional.empty(),
                folder.resolve("no-worker"),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty());
        agentd = Agentd.start(config, TimeSource.system(), new FakeSandbox());
        client = AgentdClient.on(config.socket());
        agent = client.spawn(
                        new AgentWire.Spawn(
                                "mailer",
                                "mailer.yaml",
                                "apiVersion: agentos/v0.2\nkind: AgentContract\nname: mailer\n"
                                        + "modelPolicy: { allow: [] }\ncompute: { cpu: \"0.1\", mem: 1MiB, pids: 1 }\n"
                                        + "capabilities: [email.send]\n"
                                        + "runtime: { process: { command: [/bin/sleep, \"100000\"] } }\n",
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                Map.of(),
                                false),
                        AgentdClient.Until.STARTED,
                        Duration.ofSeconds(30))
                .id();
        task = client.beginTask(
                        agent,
                        new TaskWire.Begin(
                                "letters",
                                "write to ann@city.example and bob@city.example",
                                Optional.empty(),
                                Map.of()))
                .id();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        agentd.close();
        sink.close();
    }

    private void server() {
        client.setSecret(new SecretValue("smtp-password", PASSWORD, List.of("localhost")));
        client.setMailServer(new MailServerValue(
                "localhost", sink.port(), "none", "agents@town.example", "agents", "smtp-password"));
    }

    private CallView call(String key, Map<String, Object> arguments) {
        return client.callTool(
                agent,
                "email.send",
                new TaskWire.ToolCall(
                        Optional.of(task), key, arguments, Optional.of("you asked me to"), false, Optional.of(0L)));
    }

    private static Map<String, Object> letter(String to) {
        return Map.of("to", to, "subject", "Your permit", "text", "It is granted.\n.\nGood day.\n");
    }

    /** The call, with the question that it asks answered by a yes. */
    private CallView sent(String key, Map<String, Object> arguments) {
        CallView asking = call(key, arguments);
        assertEquals("asking", asking.outcome(), asking.reason());
        AskView ask = client.ask(asking.ask());
        client.answer(ask.id(), AnswerRequest.allow(ask, "once", Optional.empty(), "test"));
        return call(key, arguments);
    }

    private String records() {
        return client.events(0, 5000).events().toString();
    }

    @Test
    void aMessageIsShownWholeThenSentOnceWithThePasswordOfTheStore() throws Exception {
        server();
        Map<String, Object> arguments = Map.of(
                "to", List.of("ann@city.example"),
                "bcc", "bob@city.example",
                "subject", "Grüße aus dem Amt – Ihre Genehmigung für den Umbau der Brücke liegt bereit",
                "text", "Es ist so weit.\n.\n..\nFrom me\n");
        CallView asking = call("one", arguments);
        assertEquals("asking", asking.outcome(), asking.reason());
        AskView ask = client.ask(asking.ask());
        assertEquals(List.of(), sink.heard(), "nothing is said to the server before a person has answered");
        assertTrue(ask.content().endsWith("Es ist so weit.\n.\n..\nFrom me\n"), ask.content());
        assertEquals("bob@city.example", ask.facts().get("bcc, unseen by the others"));
        assertEquals("agents@town.example", ask.facts().get("from"));
        assertFalse(ask.reversible());
        client.answer(ask.id(), AnswerRequest.allow(ask, "once", Optional.empty(), "test"));
        CallView done = call("one", arguments);
        assertEquals("done", done.outcome(), done.reason());
        assertEquals(done.output(), call("one", arguments).output(), "the same call is the same message");

        assertEquals(1, sink.letters().size());
        Letter letter = sink.letters().getFirst();
        assertEquals("agents:" + PASSWORD, letter.login());
        assertEquals("agents@town.example", letter.from());
        assertEquals(List.of("ann@city.example", "bob@city.example"), letter.to());
        assertEquals("Es ist so weit.\r\n.\r\n..\r\nFrom me\r\n", letter.body());
        assertEquals(
                List.of(
                        "From",
                        "To",
                        "Subject",
                        "Date",
                        "Message-ID",
                        "Auto-Submitted",
                        "MIME-Version",
                        "Content-Type",
                        "Content-Transfer-Encoding"),
                letter.headers(),
                "nobody sees who else was sent a copy");
        assertTrue(letter.header("Subject").startsWith("=?UTF-8?B?"), letter.text());
        assertEquals(done.output().get("message_id"), letter.header("Message-ID"));
        assertTrue(letter.header("Message-ID").matches("<[0-9a-f]{40}@town\\.example>"), letter.text());

        String records = records();
        assertTrue(records.contains("secret.used") && records.contains("localhost"), records);
        assertFalse(records.contains(PASSWORD) || records.contains("Es ist so weit"), records);
        assertEquals(List.of(), filesWith(PASSWORD));
    }

    @Test
    void aLineBreakBeginsNoHeaderAndNoSecondRecipient() {
        server();
        for (Map<String, Object> arguments : List.<Map<String, Object>>of(
                Map.of("to", "ann@city.example", "subject", "hi\r\nBcc: eve@evil.example", "text", "x"),
                Map.of("to", "ann@city.example", "subject", "hi\nX: y", "text", "x"),
                Map.of("to", "ann@city.example", "subject", "hi\u2028X: y", "text", "x"),
                Map.of("to", "ann@city.example\r\nBcc: eve@evil.example", "subject", "hi", "text", "x"),
                Map.of("to", "ann@city.example, eve@evil.example", "subject", "hi", "text", "x"),
                Map.of("to", "ann@city.example>\r\nRCPT TO:<eve@evil.example", "subject", "hi", "text", "x"),
                Map.of("to", "ann@city.example", "cc", "Eve <eve@evil.example>", "subject", "hi", "text", "x"),
                Map.of("to", List.of(), "subject", "hi", "text", "x"),
                Map.of("to", "ann@city.example", "subject", "hi", "text", "x\u0000y"))) {
            CallView refused = call("k" + arguments.hashCode(), arguments);
            assertEquals("failed", refused.outcome(), arguments + " was " + refused);
            assertTrue(
                    List.of("mail.header", "mail.address", "mail.text", "argument.missing")
                            .contains(refused.code()),
                    refused.code());
        }
        assertEquals(List.of(), client.asks().asks(), "nobody is asked about what cannot be sent");
        assertEquals(List.of(), sink.heard());
    }

    @Test
    void aRecipientThatNobodyNamedIsSaidToBeSo() {
        server();
        AskView ask = client.ask(call("stranger", letter("eve@evil.example")).ask());
        assertTrue(
                String.valueOf(ask.facts().get("origin of to")).contains("unknown origin"),
                ask.facts().toString());
        AskView known = client.ask(call("known", letter("ann@city.example")).ask());
        assertTrue(
                String.valueOf(known.facts().get("origin of to")).contains("given by the person"),
                known.facts().toString());
    }

    @Test
    void aConnectionThatIsCutAfterTheEndLeavesItInDoubtAndItIsNotSentAgain() {
        server();
        sink.mood(Mood.HANGS_UP_AFTER_THE_END);
        CallView doubt = sent("cut", letter("ann@city.example"));
        assertEquals("in-doubt", doubt.outcome(), doubt.reason());
        String id = sink.letters().getFirst().header("Message-ID");
        assertTrue(doubt.reason().contains(id), "a person can look for it: " + doubt.reason());
        sink.mood(Mood.TAKES);
        assertEquals("in-doubt", call("cut", letter("ann@city.example")).outcome());
        assertEquals(1, sink.letters().size());
        assertTrue(records().contains("in-doubt"));
    }

    @Test
    void whatWasCertainlyNotSentMayBeSentAgainAsTheSameMessage() {
        server();
        sink.mood(Mood.HANGS_UP_BEFORE_THE_MESSAGE);
        CallView failed = sent("middle", letter("ann@city.example"));
        assertEquals("failed", failed.outcome(), failed.reason());
        sink.mood(Mood.REFUSES_MESSAGES);
        CallView refused = call("middle", letter("ann@city.example"));
        assertEquals("mail.refused", refused.code(), refused.reason());
        assertTrue(refused.reason().contains("554 5.7.1 not this one"), refused.reason());
        assertEquals(0, sink.letters().size());
        sink.mood(Mood.TAKES);
        assertEquals("done", call("middle", letter("ann@city.example")).outcome());
        assertEquals(1, sink.letters().size());
    }

    @Test
    void aServerThatSaysNoIsHeardAndNothingIsSentToAnybody() {
        server();
        sink.mood(Mood.REFUSES_RECIPIENTS);
        CallView recipient = sent("nobody", letter("ann@city.example"));
        assertEquals("mail.recipient", recipient.code(), recipient.reason());
        assertTrue(recipient.reason().contains("nobody of that name"), recipient.reason());
        sink.mood(Mood.REFUSES_LOGINS);
        CallView login = sent("login", letter("ann@city.example"));
        assertEquals("mail.login", login.code(), login.reason());
        assertFalse(login.reason().contains(PASSWORD), login.reason());
        assertEquals(List.of(), sink.letters());
    }

    @Test
    void withoutAServerOrWithoutItsPasswordNobodyIsAsked() {
        assertEquals("mail.not-set", call("none", letter("ann@city.example")).code());
        assertFalse(client.mailServer().set());
        client.setMailServer(new MailServerValue(
                "localhost", sink.port(), "none", "agents@town.example", "agents", "smtp-password"));
        assertEquals("there is no secret smtp-password", client.mailServer().ready());
        assertEquals("secret.refused", call("early", letter("ann@city.example")).code());
        client.setSecret(new SecretValue("smtp-password", PASSWORD, List.of("smtp.else.example")));
        assertEquals(
                "secret.refused", call("elsewhere", letter("ann@city.example")).code());
        client.clearMailServer();
        assertEquals("mail.not-set", call("cleared", letter("ann@city.example")).code());
        assertThrows(AgentdException.class, client::clearMailServer);
        assertEquals(List.of(), sink.heard());
    }

    @Test
    void aPasswordIsNotSentInTheClearAndAServerWithoutTlsIsLeft() {
        AgentdException clear = assertThrows(
                AgentdException.class,
                () -> client.setMailServer(new MailServerValue(
                        "smtp.example.org", 25, "none", "agents@town.example", "agents", "smtp-password")));
        assertTrue(String.valueOf(clear.getMessage()).contains("not sent in the clear"), clear.getMessage());
        client.setSecret(new SecretValue("smtp-password", PASSWORD, List.of("localhost")));
        client.setMailServer(new MailServerValue(
                "localhost", sink.port(), "starttls", "agents@town.example", "agents", "smtp-password"));
        CallView failed = sent("tls", letter("ann@city.example"));
        assertEquals("mail.tls", failed.code(), failed.reason());
        assertTrue(
                sink.heard().stream().noneMatch(line -> line.startsWith("AUTH")),
                sink.heard().toString());
    }

    private List<String> filesWith(String text) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return Files.readString(file, StandardCharsets.ISO_8859_1)
                                    .contains(text);
                        } catch (java.io.IOException e) {
                            return false;
                        }
                    })
                    .map(Path::toString)
                    .toList();
        }
    }
}

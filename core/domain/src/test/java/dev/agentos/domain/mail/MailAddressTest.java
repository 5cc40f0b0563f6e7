package dev.agentos.domain.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.mail.MailServer.Security;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b",
                "ann.lee+permits@city.example",
                "x_y@localhost",
                "o'hara@a-b.example",
                "u@xn--bcher-kva.example"
            })
    void aPlainAddressIsItself(String text) {
        assertEquals(
                text,
                assertInstanceOf(MailAddress.Outcome.Address.class, MailAddress.parse(text))
                        .address()
                        .toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "@b",
                "a@",
                "a@b\r\nBcc: evil@example.org",
                "a@b\nX: y",
                "a@b,c@d",
                "a@b;c@d",
                "Ann <a@b>",
                "\"a\"@b",
                "a b@c",
                "a@b c",
                "<a@b>",
                "a@b>",
                ".a@b",
                "a.@b",
                "a..b@c",
                "a@-b",
                "a@b-",
                "a@b..c",
                "a@[127.0.0.1]",
                "a@b (c)",
                "ä@b",
                "a@bücher.example",
                "a@b\u202Ec",
                "a@b\u0000"
            })
    void nothingElseIsOne(String text) {
        assertInstanceOf(MailAddress.Outcome.Invalid.class, MailAddress.parse(text));
    }

    @Test
    void lengthsHaveALimit() {
        assertInstanceOf(MailAddress.Outcome.Address.class, MailAddress.parse("a".repeat(64) + "@b"));
        assertInstanceOf(MailAddress.Outcome.Invalid.class, MailAddress.parse("a".repeat(65) + "@b"));
        assertTrue(MailAddress.isHost("a.".repeat(126) + "b"));
        assertEquals(false, MailAddress.isHost("a.".repeat(126) + "bc"));
        assertEquals(false, MailAddress.isHost("a".repeat(64)));
    }

    @Test
    void aPasswordNeverGoesInTheClearToAnotherMachine() {
        assertEquals(
                Optional.of("a password is not sent in the clear: use starttls or tls"),
                MailServer.problem("smtp.example.org", 25, Security.NONE, "a@b", "user", "password"));
        assertEquals(
                Optional.empty(),
                MailServer.problem("smtp.example.org", 587, Security.STARTTLS, "a@b", "user", "password"));
        assertEquals(Optional.empty(), MailServer.problem("localhost", 25, Security.NONE, "a@b", "user", "password"));
        assertEquals(Optional.empty(), MailServer.problem("smtp.example.org", 25, Security.NONE, "a@b", "", ""));
    }

    @Test
    void wrongSettingsAreSaidInWords() {
        assertEquals(
                Optional.of("a user and the secret with its password come together"),
                MailServer.problem("h", 25, Security.TLS, "a@b", "user", ""));
        assertTrue(MailServer.problem("h h", 25, Security.TLS, "a@b", "", "").isPresent());
        assertTrue(MailServer.problem("h", 0, Security.TLS, "a@b", "", "").isPresent());
        assertTrue(MailServer.problem("h", 65_536, Security.TLS, "a@b", "", "").isPresent());
        assertEquals(
                Optional.of("the sender is not name@host"), MailServer.problem("h", 25, Security.TLS, "a", "", ""));
        assertTrue(
                MailServer.problem("h", 25, Security.TLS, "a@b", "u\r\nx", "s").isPresent());
    }
}

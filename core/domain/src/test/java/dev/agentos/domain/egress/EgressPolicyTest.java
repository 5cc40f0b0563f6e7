package dev.agentos.domain.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.contract.Egress;
import dev.agentos.domain.egress.EgressDecision.Refused;
import dev.agentos.domain.egress.EgressPolicy.Admission;
import dev.agentos.domain.egress.EgressPolicy.How;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressPolicyTest {

    private static final List<String> DOMAINS = List.of(
            "example.org",
            "*.wild.org",
            "git.example.org:22",
            "plain.example.org:80",
            "10.1.2.3:8080",
            "127.0.0.1:9000",
            "intra.corp:8080",
            "localhost:7000",
            "169.254.169.254:80",
            "224.0.0.1:80",
            "8.8.8.8:53");

    private static EgressRules rules(boolean asks, String... domains) {
        return new EgressRules(new Egress(List.of(domains)), asks, path -> "c.yaml:" + path);
    }

    private static final EgressRules RULES = rules(false, DOMAINS.toArray(String[]::new));

    private static final Grant GRANT = new Grant(
            "grant-1",
            "agent-a-001",
            "a",
            "net.connect",
            "new.org:443",
            Scope.RUN,
            Optional.of("agent-a-001.1"),
            Optional.empty(),
            Optional.empty(),
            "user me",
            Instant.EPOCH,
            0);

    private static String decide(EgressRules rules, How how, String host, int port, String... addresses) {
        return decide(rules, how, host, port, Optional.empty(), addresses);
    }

    private static String decide(
            EgressRules rules, How how, String host, int port, Optional<Grant> grant, String... addresses) {
        EgressDecision decision = decision(rules, how, host, port, grant, addresses);
        return decision.word() + " " + decision.code();
    }

    private static EgressDecision decision(
            EgressRules rules, How how, String host, int port, Optional<Grant> grant, String... addresses) {
        return switch (EgressPolicy.admit(rules, host, port, how, grant)) {
            case Admission.Settled settled -> settled.decision();
            case Admission.LookUp lookUp ->
                EgressPolicy.pin(
                        rules,
                        lookUp,
                        Arrays.stream(addresses).map(EgressPolicyTest::ip).toList());
        };
    }

    private static IpAddress ip(String text) {
        return (text.indexOf(':') < 0 ? IpAddress.parseDotted(text) : IpAddress.parseV6(text)).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "TUNNEL, example.org, 443, 93.184.216.34, allowed contract",
        "TUNNEL, EXAMPLE.ORG., 443, 93.184.216.34, allowed contract",
        "HTTP, example.org, 80, 93.184.216.34, allowed contract",
        "HTTP, example.org, 443, 93.184.216.34, allowed contract",
        "TUNNEL, example.org, 80, 93.184.216.34, refused egress.tunnel-plain",
        "TUNNEL, plain.example.org, 80, 93.184.216.34, allowed contract",
        "TUNNEL, example.org, 22, 93.184.216.34, refused egress.undeclared",
        "TUNNEL, git.example.org, 22, 93.184.216.34, allowed contract",
        "TUNNEL, git.example.org, 443, 93.184.216.34, refused egress.undeclared",
        "TUNNEL, wild.org, 443, 93.184.216.34, refused egress.undeclared",
        "TUNNEL, a.wild.org, 443, 93.184.216.34, allowed contract",
        "TUNNEL, a.b.wild.org, 443, 93.184.216.34, allowed contract",
        "TUNNEL, awild.org, 443, 93.184.216.34, refused egress.undeclared",
        "TUNNEL, example.org.evil.org, 443, 93.184.216.34, refused egress.undeclared",
        "TUNNEL, evilexample.org, 443, 93.184.216.34, refused egress.undeclared",
        "TUNNEL, example.org@evil.org, 443, 93.184.216.34, refused egress.host",
        "TUNNEL, 127.0.0.1, 443, 127.0.0.1, refused egress.loopback",
        "TUNNEL, 2130706433, 443, 127.0.0.1, refused egress.loopback",
        "TUNNEL, 0x7f.1, 9000, 127.0.0.1, allowed contract",
        "HTTP, 127.0.0.1, 9000, 127.0.0.1, allowed contract",
        "HTTP, 10.1.2.3, 8080, 10.1.2.3, allowed contract",
        "HTTP, 10.1.2.3, 80, 10.1.2.3, refused egress.private",
        "HTTP, 10.1.2.4, 8080, 10.1.2.4, refused egress.private",
        "HTTP, intra.corp, 8080, 10.1.2.3, allowed contract",
        "HTTP, intra.corp, 8080, 10.1.2.4, refused egress.private",
        "HTTP, localhost, 7000, 127.0.0.1, allowed contract",
        "HTTP, localhost, 7001, 127.0.0.1, refused egress.loopback",
        "HTTP, foo.localhost, 80, 127.0.0.1, refused egress.loopback",
        "HTTP, 169.254.169.254, 80, 169.254.169.254, allowed contract",
        "HTTP, 169.254.169.254, 8080, 169.254.169.254, refused egress.metadata",
        "HTTP, 0xa9fea9fe, 443, 169.254.169.254, refused egress.metadata",
        "HTTP, [::ffff:169.254.169.254], 443, 169.254.169.254, refused egress.metadata",
        "HTTP, [fd00:ec2::254], 80, fd00:ec2::254, refused egress.metadata",
        "HTTP, 100.100.100.200, 80, 100.100.100.200, refused egress.metadata",
        "HTTP, 169.254.1.1, 80, 169.254.1.1, refused egress.link-local",
        "HTTP, [fe80::1], 80, fe80::1, refused egress.link-local",
        "HTTP, 100.64.1.1, 80, 100.64.1.1, refused egress.private",
        "HTTP, 0.0.0.0, 80, 0.0.0.0, refused egress.loopback",
        "HTTP, [::], 80, ::, refused egress.loopback",
        "HTTP, [::1], 9000, ::1, refused egress.loopback",
        "HTTP, 224.0.0.1, 80, 224.0.0.1, refused egress.reserved",
        "HTTP, 224.0.0.2, 80, 224.0.0.2, refused egress.reserved",
        "HTTP, 255.255.255.255, 80, 255.255.255.255, refused egress.reserved",
        "HTTP, 203.0.113.1, 80, 203.0.113.1, refused egress.reserved",
        "HTTP, 1.1.1.1, 80, 1.1.1.1, refused egress.direct-ip",
        "HTTP, 8.8.8.8, 53, 8.8.8.8, allowed contract",
        "HTTP, [2606:4700::1111], 443, 2606:4700::1111, refused egress.direct-ip",
        "HTTP, example.org, 0, 93.184.216.34, refused egress.port",
        "HTTP, example.org, 65536, 93.184.216.34, refused egress.port",
    })
    void decides(How how, String host, int port, String address, String expected) {
        assertEquals(expected, decide(RULES, how, host, port, address));
    }

    @Test
    void oneForbiddenAddressAmongManyRefusesTheName() {
        assertEquals(
                "refused egress.loopback", decide(RULES, How.TUNNEL, "example.org", 443, "93.184.216.34", "127.0.0.1"));
        assertEquals(
                "refused egress.metadata",
                decide(RULES, How.TUNNEL, "example.org", 443, "2606:4700::1111", "::ffff:169.254.169.254"));
        assertEquals("refused egress.no-address", decide(RULES, How.TUNNEL, "example.org", 443));
    }

    @Test
    void theResolversOrderAndNothingElseIsPinned() {
        var allowed = assertInstanceOf(
                EgressDecision.Allowed.class,
                decision(RULES, How.TUNNEL, "example.org", 443, Optional.empty(), "93.184.216.34", "2606:4700::1"));
        assertEquals(List.of(ip("93.184.216.34"), ip("2606:4700::1")), allowed.pinned());
        assertEquals("c.yaml:egress.domains[0]", allowed.contractLine());
        assertTrue(allowed.tlsOnly());
    }

    @Test
    void aPortThatIsDeclaredMayCarryAnything() {
        var allowed = assertInstanceOf(
                EgressDecision.Allowed.class,
                decision(RULES, How.TUNNEL, "git.example.org", 22, Optional.empty(), "93.184.216.34"));
        assertFalse(allowed.tlsOnly());
    }

    @Test
    void anUndeclaredNameIsNeverLookedUp() {
        for (String host : List.of("secret.evil.org", "1.1.1.1", "localhost", "x%2eorg")) {
            assertInstanceOf(
                    Admission.Settled.class,
                    EgressPolicy.admit(rules(false), host, 443, How.TUNNEL, Optional.empty()),
                    host);
            assertInstanceOf(
                    Admission.Settled.class,
                    EgressPolicy.admit(rules(true), host, 443, How.TUNNEL, Optional.empty()),
                    host);
        }
    }

    @Test
    void aContractThatAsksAsksForNamesAndNeverForAddresses() {
        EgressRules asks = rules(true, "example.org");
        assertEquals("asks egress.undeclared", decide(asks, How.TUNNEL, "new.org", 443));
        assertEquals("refused egress.direct-ip", decide(asks, How.TUNNEL, "1.1.1.1", 443));
        assertEquals("refused egress.metadata", decide(asks, How.HTTP, "169.254.169.254", 80));
        assertEquals("refused egress.loopback", decide(asks, How.HTTP, "localhost", 80));
    }

    @Test
    void aGrantOpensTheNameAndNotTheInside() {
        EgressRules asks = rules(true);
        assertEquals("allowed grant", decide(asks, How.TUNNEL, "new.org", 443, Optional.of(GRANT), "93.184.216.34"));
        assertEquals(
                "refused egress.private", decide(asks, How.TUNNEL, "new.org", 443, Optional.of(GRANT), "10.0.0.1"));
        assertEquals(
                "refused egress.metadata",
                decide(asks, How.TUNNEL, "new.org", 443, Optional.of(GRANT), "169.254.169.254"));
    }

    @Test
    void aRefusalSaysWhatWhereAndWhatToDo() {
        assertEquals(
                new Refused(
                        "egress.undeclared",
                        "evil.org:443 is not among the places that the contract declares (example.org)",
                        "c.yaml:egress.domains",
                        "add \"evil.org\" to egress.domains, or \"net.connect\" to security.consent_for to be asked"),
                decision(rules(false, "example.org"), How.TUNNEL, "evil.org", 443, Optional.empty()));
        assertEquals(
                new Refused(
                        "egress.loopback",
                        "example.org:443 leads to 127.0.0.1, this machine itself, which the contract does not declare",
                        "c.yaml:egress.domains[0]",
                        "add \"127.0.0.1:443\" to egress.domains, if this agent should reach it"),
                decision(rules(false, "example.org"), How.TUNNEL, "example.org", 443, Optional.empty(), "127.0.0.1"));
    }

    /** Whatever is asked: nothing inside is reached unless its very address is declared, and nothing throws. */
    @Test
    void noRandomWishReachesTheInside() {
        Random random = new Random(3128);
        List<String> hosts = List.of(
                "example.org", "a.wild.org", "intra.corp", "evil.org", "127.1", "[::ffff:10.0.0.1]", "localhost", "0");
        EgressRules asking = rules(true, "example.org", "*.wild.org", "intra.corp:8080", "10.1.2.3:8080");
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(4) == 0 ? 16 : 4];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                bytes[0] =
                        new byte[] {10, 127, (byte) 169, (byte) 172, (byte) 192, 100, 0, (byte) 254}[random.nextInt(8)];
            }
            IpAddress address = IpAddress.of(bytes);
            int port = new int[] {443, 80, 8080, 22}[random.nextInt(4)];
            Optional<Grant> grant = random.nextBoolean() ? Optional.of(GRANT) : Optional.empty();
            String host = hosts.get(random.nextInt(hosts.size()));
            How how = List.of(How.TUNNEL, How.HTTP, How.TOOL).get(random.nextInt(3));
            EgressDecision decision = decision(asking, how, host, port, grant, address.toString());
            if (decision instanceof EgressDecision.Allowed) {
                boolean declared = address.toString().equals("10.1.2.3") && port == 8080;
                assertTrue(
                        AddressKind.of(address) == AddressKind.PUBLIC || declared, host + ":" + port + " → " + address);
            }
            assertFalse(decision.reason().isEmpty());
            assertTrue(decision.contractLine().startsWith("c.yaml:"));
        }
    }
}

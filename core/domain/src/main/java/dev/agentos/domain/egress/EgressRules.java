package dev.agentos.domain.egress;

import dev.agentos.domain.contract.AgentContract;
import dev.agentos.domain.contract.ContractDocument;
import dev.agentos.domain.contract.Egress;
import dev.agentos.domain.contract.Security;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What of a contract the decision on a connection reads.
 *
 * @param declared where the contract lets the agent connect to
 * @param asks whether a connection to another name waits for a person instead of being refused
 * @param line turns a contract path such as {@code egress.domains[0]} into {@code file:line:column}
 */
public record EgressRules(Egress declared, boolean asks, UnaryOperator<String> line) {

    /** The port inside a sandbox where the proxy listens. */
    public static final int PROXY_PORT = 3128;

    private static final String DOMAINS = "egress.domains";

    /** The rules of a contract. */
    public static EgressRules of(ContractDocument document) {
        AgentContract contract = document.contract();
        return new EgressRules(
                contract.egress(), asks(contract), path -> document.lineOf(path).toString());
    }

    /** Whether an agent with this contract has a way out at all. */
    public static boolean hasWayOut(AgentContract contract) {
        return !contract.egress().domains().isEmpty() || asks(contract);
    }

    private static boolean asks(AgentContract contract) {
        return contract.security().consentFor().contains(Security.NET_CONNECT);
    }

    /** An entry of {@code egress.domains} that a connection matches. */
    record Entry(String domain, boolean explicitPort, String line) {}

    Optional<Entry> entryFor(Destination destination, int port) {
        List<String> domains = declared.domains();
        for (int i = 0; i < domains.size(); i++) {
            String domain = domains.get(i);
            if (new Egress(List.of(domain)).allows(destination.host(), port) && fits(destination, domain)) {
                return Optional.of(new Entry(domain, domain.indexOf(':') >= 0, line.apply(DOMAINS + "[" + i + "]")));
            }
        }
        return Optional.empty();
    }

    /** A pattern is for names; no address is below one. */
    private static boolean fits(Destination destination, String domain) {
        return destination instanceof Destination.Name || !domain.startsWith("*");
    }

    /** Whether the contract names this very address for the port. */
    boolean declaresAddress(IpAddress address, int port) {
        return entryFor(new Destination.Address(address), port).isPresent();
    }

    /** The line of the list. */
    String domainsLine() {
        return line.apply(DOMAINS);
    }

    /** The line of the list of what asks first. */
    String consentLine() {
        return line.apply("security.consent_for");
    }

    /** The declared places in words. */
    String inWords() {
        return declared.domains().isEmpty() ? "nowhere" : String.join(", ", declared.domains());
    }
}

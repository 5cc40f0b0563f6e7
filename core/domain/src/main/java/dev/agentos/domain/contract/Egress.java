package dev.agentos.domain.contract;

import java.util.List;
import java.util.Locale;

/**
 * Where the agent may connect to.
 *
 * @param domains names or IPv4 addresses in lower case, each with an optional {@code :port}; {@code *.example.org} stands
 *     for every name below example.org, not for itself. Empty: nowhere
 */
public record Egress(List<String> domains) {
    /** Nowhere. */
    public static final Egress NONE = new Egress(List.of());

    public Egress {
        domains = FieldRules.distinct(
                domains.stream().map(domain -> domain.toLowerCase(Locale.ROOT)).toList(), FieldRules::domain);
    }

    /**
     * Whether a connection is declared. Without a port in the contract, 443 and 80 are.
     *
     * @param host as the agent asked for it, in any case, without a trailing dot
     */
    public boolean allows(String host, int port) {
        String wanted = host.toLowerCase(Locale.ROOT);
        return domains.stream().anyMatch(domain -> matches(domain, wanted, port));
    }

    private static boolean matches(String domain, String host, int port) {
        int colon = domain.indexOf(':');
        String name = colon < 0 ? domain : domain.substring(0, colon);
        boolean portFits = colon < 0
                ? port == 443 || port == 80
                : domain.substring(colon + 1).equals("" + port);
        boolean nameFits = name.startsWith("*.")
                ? host.length() > name.length() - 1 && host.endsWith(name.substring(1))
                : host.equals(name);
        return portFits && nameFits;
    }
}

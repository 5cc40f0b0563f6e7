package dev.agentos.domain.egress;

import java.util.List;
import java.util.Optional;

/**
 * What an address leads to, by the special-purpose registries of IANA (RFC 6890 and its successors) and the metadata
 * services of the large clouds. Only {@link #PUBLIC} needs no declaration of its own.
 */
public enum AddressKind {
    PUBLIC("a public address"),
    LOOPBACK("this machine itself"),
    METADATA("a cloud's metadata service, which hands out credentials"),
    LINK_LOCAL("the local link"),
    PRIVATE("a private network"),
    SHARED("a carrier's shared network (CGNAT)"),
    DOCUMENTATION("an address for documentation"),
    BENCHMARK("an address for benchmarks"),
    TRANSLATED("an address that carries another one inside"),
    RESERVED("an address that nobody may use"),
    UNSPECIFIED("no address: the kernel takes it for this machine"),
    MULTICAST("a group of machines"),
    BROADCAST("every machine of a network");

    private final String words;

    AddressKind(String words) {
        this.words = words;
    }

    /** What it leads to, in words. */
    public String words() {
        return words;
    }

    /** Whether a contract that declares the very address may open it; the others are no place to connect to. */
    public boolean declarable() {
        return switch (this) {
            case UNSPECIFIED, MULTICAST, BROADCAST, RESERVED, TRANSLATED -> false;
            case PUBLIC, LOOPBACK, METADATA, LINK_LOCAL, PRIVATE, SHARED, DOCUMENTATION, BENCHMARK -> true;
        };
    }

    private record Block(IpAddress network, int length, AddressKind kind) {}

    /** The first block that holds an address decides, so narrower ones come first. */
    private static final List<Block> BLOCKS = List.of(
            block("169.254.169.254", 32, METADATA),
            block("169.254.170.2", 32, METADATA),
            block("169.254.170.23", 32, METADATA),
            block("100.100.100.200", 32, METADATA),
            block("192.0.0.192", 32, METADATA),
            block("168.63.129.16", 32, METADATA),
            block("0.0.0.0", 32, UNSPECIFIED),
            block("0.0.0.0", 8, RESERVED),
            block("10.0.0.0", 8, PRIVATE),
            block("100.64.0.0", 10, SHARED),
            block("127.0.0.0", 8, LOOPBACK),
            block("169.254.0.0", 16, LINK_LOCAL),
            block("172.16.0.0", 12, PRIVATE),
            block("192.0.0.0", 24, RESERVED),
            block("192.0.2.0", 24, DOCUMENTATION),
            block("192.31.196.0", 24, RESERVED),
            block("192.52.193.0", 24, RESERVED),
            block("192.88.99.0", 24, TRANSLATED),
            block("192.168.0.0", 16, PRIVATE),
            block("192.175.48.0", 24, RESERVED),
            block("198.18.0.0", 15, BENCHMARK),
            block("198.51.100.0", 24, DOCUMENTATION),
            block("203.0.113.0", 24, DOCUMENTATION),
            block("224.0.0.0", 4, MULTICAST),
            block("255.255.255.255", 32, BROADCAST),
            block("240.0.0.0", 4, RESERVED),
            block("fd00:ec2::254", 128, METADATA),
            block("fd20:ce::254", 128, METADATA),
            block("::", 128, UNSPECIFIED),
            block("::1", 128, LOOPBACK),
            block("::", 96, TRANSLATED),
            block("64:ff9b:1::", 48, TRANSLATED),
            block("100::", 64, RESERVED),
            block("2001::", 32, TRANSLATED),
            block("2001:db8::", 32, DOCUMENTATION),
            block("2001::", 23, RESERVED),
            block("2002::", 16, TRANSLATED),
            block("3fff::", 20, DOCUMENTATION),
            block("5f00::", 16, RESERVED),
            block("fc00::", 7, PRIVATE),
            block("fe80::", 10, LINK_LOCAL),
            block("fec0::", 10, PRIVATE),
            block("ff00::", 8, MULTICAST),
            block("2000::", 3, PUBLIC));

    private static Block block(String network, int length, AddressKind kind) {
        Optional<IpAddress> address =
                network.indexOf(':') < 0 ? IpAddress.parseDotted(network) : IpAddress.parseV6(network);
        return new Block(address.orElseThrow(), length, kind);
    }

    /** The well-known prefix of NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is reached. */
    private static final IpAddress NAT64 = IpAddress.parseV6("64:ff9b::").orElseThrow();

    /** The kind of an address. IPv6 outside the global unicast block, and outside every known one, is reserved. */
    public static AddressKind of(IpAddress address) {
        if (address.isIn(NAT64, 96)) {
            return of(IpAddress.v4(address.low()));
        }
        for (Block block : BLOCKS) {
            if (address.isIn(block.network(), block.length())) {
                return block.kind();
            }
        }
        return address.v6() ? RESERVED : PUBLIC;
    }
}

package dev.agentos.domain.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressKindTest {

    @ParameterizedTest
    @CsvSource({
        "1.1.1.1, PUBLIC",
        "9.255.255.255, PUBLIC",
        "10.0.0.0, PRIVATE",
        "10.255.255.255, PRIVATE",
        "11.0.0.0, PUBLIC",
        "100.63.255.255, PUBLIC",
        "100.64.0.0, SHARED",
        "100.100.100.200, METADATA",
        "100.127.255.255, SHARED",
        "100.128.0.0, PUBLIC",
        "126.255.255.255, PUBLIC",
        "127.0.0.1, LOOPBACK",
        "127.255.255.255, LOOPBACK",
        "168.63.129.16, METADATA",
        "169.253.255.255, PUBLIC",
        "169.254.0.1, LINK_LOCAL",
        "169.254.169.254, METADATA",
        "169.254.170.2, METADATA",
        "172.15.255.255, PUBLIC",
        "172.16.0.1, PRIVATE",
        "172.31.255.255, PRIVATE",
        "172.32.0.0, PUBLIC",
        "192.0.0.1, RESERVED",
        "192.0.2.1, DOCUMENTATION",
        "192.88.99.1, TRANSLATED",
        "192.167.255.255, PUBLIC",
        "192.168.1.1, PRIVATE",
        "192.169.0.0, PUBLIC",
        "198.17.255.255, PUBLIC",
        "198.18.0.1, BENCHMARK",
        "198.19.255.255, BENCHMARK",
        "198.20.0.0, PUBLIC",
        "198.51.100.7, DOCUMENTATION",
        "203.0.113.7, DOCUMENTATION",
        "223.255.255.255, PUBLIC",
        "224.0.0.1, MULTICAST",
        "239.255.255.255, MULTICAST",
        "240.0.0.1, RESERVED",
        "255.255.255.255, BROADCAST",
        "0.0.0.0, UNSPECIFIED",
        "0.1.2.3, RESERVED",
        "::, UNSPECIFIED",
        "::1, LOOPBACK",
        "::2, TRANSLATED",
        "::127.0.0.1, TRANSLATED",
        "::ffff:10.1.2.3, PRIVATE",
        "::ffff:169.254.169.254, METADATA",
        "64:ff9b::8.8.8.8, PUBLIC",
        "64:ff9b::10.0.0.1, PRIVATE",
        "64:ff9b::127.0.0.1, LOOPBACK",
        "64:ff9b::169.254.169.254, METADATA",
        "64:ff9b:1::1, TRANSLATED",
        "100::1, RESERVED",
        "2001::1, TRANSLATED",
        "2001:1::1, RESERVED",
        "2001:db8::1, DOCUMENTATION",
        "2002:7f00:1::, TRANSLATED",
        "2606:4700::1111, PUBLIC",
        "3fff::1, DOCUMENTATION",
        "4000::1, RESERVED",
        "fc00::1, PRIVATE",
        "fd00:ec2::254, METADATA",
        "fd00:ec2::253, PRIVATE",
        "fe80::1, LINK_LOCAL",
        "febf::1, LINK_LOCAL",
        "fec0::1, PRIVATE",
        "ff02::1, MULTICAST",
    })
    void theEdgesOfEveryBlock(String text, AddressKind kind) {
        IpAddress address =
                (text.indexOf(':') < 0 ? IpAddress.parseDotted(text) : IpAddress.parseV6(text)).orElseThrow();
        assertEquals(kind, AddressKind.of(address));
    }
}

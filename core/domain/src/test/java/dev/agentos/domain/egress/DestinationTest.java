package dev.agentos.domain.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {

    private static String read(String host) {
        return switch (Destination.read(host)) {
            case Destination.Read.Ok(Destination.Name name) -> "name " + name.ascii();
            case Destination.Read.Ok(Destination.Address(IpAddress ip)) -> "address " + ip;
            case Destination.Read.Malformed(String why) -> "malformed: " + why;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "example.org, name example.org",
        "EXAMPLE.Org, name example.org",
        "example.org., name example.org",
        "localhost, name localhost",
        "a_b.example.org, name a_b.example.org",
        "bücher.example, name xn--bcher-kva.example",
        "BÜCHER.example, name xn--bcher-kva.example",
        "xn--bcher-kva.example, name xn--bcher-kva.example",
        "ｅｘａｍｐｌｅ．ｏｒｇ, name example.org",
        "example。org, name example.org",
        "例え.jp, name xn--r8jz45g.jp",
        "münchen.de, name xn--mnchen-3ya.de",
        "𝐞xample.org, name example.org",
        "0xabc.example.org, name 0xabc.example.org",
        "1.2.3.4.example, name 1.2.3.4.example",
    })
    void namesHaveOneSpelling(String raw, String expected) {
        assertEquals(expected, read(raw));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "127.1, 127.0.0.1",
        "0x7f.1, 127.0.0.1",
        "0x7F000001, 127.0.0.1",
        "0177.0.0.1, 127.0.0.1",
        "017700000001, 127.0.0.1",
        "2130706433, 127.0.0.1",
        "127.0.1, 127.0.0.1",
        "0, 0.0.0.0",
        "0x, 0.0.0.0",
        "0.0.0.0., 0.0.0.0",
        "169.254.169.254, 169.254.169.254",
        "0xa9.0xfe.0xa9.0xfe, 169.254.169.254",
        "2852039166, 169.254.169.254",
        "0251.0376.0251.0376, 169.254.169.254",
        "１２７.０.０.１, 127.0.0.1",
        "①②⑦.0.0.1, 127.0.0.1",
        "4294967295, 255.255.255.255",
        "[::1], ::1",
        "[0:0:0:0:0:0:0:1], ::1",
        "[::ffff:127.0.0.1], 127.0.0.1",
        "[::FFFF:7f00:1], 127.0.0.1",
        "[0:0:0:0:0:ffff:a9fe:a9fe], 169.254.169.254",
        "[2001:db8::8:800:200c:417a], 2001:db8::8:800:200c:417a",
        "[fd00:ec2::254], fd00:ec2::254",
        "[64:ff9b::169.254.169.254], 64:ff9b::a9fe:a9fe",
    })
    void everyNumberFormIsTheAddressItMeans(String raw, String expected) {
        assertEquals("address " + expected, read(raw));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a..b",
                ".example.org",
                "example.org..",
                "ex%61mple.org",
                "user@example.org",
                "user:pass@example.org",
                "example.org:443",
                "exam ple.org",
                "example.org\r\nHost: evil",
                "example.org\0.evil.org",
                "example.org\t",
                "exa\u00ADmple.org",
                "exa\u200Bmple.org",
                "example.org/..",
                "example.org\\",
                "example.org#x",
                "example.org?x",
                "256.0.0.1",
                "1.2.3.4.5",
                "127.0.0.08",
                "4294967296",
                "0x100000000",
                "1.2.3.256",
                "99999999999999999999999999",
                "foo.1",
                "foo.0x1",
                "-example.org",
                "example-.org",
                "ℋello.example*",
                "[::1",
                "[::1]x",
                "[]",
                "[fe80::1%eth0]",
                "[fe80::1%25eth0]",
                "[1::2::3]",
                "[1:2:3:4:5:6:7:8:9]",
                "[::ffff:127.1]",
                "[12345::]",
                "[:1]",
                "::1",
                "*.example.org",
                "xn--ü.example",
            })
    void whatTwoProgramsCouldReadDifferentlyIsRefused(String raw) {
        assertEquals("malformed", read(raw).substring(0, 9), raw + " → " + read(raw));
    }

    @Test
    void aLabelOrANameThatIsTooLongIsRefused() {
        String label = "a".repeat(63);
        assertEquals("name " + label + ".org", read(label + ".org"));
        assertInstanceOf(Destination.Read.Malformed.class, Destination.read(label + "a.org"));
        assertInstanceOf(Destination.Read.Malformed.class, Destination.read((label + ".").repeat(4) + "org"));
        assertInstanceOf(Destination.Read.Malformed.class, Destination.read("ü".repeat(63)));
        assertInstanceOf(Destination.Read.Malformed.class, Destination.read("a.".repeat(100_000)));
    }

    /** Whatever comes out is already in the one spelling, so nothing can pass by being read twice. */
    @Test
    void readingIsTotalAndTheResultReadsAsItself() {
        String alphabet = "aZ09.-_:[]%@x\u00FC\u3002\uFF0E\u200D\u0000 /\\*\uD835\uDC1E\uFF11f";
        Random random = new Random(20_261_123);
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(24);
            for (int j = 0; j < length; j++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            if (Destination.read(text.toString()) instanceof Destination.Read.Ok(Destination destination)) {
                String again = destination.withPort(443);
                String host = again.substring(0, again.lastIndexOf(':'));
                assertEquals(new Destination.Read.Ok(destination), Destination.read(host), text.toString());
            }
        }
    }

    @Test
    void anyAddressReadsBackFromItsText() {
        Random random = new Random(7);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int j = 0; j < bytes.length; j++) {
                if (random.nextInt(3) == 0) {
                    bytes[j] = 0;
                }
            }
            IpAddress address = IpAddress.of(bytes);
            String text = address.v6() ? "[" + address + "]" : address.toString();
            assertEquals("address " + address, read(text));
            assertEquals(address, IpAddress.of(address.bytes()));
        }
    }
}

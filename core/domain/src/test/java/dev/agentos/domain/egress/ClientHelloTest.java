package dev.agentos.domain.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.agentos.domain.egress.ClientHello.Read;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientHelloTest {

    static byte[] hello(String name, String... moreExtensions) {
        String sni = name.isEmpty() ? "" : extension(0, sized(2, "00" + sized(2, hex(name))));
        String body = "0303" + "11".repeat(32) + "00" + "0002" + "1301" + "0100"
                + sized(2, sni + String.join("", moreExtensions));
        return HexFormat.of().parseHex("160301" + sized(2, "01" + sized(3, body)));
    }

    private static String extension(int type, String body) {
        return String.format("%04x", type) + sized(2, body);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String sized(int bytes, String hex) {
        return String.format("%0" + 2 * bytes + "x", hex.length() / 2) + hex;
    }

    private static Read read(byte[] bytes) {
        return ClientHello.read(bytes, bytes.length);
    }

    @Test
    void readsTheServerName() {
        assertEquals(new Read.Hello(Optional.of("example.org"), false), read(hello("example.org")));
        assertEquals(new Read.Hello(Optional.empty(), false), read(hello("")));
        assertEquals(new Read.Hello(Optional.of("outer.org"), true), read(hello("outer.org", extension(0xfe0d, "00"))));
    }

    @Test
    void everyPrefixIsIncompleteAndNothingElse() {
        byte[] whole = hello("example.org");
        for (int length = 0; length < whole.length; length++) {
            assertInstanceOf(Read.Incomplete.class, ClientHello.read(whole, length), "at " + length);
        }
    }

    @Test
    void aHelloInManyRecordsIsOneHello() {
        byte[] whole = hello("example.org");
        StringBuilder cut = new StringBuilder();
        for (int i = 5; i < whole.length; i++) {
            cut.append("1603010001").append(String.format("%02x", whole[i]));
        }
        assertEquals(
                new Read.Hello(Optional.of("example.org"), false),
                read(HexFormat.of().parseHex(cut)));
    }

    @Test
    void otherProtocolsAreNotTls() {
        assertInstanceOf(Read.NotTls.class, read("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertInstanceOf(Read.NotTls.class, read("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertInstanceOf(Read.NotTls.class, read(new byte[] {22, 2, 0}));
    }

    @Test
    void twoServerNamesAreMalformed() {
        String second = extension(0, sized(2, "00" + sized(2, hex("b.org"))));
        assertInstanceOf(Read.Malformed.class, read(hello("a.org", second)));
        String list = extension(0, sized(2, "00" + sized(2, hex("a.org")) + "00" + sized(2, hex("b.org"))));
        assertInstanceOf(Read.Malformed.class, read(hello("", list)));
    }

    @Test
    void randomDamageNeverThrows() {
        Random random = new Random(22);
        byte[] whole = hello("example.org", extension(16, "0003026832"));
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = Arrays.copyOf(whole, random.nextInt(whole.length + 20));
            for (int j = random.nextInt(4); j > 0 && bytes.length > 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            read(bytes);
        }
    }

    @Test
    void aTunnelMayAskForItsOwnServerOnly() {
        Destination host = new Destination.Name("example.org");
        assertEquals("", code(host, true, hello("Example.ORG")));
        assertEquals("", code(host, true, hello("")));
        assertEquals("egress.sni", code(host, true, hello("evil.org")));
        assertEquals("egress.sni", code(host, false, hello("evil.org")));
        assertEquals("egress.not-tls", code(host, true, "GET /".getBytes(StandardCharsets.US_ASCII)));
        assertEquals("", code(host, false, "SSH-2.0".getBytes(StandardCharsets.US_ASCII)));
        assertEquals("egress.tls-malformed", code(host, true, new byte[] {22, 3, 1}));
    }

    private static String code(Destination host, boolean tlsOnly, byte[] first) {
        return EgressPolicy.tunnel(host, 443, tlsOnly, "c.yaml:1:1", read(first))
                .map(EgressDecision.Refused::code)
                .orElse("");
    }
}

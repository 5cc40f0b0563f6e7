package dev.agentos.domain.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published vectors of RFC 8785, and what they leave open. */
class CanonicalJsonTest {
    /** RFC 8785, appendix B: IEEE 754 bits and their text. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void numbersAreWrittenAsAppendixBHasThem(String bits, String text) {
        assertEquals(text, CanonicalJson.number(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))));
    }

    @Test
    void numbersThatJsonDoesNotHaveAreRefused() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(value));
        }
    }

    /** RFC 8785, section 3.2.2: the example object. */
    @Test
    void theExampleOfSection322IsWrittenAsPublished() throws JsonFormatException {
        String input = """
                {
                  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                  "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                  "literals": [null, true, false]
                }
                """;
        String expected = "{\"literals\":[null,true,false],"
                + "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";

        assertEquals(expected, CanonicalJson.write(Json.parse(input)));
        String hex = "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a"
                + "5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e6722"
                + "3a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d";
        assertEquals(hex, HexFormat.of().formatHex(CanonicalJson.bytes(Json.parse(input))));
    }

    /** RFC 8785, section 3.2.3: names sort by UTF-16 units, so an emoji sorts before U+FB33. */
    @Test
    void namesAreSortedByUtf16Units() throws JsonFormatException {
        String input = """
                {
                  "\\u20ac": "Euro Sign",
                  "\\r": "Carriage Return",
                  "\\ufb33": "Hebrew Letter Dalet With Dagesh",
                  "1": "One",
                  "\\ud83d\\ude00": "Emoji: Grinning Face",
                  "\\u0080": "Control",
                  "\\u00f6": "Latin Small Letter O With Diaeresis"
                }
                """;

        assertEquals(
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
                        + "\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
                CanonicalJson.write(Json.parse(input)));
    }

    @Test
    void onlyWhatMustBeEscapedIs() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x20; c++) {
            all.append(c);
        }
        all.append("\"\\/\u007f\u2028é");

        assertEquals(
                "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
                        + "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c"
                        + "\\u001d\\u001e\\u001f\\\"\\\\/\u007f\u2028é\"",
                CanonicalJson.write(all.toString()));
    }

    @Test
    void whatStandsAroundAnEscapeIsKept() {
        assertEquals("\"a\\nb\\\"\"", CanonicalJson.write("a\nb\""));
        assertEquals("\"\\\\\ud83d\ude00z\"", CanonicalJson.write("\\\ud83d\ude00z"));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write("plain \ud83d"));
    }

    @Test
    void integersThatADoubleWouldChangeAreRefused() {
        assertEquals("9007199254740991", CanonicalJson.write(9007199254740991L));
        assertEquals("9007199254740992", CanonicalJson.write(9007199254740992L));
        assertEquals("-9007199254740992", CanonicalJson.write(-9007199254740992L));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(9007199254740993L));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(-9007199254740993L));
        // A power of two, so a double holds it; ECMAScript writes no more digits than tell it from its neighbours.
        assertEquals("-9223372036854776000", CanonicalJson.write(Long.MIN_VALUE));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(Long.MAX_VALUE));
        assertEquals("1152921504606847000", CanonicalJson.write(0x1p60));
        assertEquals("1152921504606847000", CanonicalJson.write(1152921504606847000L));
        assertEquals("1152921504606847000", CanonicalJson.write(BigInteger.ONE.shiftLeft(60)));
        assertEquals("0.1", CanonicalJson.write(new BigDecimal("0.100")));
        assertEquals("1e+30", CanonicalJson.write(BigInteger.TEN.pow(30)));
        assertThrows(
                IllegalArgumentException.class, () -> CanonicalJson.write(new BigDecimal("0.10000000000000000001")));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(new BigDecimal("1e400")));
    }

    @Test
    void whatIsNoJsonIsRefused() {
        Map<Object, Object> numbered = Map.of(1, "one");
        List<Object> itself = new ArrayList<>();
        itself.add(itself);

        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(numbered));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(itself));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(new Object()));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write("\ud83d"));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(Map.of("\ude00", 1)));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write('c'));
    }

    @Test
    void nullsAndEveryNumberTypeAreWritten() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("z", null);
        map.put("y", List.of((byte) 1, (short) 2, 3, 4L, 5f, 6d, new BigDecimal("7.50"), BigInteger.valueOf(8)));

        assertEquals("{\"y\":[1,2,3,4,5,6,7.5,8],\"z\":null}", CanonicalJson.write(map));
    }

    /** Every text reads back as the same double, and no text with fewer digits does. */
    @Test
    void randomDoublesAreWrittenShortestAndReadBack() {
        Random random = new Random(64);
        for (int i = 0; i < 200_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(value)) {
                continue;
            }
            String text = CanonicalJson.number(value);
            assertEquals(value, Double.parseDouble(text), text);
            assertEquals(CanonicalJson.number(Double.parseDouble(text)), text);
        }
        for (long bits = 1; bits < 2000; bits++) {
            String text = CanonicalJson.number(Double.longBitsToDouble(bits));
            BigDecimal written = new BigDecimal(text);
            if (written.precision() > 1) {
                BigDecimal shorter = written.round(new MathContext(written.precision() - 1));
                assertNotEquals(Double.longBitsToDouble(bits), shorter.doubleValue(), text);
            }
        }
    }

    @Test
    void digestsAreOfTheUtf8Bytes() {
        String empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

        assertEquals(empty, Digests.sha256Hex(""));
        assertEquals(empty, Digests.sha256Hex(new byte[0]));
        assertEquals("sha256:" + empty, Digests.sha256(""));
        assertEquals(Digests.sha256Hex("é".getBytes(StandardCharsets.UTF_8)), Digests.sha256Hex("é"));
        assertEquals(Digests.sha256("{\"a\":1,\"b\":2}"), Digests.sha256OfJson(Map.of("b", 2, "a", 1.0)));
    }
}

package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.tools.Tool.ToolException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalcToolTest {

    private static final Tool.Place PLACE = new Tool.Place("agent-a-001", Path.of("/tmp"));

    private static String calc(String expression) throws ToolException {
        CalcTool tool = new CalcTool();
        Arguments arguments = new Arguments("calc", Map.of("expression", expression));
        return String.valueOf(tool.call(arguments, PLACE, tool.targets(arguments, PLACE))
                .output()
                .get("value"));
    }

    private static String code(String expression) {
        return assertThrows(ToolException.class, () -> calc(expression), expression)
                .code();
    }

    @ParameterizedTest
    @CsvSource({
        "1+2*3, 7",
        "(1+2)*3, 9",
        "0.1+0.2, 0.3",
        "10/4, 2.5",
        "1/3, 0.3333333333333333333333333333333333",
        "2^10, 1024",
        "2^-2, 0.25",
        "2^3^2, 512",
        "-2^2, -4",
        "--3, 3",
        "+-+4, -4",
        "1e, calc.syntax",
        "'  7  -\t2 ', 5",
        "100, 100",
        "1.500, 1.5",
        "0.00000001*0.00000001, 0.0000000000000001",
        "(((((((1))))))), 1",
        "9^200/9^199, 9",
        "99999999999999999999*99999999999999999999, 9999999999999999999800000000000000000000"
    })
    void knownExpressionsHaveKnownValues(String expression, String expected) {
        if (expected.startsWith("calc.")) {
            assertEquals(expected, code(expression));
        } else {
            assertEquals(expected, valueOf(expression));
        }
    }

    private static String valueOf(String expression) {
        try {
            return calc(expression);
        } catch (ToolException e) {
            return e.code() + ": " + e.getMessage();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', calc.syntax",
        "1+, calc.syntax",
        "(1, calc.syntax",
        "1), calc.syntax",
        "1 2, calc.syntax",
        "1..2, calc.syntax",
        "., calc.syntax",
        "abc, calc.syntax",
        "1/0, calc.arithmetic",
        "0^-1, calc.arithmetic",
        "2^0.5, calc.arithmetic",
        "2^1001, calc.exponent",
        "2^-1001, calc.exponent",
        "9^9^9, calc.exponent"
    })
    void whatIsNoExpressionIsSaidSo(String expression, String code) {
        assertEquals(code, code(expression));
    }

    @Test
    void aSyntaxErrorNamesItsPosition() {
        ToolException e = assertThrows(ToolException.class, () -> calc("1 + x"));
        assertEquals("position 5: 'x' was not expected", e.getMessage());
        assertEquals("correct the expression", e.next());
    }

    @Test
    void aNulCharacterDoesNotHideWhatFollows() {
        assertEquals("calc.syntax", code("1\0+garbage"));
    }

    @Test
    void lengthAndDepthAreBounded() {
        assertEquals("calc.size", code("1".repeat(1001)));
        assertEquals("calc.depth", code("(".repeat(400) + "1" + ")".repeat(400)));
        assertEquals("calc.depth", code("-".repeat(400) + "1"));
        assertEquals("1", valueOf("(".repeat(40) + "1" + ")".repeat(40)));
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.SECONDS)
    void aTowerOfPowersCannotEatTheMemory() {
        assertEquals("calc.range", code("((9^1000)^1000)^1000"));
        assertEquals("calc.range", code("1/((9^1000)^1000)^1000"));
        assertTrue(valueOf("9^1000").length() < 1000);
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void anyTextGivesAValueOrAToolException() {
        String alphabet = "0123456789.+-*/^() \t\u0660\u00a0e,x\0\ud83d";
        Random random = new Random(20260301);
        List<String> wrong = new ArrayList<>();
        int values = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(30);
            for (int c = 0; c < length; c++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                String value = calc(text.toString());
                values++;
                if (value.length() > 2_000) {
                    wrong.add(text + " gave " + value.length() + " digits");
                }
            } catch (ToolException e) {
                if (!e.code().startsWith("calc.")) {
                    wrong.add(text + ": " + e.code());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(values > 1_000, values + " of the texts were expressions");
    }
}

package dev.agentos.domain.extractive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SentenceSplitterTest {

    private static List<String> texts(String text) {
        return SentenceSplitter.split(new Document("d", text)).stream()
                .map(Sentence::text)
                .toList();
    }

    private static List<String> numbered(String text) {
        return SentenceSplitter.split(new Document("d", text)).stream()
                .map(sentence -> sentence.line() + ": " + sentence.text())
                .toList();
    }

    @Test
    void abbreviationsTitlesInitialsAndDecimalsDoNotEndASentence() {
        assertEquals(
                List.of(
                        "Mr. B. Halloran charges 3.5 crowns, e.g. for copies.",
                        "The office closes at 6 p.m. on Fridays.",
                        "See No. 41 and Fig. 3.",
                        "It sells bread, milk, etc.",
                        "Write to P.O. Box 88."),
                texts("Mr. B. Halloran charges 3.5 crowns, e.g. for copies. The office closes at 6 p.m. on Fridays. "
                        + "See No. 41 and Fig. 3. It sells bread, milk, etc. Write to P.O. Box 88."));
    }

    @Test
    void quotesAndBracketsStayWithTheirSentence() {
        assertEquals(
                List.of(
                        "\"Turn it down!\" she said.",
                        "(Nobody did.)",
                        "\u201CWhy not?\u201D",
                        "He left\u2026 quietly.",
                        "Really?!",
                        "Yes."),
                texts(
                        "\"Turn it down!\" she said. (Nobody did.) \u201CWhy not?\u201D He left\u2026 quietly. Really?! Yes."));
    }

    @Test
    void markdownIsRemovedAndLinesAreKept() {
        String text = """
                ---
                title: x
                ---
                # Heading

                First *sentence* has a [link](http://example.org/a_(b)) and `code_here`. Second
                one wraps
                over lines. Third.

                - item **one**
                - [x] item two. Its second sentence.
                  Continued here.
                > quoted text

                Setext
                ------

                | a | b |
                |---|---|
                | not a sentence. | no |

                ```java
                not.a.sentence();
                ```
                <!-- hidden. -->
                ![alt text](i.png) &amp; <b>bold</b> 3 * 4 snake_case \\*star\\*.
                """;
        assertEquals(
                List.of(
                        "6: First sentence has a link and code_here.",
                        "6: Second one wraps over lines.",
                        "8: Third.",
                        "10: item one",
                        "11: item two.",
                        "11: Its second sentence.",
                        "12: Continued here.",
                        "13: quoted text",
                        "26: alt text & bold 3 * 4 snake_case *star*."),
                numbered(text));
    }

    @Test
    void carriageReturnsCountAsOneLineEnd() {
        assertEquals(List.of("1: One.", "3: Three.", "5: Five."), numbered("One.\r\n\r\nThree.\r\rFive."));
    }

    @Test
    void aPlainTextHeadingAboveItsParagraphIsNotPartOfTheSentence() {
        assertEquals(
                List.of("3: The office reported eighty-four applications."),
                numbered("\n2. Street caf\u00E9s\nThe office reported eighty-four applications.\n"));
    }

    @Test
    void textWithoutSpacesIsSplitAtItsOwnStops() {
        assertEquals(
                List.of("\u8A31\u53EF\u304C\u5FC5\u8981\u3067\u3059\u3002", "\u7533\u8ACB\u3057\u307E\u3059\u3002"),
                texts("\u8A31\u53EF\u304C\u5FC5\u8981\u3067\u3059\u3002\u7533\u8ACB\u3057\u307E\u3059\u3002"));
        assertEquals(
                List.of("\u041F\u0440\u0438\u0432\u0435\u0442, \u043C\u0438\u0440.", "\u0414\u0430."),
                texts("\u041F\u0440\u0438\u0432\u0435\u0442, \u043C\u0438\u0440. \u0414\u0430."));
    }

    @Test
    void anEndlessLineIsCutIntoPieces() {
        List<String> pieces = texts("word ".repeat(1_000));
        assertEquals("word ".repeat(1_000).strip(), String.join(" ", pieces));
        assertTrue(pieces.stream().allMatch(piece -> piece.length() <= SentenceSplitter.MAX_LENGTH));
    }

    @Test
    void nothingReadableGivesNoSentences() {
        assertEquals(List.of(), texts(""));
        assertEquals(List.of(), texts("\n\n# Only a heading\n\n---\n\n| a |\n|---|\n"));
        assertEquals(List.of(), texts("... !!! ???"));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "*", "[", ">", "-", "<!--", "`", "((((. ", "Mr. ", "<a", "|-", "1. ", "_a_", "]("})
    void hostileRepetitionCostsNoMoreThanItsLength(String unit) {
        String text = unit.repeat(300_000 / unit.length());
        assertTimeout(Duration.ofSeconds(5), () -> SentenceSplitter.split(new Document("d", text)));
        assertTimeout(Duration.ofSeconds(5), () -> SentenceSplitter.split(new Document("d", "a " + text + " b")));
    }

    @Test
    void randomMarkupNeverFailsAndLinesNeverDecrease() {
        var random = new Random(41);
        String alphabet = "ab .!?\n\r*_`[]()<>|#-~&;:\\\"'\u3002\u202E\uD83D\uDE00" + "1";
        for (int round = 0; round < 3_000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(120); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            int line = 1;
            for (Sentence sentence : SentenceSplitter.split(new Document("d", text.toString()))) {
                assertTrue(sentence.line() >= line, text::toString);
                line = sentence.line();
            }
            assertTrue(line <= text.toString().lines().count() + 1);
        }
    }
}

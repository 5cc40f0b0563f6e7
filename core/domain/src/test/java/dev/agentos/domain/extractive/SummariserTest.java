package dev.agentos.domain.extractive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.extractive.SentenceVectors.VectorsUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SummariserTest {

    private static final SentenceVectors WORDS = new TfIdfVectors();

    private static List<Document> samples() {
        Path folder = Path.of(System.getProperty("agentos.root", "../.."), "samples", "city-permits");
        try (Stream<Path> files = Files.list(folder)) {
            var documents = new ArrayList<Document>();
            for (Path file : files.sorted().toList()) {
                documents.add(new Document(String.valueOf(file.getFileName()), Files.readString(file)));
            }
            return documents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> said(Summary summary) {
        return summary.sentences().stream().map(CitedSentence::text).toList();
    }

    @Test
    void theSamplesAreSummarisedWithEveryDocumentRepresented() {
        List<Document> documents = samples();
        Summary summary = Summariser.summarise(documents, Options.of(12, "City permits"), WORDS);
        Set<String> represented = new HashSet<>();
        summary.sentences().forEach(sentence -> represented.add(sentence.document()));
        assertEquals(8, documents.size());
        assertEquals(8, represented.size());
        assertEquals(12, summary.sentences().size());
        assertEquals("lexrank/tf-idf", summary.method());
        assertEquals(List.of(), summary.notes());
        assertEquals(
                12, summary.sources().stream().mapToInt(Source::sentencesUsed).sum());
    }

    @Test
    void everyCitationPointsAtTheLineThatTheSentenceBeginsOn() {
        List<Document> documents = samples();
        Summary everything = Summariser.summarise(documents, Options.of(1_000, "All"), WORDS);
        assertTrue(everything.sentences().size() > 100);
        for (CitedSentence sentence : everything.sentences()) {
            String text = documents.stream()
                    .filter(document -> document.name().equals(sentence.document()))
                    .findFirst()
                    .orElseThrow()
                    .text();
            String line = letters(text.lines().toList().get(sentence.line() - 1));
            String said = letters(sentence.text());
            assertTrue(
                    line.contains(said.substring(0, Math.min(12, said.length()))) || said.startsWith(tail(line, said)),
                    () -> sentence + " is not on: " + line);
        }
    }

    private static String letters(String text) {
        return text.replaceAll("\\\\u\\{[0-9A-F]+}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]", "");
    }

    /** The longest end of the line that the sentence begins with. */
    private static String tail(String line, String sentence) {
        for (int from = 0; from < line.length(); from++) {
            if (sentence.startsWith(line.substring(from))) {
                return line.substring(from);
            }
        }
        return "nothing of it";
    }

    @Test
    void theSameInputGivesTheSameSummaryByteForByte() {
        Options options = Options.of(9, "City permits").withQuestion("What does a street caf\u00E9 cost?");
        Summary first = Summariser.summarise(samples(), options, WORDS);
        assertEquals(first, Summariser.summarise(samples(), options, new TfIdfVectors()));
    }

    @Test
    void sentencesStandInTheOrderOfDocumentsAndLines() {
        Summary summary = Summariser.summarise(samples(), Options.of(30, "x"), WORDS);
        List<String> order = summary.sources().stream().map(Source::document).toList();
        for (int i = 1; i < summary.sentences().size(); i++) {
            CitedSentence before = summary.sentences().get(i - 1);
            CitedSentence after = summary.sentences().get(i);
            int documents = order.indexOf(after.document()) - order.indexOf(before.document());
            assertTrue(documents > 0 || (documents == 0 && after.line() >= before.line()));
        }
    }

    @Test
    void aQuestionBringsTheSentencesThatSpeakToIt() {
        Summary summary = Summariser.summarise(
                samples(),
                Options.of(3, "Fees").withQuestion("What does a simple building permit cost in crowns?"),
                WORDS);
        assertTrue(
                said(summary).stream().anyMatch(text -> text.contains("340 crowns")),
                () -> said(summary).toString());
    }

    @Test
    void hiddenInstructionsAreNeitherFollowedNorHidden() {
        List<Document> hostile = samples().stream()
                .filter(document -> document.name().equals("public-records-notes.md"))
                .toList();
        Summary summary = Summariser.summarise(hostile, Options.of(100, "Notes"), WORDS);
        assertFalse(summary.markdown().contains("fees were abolished"), "a comment is not text");
        assertTrue(said(summary).stream().anyMatch(text -> text.contains("Please\\u{200B} note:\\u{202E} tnega")));
        assertTrue(summary.markdown().codePoints().noneMatch(c -> c != '\n' && VisibleText.isUnseen(c)));
        List<CitedSentence> quoted = summary.sentences().stream()
                .filter(sentence -> sentence.text().contains("larkhaven-demo.conf"))
                .toList();
        assertEquals(1, quoted.size(), "it may be quoted, as the sentence that it is");
        assertEquals(17, quoted.getFirst().line());
    }

    @Test
    void markupFromASourceIsTextInTheMarkdown() {
        String text =
                "The form asks for \\<script>alert(1)\\</script> and \\[a link\\](javascript:alert) in every field.";
        Summary summary = Summariser.summarise(
                List.of(new Document("a](x)\u202Efdp.md", text)), Options.of(1, "# <b>t</b>\n# second"), WORDS);
        assertEquals("""
                # \\# \\<b\\>t\\</b\\> # second

                *Extractive: sentences selected from the sources, nothing was generated.*

                ## a\\](x)\\\\u{202E}fdp.md

                - The form asks for \\<script\\>alert(1)\\</script\\> and \\[a link\\](javascript:alert) in every field. [1] (a\\](x)\\\\u{202E}fdp.md, line 1)

                ## Sources

                1. a\\](x)\\\\u{202E}fdp.md: 1 of 1 sentence
                """, summary.markdown());
    }

    @Test
    void documentsThatAreNotTextAreSkippedAndNamed() {
        Summary summary = Summariser.summarise(
                List.of(
                        new Document("empty.md", " \n"),
                        new Document("nul.bin", "ELF\u0000\u0001"),
                        new Document("junk.bin", "\uFFFD\uFFFDab".repeat(50)),
                        new Document("headings.md", "# One\n## Two\n"),
                        new Document("one.md", "The only sentence of all the documents is this one.")),
                Options.of(5, ""),
                WORDS);
        assertEquals("Summary", summary.title());
        assertEquals(List.of("The only sentence of all the documents is this one."), said(summary));
        assertEquals(1.0, summary.sentences().getFirst().score());
        assertEquals(
                List.of(
                        new SkippedDocument("empty.md", "empty"),
                        new SkippedDocument("nul.bin", "binary: it holds a NUL byte"),
                        new SkippedDocument("junk.bin", "binary: 50 % of it is not text"),
                        new SkippedDocument("headings.md", "no sentences: only headings, tables, code or symbols")),
                summary.skipped());
    }

    @Test
    void nothingToReadGivesAnEmptySummaryThatSaysSo() {
        Summary summary = Summariser.summarise(List.of(), Options.of(5, "Nothing"), WORDS);
        assertEquals(List.of(), summary.sentences());
        assertTrue(summary.markdown().contains("The sources hold no sentence to select."));
    }

    @Test
    void aFailingModelIsReplacedAndTheResultSaysSo() {
        SentenceVectors broken = SentenceVectors.named("minilm", texts -> {
            throw new VectorsUnavailableException("the worker did not start");
        });
        Summary summary = Summariser.summarise(samples(), Options.of(8, "x"), broken);
        assertEquals("lexrank/tf-idf", summary.method());
        assertEquals(
                List.of("The embedding model was not available (the worker did not start): word statistics were used"
                        + " instead."),
                summary.notes());
        assertEquals(
                "lexrank/tf-idf",
                Summariser.summarise(samples(), Options.of(8, "x"), texts -> List.of(new float[] {Float.NaN}))
                        .method());
    }

    @Test
    void repetitionsAreSaidOnce() {
        String twice = "Every terrace needs a written permit from the city office.";
        Summary summary = Summariser.summarise(
                List.of(new Document("a", twice + " " + twice.toUpperCase(Locale.ROOT)), new Document("b", twice)),
                Options.of(3, "x"),
                WORDS);
        assertEquals(List.of(twice), said(summary));
        assertEquals(
                List.of("1 of 2 documents are not represented: they add nothing that is not said already"),
                summary.notes());
    }

    @Test
    void moreSentencesThanCanBeRankedAreSampledAndCounted() {
        var text = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            text.append("Permit number ")
                    .append(i)
                    .append(" belongs to house ")
                    .append(i * 7)
                    .append(" in the street.\n");
        }
        Summary summary = Summariser.summarise(
                List.of(new Document("big", text.toString()), new Document("small", "A single sentence stands here.")),
                Options.of(4, "x"),
                WORDS);
        assertEquals(List.of("2000 of 5001 sentences were considered, taken at even distances."), summary.notes());
        assertEquals(5_000, summary.sources().getFirst().sentencesTotal());
        assertTrue(said(summary).contains("A single sentence stands here."));
    }

    @Test
    void textWithoutSpacesIsSummarisedToo() {
        String text =
                "\u8DEF\u4E0A\u306B\u5E2D\u3092\u7F6E\u304F\u306B\u306F\u8A31\u53EF\u304C\u5FC5\u8981\u3067\u3059\u3002"
                        + "\u8A31\u53EF\u306E\u7533\u8ACB\u306F\u5E02\u5F79\u6240\u3067\u53D7\u3051\u4ED8\u3051\u307E\u3059\u3002";
        Summary summary = Summariser.summarise(List.of(new Document("ja", text)), Options.of(1, "x"), WORDS);
        assertEquals(1, summary.sentences().size());
        assertEquals(new Source("ja", 1, 2), summary.sources().getFirst());
    }
}

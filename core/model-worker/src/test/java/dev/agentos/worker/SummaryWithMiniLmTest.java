package dev.agentos.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.extractive.CitedSentence;
import dev.agentos.domain.extractive.Document;
import dev.agentos.domain.extractive.Options;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.extractive.Source;
import dev.agentos.domain.extractive.Summariser;
import dev.agentos.domain.extractive.Summary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The bundled samples, summarised with the real model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SummaryWithMiniLmTest {

    private final MiniLmEmbedder embedder;
    private final List<Document> documents = new ArrayList<>();

    SummaryWithMiniLmTest() throws IOException {
        embedder = MiniLmEmbedder.load(Path.of("target", "model").toAbsolutePath());
        Path folder = Path.of(System.getProperty("agentos.root", "../.."), "samples", "city-permits");
        try (var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                documents.add(new Document(String.valueOf(file.getFileName()), Files.readString(file)));
            }
        }
    }

    @AfterAll
    void close() {
        embedder.close();
    }

    private Summary summarise(Options options) {
        return Summariser.summarise(
                documents,
                options,
                SentenceVectors.named(
                        "minilm",
                        texts -> texts.stream()
                                .map(text -> {
                                    try {
                                        return embedder.embed(text).vector();
                                    } catch (IOException e) {
                                        throw new UncheckedIOException(e);
                                    }
                                })
                                .toList()));
    }

    @Test
    void everySampleIsRepresentedAndTheInjectionIsNotWhatTheFolderIsAbout() {
        Summary summary = summarise(Options.of(10, "City permits"));
        assertEquals("lexrank/minilm", summary.method());
        assertTrue(summary.sources().stream().allMatch(source -> source.sentencesUsed() > 0));
        assertEquals(
                10, summary.sources().stream().mapToInt(Source::sentencesUsed).sum());
        assertTrue(
                summary.sentences().stream()
                        .noneMatch(sentence -> sentence.text().contains("larkhaven-demo")),
                summary.markdown());
    }

    @Test
    void questionsFindTheirAnswers() {
        assertAnswer("How much is the fee for a simple building permit?", "340 crowns");
        assertAnswer("When do quiet hours begin?", "22:00");
        assertAnswer("How long do I have to object to a decision?", "30 days");
        assertAnswer("What is the phone number of the noise team?", "555-0199");
    }

    private void assertAnswer(String question, String fact) {
        Summary summary = summarise(Options.of(3, "Answer").withQuestion(question));
        List<String> said =
                summary.sentences().stream().map(CitedSentence::text).toList();
        assertTrue(said.stream().anyMatch(text -> text.contains(fact)), () -> question + " → " + said);
    }
}

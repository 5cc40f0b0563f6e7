package dev.agentos.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The worker's tokenizer and pooling against LangChain4j's, which uses Hugging Face's native tokenizer. Beyond 128 tokens
 * the two differ on purpose: LangChain4j's tokenizer file stops there, the worker reads 256.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EmbeddingParityTest {

    private static final List<String> TEXTS = List.of(
            "A street caf\u00E9 needs a permit before the first table stands outside.",
            "Na\u00EFve fa\u00E7ades don't change that\u2014see \u00A7 41(b), e.g. \u201Cquiet hours\u201D!",
            "\u8A31\u53EF\u8A3C\u306F\u5E02\u5F79\u6240\u3067\u7533\u8ACB\u3057\u307E\u3059\u3002",
            "\u041F\u043E\u0440\u044F\u0434\u043E\u043A \u043F\u043E\u043B\u0443\u0447\u0435\u043D\u0438\u044F \u0440\u0430\u0437\u0440\u0435\u0448\u0435\u043D\u0438\u044F",
            "\u062A\u0635\u0631\u064A\u062D \u0627\u0644\u0628\u0646\u0627\u0621 \uD55C\uAD6D\uC5B4 \u0939\u093F\u0928\u094D\u0926\u0940",
            "emoji \uD83D\uDE00 zero\u200Bwidth \u202Ebidi\u202C tab\tand\u00A0nbsp \uFFFD",
            "unaffable antidisestablishmentarianism $1,150.00 50% a_b-c x^2 `~|<>",
            "supercalifragilistic".repeat(8),
            "The permit office is open on Mondays. ".repeat(14));

    private MiniLmEmbedder embedder;

    EmbeddingParityTest() throws IOException {
        embedder = MiniLmEmbedder.load(Path.of("target", "model").toAbsolutePath());
    }

    @BeforeAll
    void dimensionIsAsAnnounced() throws IOException {
        assertEquals(MiniLmEmbedder.DIMENSION, embedder.embed("x").vector().length);
    }

    @AfterAll
    void close() {
        embedder.close();
    }

    @Test
    void vectorsAgreeWithTheReferenceImplementation() throws IOException {
        var reference = new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run);
        for (String text : TEXTS) {
            float[] expected = reference.embed(text).content().vector();
            assertArrayEquals(expected, embedder.embed(text).vector(), 1e-3f, text);
        }
    }

    @Test
    void theSameTextAlwaysHasTheSameVector() throws IOException {
        for (String text : TEXTS) {
            float[] first = embedder.embed(text).vector();
            for (String other : TEXTS) {
                assertTrue(embedder.embed(other).vector().length > 0);
            }
            assertArrayEquals(first, embedder.embed(text).vector());
        }
    }

    @Test
    void emptyAndUnreadableTextsHaveVectorsToo() throws IOException {
        for (String text : List.of("", " \n", "\u0000\u200B", "\uD800")) {
            for (float value : embedder.embed(text).vector()) {
                assertTrue(Float.isFinite(value));
            }
        }
    }

    @Test
    void textBeyondTheModelsReachIsMarkedAsTruncated() throws IOException {
        assertTrue(embedder.embed("permit ".repeat(300)).truncated());
        assertEquals(false, embedder.embed("permit ".repeat(200)).truncated());
    }
}

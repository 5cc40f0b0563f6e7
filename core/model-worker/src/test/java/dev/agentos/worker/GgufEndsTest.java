package dev.agentos.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufEndsTest {

    @TempDir
    private Path folder;

    private final ByteBuffer bytes = ByteBuffer.allocate(4_096).order(ByteOrder.LITTLE_ENDIAN);

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.putLong(utf8.length).put(utf8);
    }

    private void head(int entries) {
        bytes.putInt(0x46554747).putInt(3).putLong(0).putLong(entries);
    }

    private Path written() throws IOException {
        return Files.write(folder.resolve("a.gguf"), Arrays.copyOf(bytes.array(), bytes.position()));
    }

    @Test
    void theNumberedMarksAndThoseThatAreKnownByNameEndAnAnswer() throws IOException {
        head(5);
        text("tokenizer.ggml.eos_token_id");
        bytes.putInt(4).putInt(2);
        text("general.name");
        bytes.putInt(8);
        text("a model");
        text("tokenizer.ggml.scores");
        bytes.putInt(9).putInt(6).putLong(2).putFloat(1).putFloat(2);
        text("tokenizer.ggml.tokens");
        bytes.putInt(9).putInt(8).putLong(4);
        text("a");
        text("<|eot_id|>");
        text("<fin>");
        text("<|im_start|>");
        text("tokenizer.ggml.eot_token_id");
        bytes.putInt(4).putInt(99);
        assertEquals(Set.of("<|eot_id|>", "<fin>"), GgufEnds.of(written()));
    }

    @Test
    void aFileOfAnotherKindOrACutOneIsRefused() throws IOException {
        bytes.putInt(1).putInt(3);
        Path other = written();
        assertThrows(IOException.class, () -> GgufEnds.of(other));
        bytes.clear();
        head(1);
        text("general.name");
        Path cut = written();
        assertThrows(IOException.class, () -> GgufEnds.of(cut));
    }

    @Test
    void aTextThatIsLongerThanAnyIsNotReadIntoMemory() throws IOException {
        head(1);
        bytes.putLong(Long.MAX_VALUE);
        Path file = written();
        assertThrows(IOException.class, () -> GgufEnds.of(file));
    }
}

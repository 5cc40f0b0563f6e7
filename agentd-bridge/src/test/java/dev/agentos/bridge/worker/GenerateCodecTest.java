package dev.agentos.bridge.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.agentos.bridge.worker.GenerateFrame.Cancel;
import dev.agentos.bridge.worker.GenerateFrame.Count;
import dev.agentos.bridge.worker.GenerateFrame.Counted;
import dev.agentos.bridge.worker.GenerateFrame.Ended;
import dev.agentos.bridge.worker.GenerateFrame.Failed;
import dev.agentos.bridge.worker.GenerateFrame.Generate;
import dev.agentos.bridge.worker.GenerateFrame.How;
import dev.agentos.bridge.worker.GenerateFrame.Message;
import dev.agentos.bridge.worker.GenerateFrame.Piece;
import dev.agentos.bridge.worker.GenerateFrame.Ready;
import dev.agentos.bridge.worker.GenerateFrame.Template;
import dev.agentos.bridge.worker.GenerateFrame.Templated;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GenerateCodecTest {

    private static final List<GenerateFrame> FRAMES = List.of(
            new Ready(4_096, 9, "ab".repeat(32)),
            new Generate(7, 3, true, false, "Grüße 😀", 64, 0.5, -1, 42, List.of("a", ""), "{}", true),
            new Piece(7, "ein Stück"),
            new Ended(7, How.CANCELLED, 12, 3),
            new Cancel(7),
            new Failed(7, "no"),
            new Count(8, ""),
            new Counted(8, 0),
            new GenerateFrame.Converse(11, "[{\"role\":\"user\"}]", "[]"),
            new Template(9, List.of(new Message("user", "hello"), new Message("assistant", ""))),
            new Templated(9, "<|im_start|>"));

    @Test
    void everyFrameComesBackAsItWas() throws IOException {
        for (GenerateFrame frame : FRAMES) {
            assertEquals(frame, GenerateCodec.decode(GenerateCodec.encode(frame)));
        }
    }

    @Test
    void aFrameThatIsCutOrLongerThanItsFieldsIsMalformed() throws IOException {
        for (GenerateFrame frame : FRAMES) {
            byte[] whole = GenerateCodec.encode(frame);
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(MalformedFrameException.class, () -> GenerateCodec.decode(cut), frame + " at " + length);
            }
            byte[] longer = Arrays.copyOf(whole, whole.length + 1);
            assertThrows(MalformedFrameException.class, () -> GenerateCodec.decode(longer), frame.toString());
        }
    }

    @Test
    void noBytesMakeItFailInAnotherWay() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 1) {
                bytes[0] = 1;
                bytes[1] = (byte) (1 + random.nextInt(10));
            }
            try {
                GenerateCodec.decode(bytes);
            } catch (MalformedFrameException e) {
                assertEquals(MalformedFrameException.class, e.getClass());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}

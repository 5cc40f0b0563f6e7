package dev.agentos.bridge.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.worker.WorkerFrame.Code;
import dev.agentos.bridge.worker.WorkerFrame.Embed;
import dev.agentos.bridge.worker.WorkerFrame.Failed;
import dev.agentos.bridge.worker.WorkerFrame.Hello;
import dev.agentos.bridge.worker.WorkerFrame.Ping;
import dev.agentos.bridge.worker.WorkerFrame.Pong;
import dev.agentos.bridge.worker.WorkerFrame.Vectors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WorkerCodecTest {

    private static final Hello HELLO = new Hello("0.2.0", "m", 384, "ab".repeat(32));
    private static final List<WorkerFrame> FRAMES = List.of(
            HELLO,
            new Ping(1),
            new Pong(Long.MIN_VALUE),
            new Embed(7, List.of("", "caf\u00E9 \uD83D\uDE00", "x".repeat(WorkerFrame.MAX_TEXT_BYTES))),
            new Failed(0, Code.MALFORMED_FRAME, "no"));

    private static Optional<WorkerFrame> read(byte[] bytes) throws IOException {
        return WorkerCodec.read(Channels.newChannel(new ByteArrayInputStream(bytes)));
    }

    private static Code refusal(byte[] bytes) {
        return assertThrows(MalformedFrameException.class, () -> read(bytes)).code();
    }

    @Test
    void framesComeBackAsTheyWere() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = Channels.newChannel(bytes);
        for (WorkerFrame frame : FRAMES) {
            WorkerCodec.write(out, frame);
        }
        var in = Channels.newChannel(new ByteArrayInputStream(bytes.toByteArray()));
        for (WorkerFrame frame : FRAMES) {
            assertEquals(Optional.of(frame), WorkerCodec.read(in));
        }
        assertEquals(Optional.empty(), WorkerCodec.read(in));
    }

    @Test
    void vectorsComeBackBitForBit() throws IOException {
        var truncated = new BitSet();
        truncated.set(1);
        var sent = new Vectors(9, List.of(new float[] {1.5f, -0f}, new float[] {Float.MIN_VALUE, 3}), truncated);
        var got = assertInstanceOf(
                Vectors.class, read(WorkerCodec.encode(sent).array()).orElseThrow());
        assertEquals(9, got.id());
        assertEquals(truncated, got.truncated());
        assertArrayEquals(sent.vectors().get(0), got.vectors().get(0));
        assertArrayEquals(sent.vectors().get(1), got.vectors().get(1));
    }

    @Test
    void thePingOnTheWireIsPinned() {
        assertEquals(
                "0000000c" + "4157" + "01" + "02" + "0000000000000005",
                HexFormat.of().formatHex(WorkerCodec.encode(new Ping(5)).array()));
    }

    @Test
    void theLargestAnswerFitsAFrame() {
        var vectors = new float[WorkerFrame.MAX_TEXTS][384];
        ByteBuffer bytes = WorkerCodec.encode(new Vectors(1, Arrays.asList(vectors), new BitSet()));
        assertTrue(bytes.remaining() < WorkerCodec.MAX_FRAME);
    }

    @Test
    void wrongFramesAreRefusedWithTheirReason() {
        HexFormat hex = HexFormat.of();
        assertEquals(Code.FRAME_TOO_LARGE, refusal(hex.parseHex("00400001")));
        assertEquals(Code.FRAME_TOO_LARGE, refusal(hex.parseHex("ffffffff")));
        assertEquals(Code.MALFORMED_FRAME, refusal(hex.parseHex("00000000")));
        assertEquals(Code.MALFORMED_FRAME, refusal(hex.parseHex("0000000c415801020000000000000005")));
        assertEquals(Code.UNSUPPORTED_VERSION, refusal(hex.parseHex("0000000c415702020000000000000005")));
        assertEquals(Code.MALFORMED_FRAME, refusal(hex.parseHex("0000000c415701090000000000000005")));
        assertEquals(Code.MALFORMED_FRAME, refusal(hex.parseHex("0000000d41570102000000000000000500")));
        assertEquals(
                Code.MALFORMED_FRAME,
                refusal(hex.parseHex("00000013" + "41570104" + "0000000000000005" + "0001" + "00000001" + "ff")),
                "text that is not UTF-8");
        assertEquals(
                Code.MALFORMED_FRAME,
                refusal(hex.parseHex(
                        "00000015" + "41570105" + "0000000000000005" + "0001" + "0001" + "00" + "7fc00000")),
                "a vector value that is no number");
    }

    @Test
    void everyCutFrameIsRefused() {
        for (WorkerFrame frame : FRAMES) {
            byte[] whole = WorkerCodec.encode(frame).array();
            for (int length = 1; length < Math.min(whole.length, 200); length++) {
                assertEquals(Code.MALFORMED_FRAME, refusal(Arrays.copyOf(whole, length)));
            }
        }
    }

    @Test
    void changedBytesGiveAFrameOrARefusalAndNothingElse() {
        var random = new Random(20260302);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = WorkerCodec.encode(FRAMES.get(random.nextInt(FRAMES.size())))
                    .array()
                    .clone();
            for (int change = 1 + random.nextInt(4); change > 0; change--) {
                bytes[random.nextInt(Math.min(bytes.length, 64))] = (byte) random.nextInt(256);
            }
            try {
                read(bytes).ifPresent(WorkerCodec::encode);
            } catch (MalformedFrameException e) {
                assertTrue(String.valueOf(e.getMessage()).length() < 300);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void framesThatCannotBeSentCannotBeMade() {
        assertThrows(IllegalArgumentException.class, () -> new Embed(1, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Hello("1", "m", 0, "ab".repeat(32)));
        assertThrows(IllegalArgumentException.class, () -> new Hello("1", "m", 1, "AB".repeat(32)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Vectors(1, List.of(new float[1], new float[2]), new BitSet()));
        assertThrows(
                IllegalArgumentException.class,
                () -> WorkerCodec.encode(new Embed(1, List.of("\u00E9".repeat(4_097)))));
    }
}

package dev.agentos.bridge.worker;

import dev.agentos.bridge.worker.WorkerFrame.Code;
import dev.agentos.bridge.worker.WorkerFrame.Embed;
import dev.agentos.bridge.worker.WorkerFrame.Failed;
import dev.agentos.bridge.worker.WorkerFrame.Hello;
import dev.agentos.bridge.worker.WorkerFrame.Ping;
import dev.agentos.bridge.worker.WorkerFrame.Pong;
import dev.agentos.bridge.worker.WorkerFrame.Vectors;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Frames to bytes and back, version 1. All numbers are big-endian.
 *
 * <pre>
 * u32 length   of everything after it, at most 4 MiB
 * u16 magic    0x4157 ("AW")
 * u8  version  1
 * u8  type     1 hello, 2 ping, 3 pong, 4 embed, 5 vectors, 6 failed
 * u64 id
 * payload      hello:   string version, string model, u16 dimension, 32 bytes SHA-256
 *              ping, pong: nothing
 *              embed:   u16 count, count × string
 *              vectors: u16 count, u16 dimension, count × (u8 truncated 0|1, dimension × float32)
 *              failed:  u16 code, string message
 * string       u32 byte length, that many bytes of valid UTF-8
 * </pre>
 *
 * A frame with bytes left over, a value that is not a finite number or text that is not UTF-8 is malformed.
 */
public final class WorkerCodec {

    /** Most bytes after the length field. */
    public static final int MAX_FRAME = 4 * 1024 * 1024;

    static final int HEADER = 2 + 1 + 1 + 8;
    private static final short MAGIC = 0x4157;
    private static final byte VERSION = 1;
    private static final int MAX_SHORT_BYTES = 4 * 1024;

    private WorkerCodec() {}

    /**
     * Reads one frame, blocking.
     *
     * @return empty when the other side closed between two frames
     * @throws MalformedFrameException when the bytes are no frame, or end inside one
     */
    public static Optional<WorkerFrame> read(ReadableByteChannel channel) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4);
        int got = fill(channel, length);
        if (got == 0) {
            return Optional.empty();
        }
        if (got < 4) {
            throw cut();
        }
        int size = length.flip().getInt();
        if (size < 0 || size > MAX_FRAME) {
            throw new MalformedFrameException(
                    Code.FRAME_TOO_LARGE,
                    "a frame of " + Integer.toUnsignedString(size) + " bytes: the most is " + MAX_FRAME);
        }
        if (size < HEADER) {
            throw malformed("a frame of " + size + " bytes is shorter than its header");
        }
        ByteBuffer body = ByteBuffer.allocate(size);
        if (fill(channel, body) < size) {
            throw cut();
        }
        return Optional.of(decode(body.flip()));
    }

    /** Writes one frame, blocking until all of it is out. */
    public static void write(WritableByteChannel channel, WorkerFrame frame) throws IOException {
        ByteBuffer bytes = encode(frame);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * The frame as bytes, its length field first.
     *
     * @throws IllegalArgumentException when the frame would not fit the limits of the wire
     */
    public static ByteBuffer encode(WorkerFrame frame) {
        ByteBuffer out = switch (frame) {
            case Hello hello -> {
                byte[] version = hello.version().getBytes(StandardCharsets.UTF_8);
                byte[] model = hello.model().getBytes(StandardCharsets.UTF_8);
                ByteBuffer b = begin(1, hello.id(), 8 + version.length + model.length + 2 + 32);
                putString(b, version);
                putString(b, model);
                b.putShort((short) hello.dimension());
                yield b.put(HexFormat.of().parseHex(hello.weightsSha256()));
            }
            case Ping ping -> begin(2, ping.id(), 0);
            case Pong pong -> begin(3, pong.id(), 0);
            case Embed embed -> encode(embed);
            case Vectors vectors -> encode(vectors);
            case Failed failed -> {
                byte[] message = failed.message().getBytes(StandardCharsets.UTF_8);
                ByteBuffer b = begin(6, failed.id(), 2 + 4 + message.length);
                b.putShort((short) failed.code().number());
                putString(b, message);
                yield b;
            }
        };
        return out.flip();
    }

    private static ByteBuffer encode(Embed embed) {
        int size = 2;
        var encoded = new ArrayList<byte[]>(embed.texts().size());
        for (String text : embed.texts()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > WorkerFrame.MAX_TEXT_BYTES) {
                throw new IllegalArgumentException(
                        "a text of " + bytes.length + " bytes: the most is " + WorkerFrame.MAX_TEXT_BYTES);
            }
            encoded.add(bytes);
            size += 4 + bytes.length;
        }
        ByteBuffer b = begin(4, embed.id(), size);
        b.putShort((short) encoded.size());
        encoded.forEach(bytes -> putString(b, bytes));
        return b;
    }

    private static ByteBuffer encode(Vectors vectors) {
        int dimension = vectors.dimension();
        int count = vectors.vectors().size();
        ByteBuffer b = begin(5, vectors.id(), 4 + count * (1 + 4 * dimension));
        b.putShort((short) count).putShort((short) dimension);
        for (int i = 0; i < count; i++) {
            b.put((byte) (vectors.truncated().get(i) ? 1 : 0));
            for (float value : vectors.vectors().get(i)) {
                b.putFloat(value);
            }
        }
        return b;
    }

    /**
     * A frame from the bytes that follow the length field.
     *
     * @throws MalformedFrameException when they are not exactly one frame
     */
    public static WorkerFrame decode(ByteBuffer body) throws MalformedFrameException {
        try {
            WorkerFrame frame = decodeBody(body);
            if (body.hasRemaining()) {
                throw malformed(body.remaining() + " bytes after the end of a frame");
            }
            return frame;
        } catch (BufferUnderflowException e) {
            throw malformed("a frame that ends inside a field");
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static WorkerFrame decodeBody(ByteBuffer in) throws MalformedFrameException {
        if (in.getShort() != MAGIC) {
            throw malformed("not a worker frame: wrong magic");
        }
        int version = Byte.toUnsignedInt(in.get());
        if (version != VERSION) {
            throw new MalformedFrameException(
                    Code.UNSUPPORTED_VERSION, "protocol version " + version + ": this side speaks " + VERSION);
        }
        int type = Byte.toUnsignedInt(in.get());
        long id = in.getLong();
        return switch (type) {
            case 1 -> hello(in, id);
            case 2 -> new Ping(id);
            case 3 -> new Pong(id);
            case 4 -> embed(in, id);
            case 5 -> vectors(in, id);
            case 6 -> {
                int number = Short.toUnsignedInt(in.getShort());
                yield new Failed(id, code(number), string(in, MAX_SHORT_BYTES));
            }
            default -> throw malformed("unknown frame type " + type);
        };
    }

    private static Hello hello(ByteBuffer in, long id) throws MalformedFrameException {
        if (id != 0) {
            throw malformed("a hello with an id");
        }
        String version = string(in, MAX_SHORT_BYTES);
        String model = string(in, MAX_SHORT_BYTES);
        int dimension = Short.toUnsignedInt(in.getShort());
        byte[] digest = new byte[32];
        in.get(digest);
        return new Hello(version, model, dimension, HexFormat.of().formatHex(digest));
    }

    private static Embed embed(ByteBuffer in, long id) throws MalformedFrameException {
        int count = Short.toUnsignedInt(in.getShort());
        if (count > WorkerFrame.MAX_TEXTS) {
            throw malformed(count + " texts: the most is " + WorkerFrame.MAX_TEXTS);
        }
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(string(in, WorkerFrame.MAX_TEXT_BYTES));
        }
        return new Embed(id, texts);
    }

    private static Vectors vectors(ByteBuffer in, long id) throws MalformedFrameException {
        int count = Short.toUnsignedInt(in.getShort());
        int dimension = Short.toUnsignedInt(in.getShort());
        if (count > WorkerFrame.MAX_TEXTS
                || dimension > WorkerFrame.MAX_DIMENSION
                || in.remaining() != count * (1 + 4 * dimension)) {
            throw malformed("vectors whose size is not what their header says");
        }
        List<float[]> vectors = new ArrayList<>(count);
        BitSet truncated = new BitSet(count);
        for (int i = 0; i < count; i++) {
            byte mark = in.get();
            if (mark != 0 && mark != 1) {
                throw malformed("a truncation mark that is neither 0 nor 1");
            }
            truncated.set(i, mark == 1);
            float[] vector = new float[dimension];
            for (int d = 0; d < dimension; d++) {
                vector[d] = in.getFloat();
                if (!Float.isFinite(vector[d])) {
                    throw malformed("a vector value that is not a finite number");
                }
            }
            vectors.add(vector);
        }
        return new Vectors(id, vectors, truncated);
    }

    private static Code code(int number) throws MalformedFrameException {
        for (Code code : Code.values()) {
            if (code.number() == number) {
                return code;
            }
        }
        throw malformed("unknown failure code " + number);
    }

    private static String string(ByteBuffer in, int most) throws MalformedFrameException {
        int length = in.getInt();
        if (length < 0 || length > most) {
            throw malformed("a text of " + Integer.toUnsignedString(length) + " bytes: the most here is " + most);
        }
        if (length > in.remaining()) {
            throw malformed("a text that ends beyond its frame");
        }
        ByteBuffer bytes = in.slice(in.position(), length);
        in.position(in.position() + length);
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return chars.toString();
        } catch (CharacterCodingException e) {
            throw malformed("text that is not UTF-8");
        }
    }

    private static ByteBuffer begin(int type, long id, int payload) {
        int size = HEADER + payload;
        if (size > MAX_FRAME) {
            throw new IllegalArgumentException("a frame of " + size + " bytes: the most is " + MAX_FRAME);
        }
        return ByteBuffer.allocate(4 + size)
                .putInt(size)
                .putShort(MAGIC)
                .put(VERSION)
                .put((byte) type)
                .putLong(id);
    }

    private static void putString(ByteBuffer out, byte[] bytes) {
        out.putInt(bytes.length).put(bytes);
    }

    private static int fill(ReadableByteChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                break;
            }
        }
        return into.position();
    }

    private static MalformedFrameException cut() {
        return malformed("the connection closed inside a frame");
    }

    private static MalformedFrameException malformed(String message) {
        return new MalformedFrameException(Code.MALFORMED_FRAME, message);
    }
}

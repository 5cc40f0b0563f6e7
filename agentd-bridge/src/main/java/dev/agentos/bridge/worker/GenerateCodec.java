package dev.agentos.bridge.worker;

import dev.agentos.bridge.worker.GenerateFrame.Cancel;
import dev.agentos.bridge.worker.GenerateFrame.Converse;
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
import dev.agentos.bridge.worker.WorkerFrame.Code;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Frames of {@link GenerateFrame} to bytes and back, version 1: a length of 32 bits, at most 16 MiB, then a byte for the
 * version, one for the kind, the id in 64 bits and the fields in their order. Texts have a length of 32 bits and are
 * UTF-8. All numbers are big-endian.
 */
public final class GenerateCodec {

    /** Most bytes after the length. */
    public static final int MAX_FRAME = 16 * 1024 * 1024;

    private static final int VERSION = 1;
    private static final int MOST_ITEMS = 10_000;

    private GenerateCodec() {}

    /** Writes one frame, blocking until all of it is out. */
    public static void write(WritableByteChannel channel, GenerateFrame frame) throws IOException {
        byte[] body = encode(frame);
        ByteBuffer bytes = ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Reads one frame, blocking.
     *
     * @return empty when the other side closed between two frames
     * @throws MalformedFrameException when the bytes are no frame
     */
    public static Optional<GenerateFrame> read(ReadableByteChannel channel) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(4);
        if (!fill(channel, length)) {
            return Optional.empty();
        }
        int size = length.flip().getInt();
        if (size < 10 || size > MAX_FRAME) {
            throw malformed("a frame of " + Integer.toUnsignedString(size) + " bytes");
        }
        ByteBuffer body = ByteBuffer.allocate(size);
        if (!fill(channel, body)) {
            throw malformed("the connection closed inside a frame");
        }
        return Optional.of(decode(body.array()));
    }

    private static boolean fill(ReadableByteChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                if (into.position() > 0) {
                    throw malformed("the connection closed inside a frame");
                }
                return false;
            }
        }
        return true;
    }

    static byte[] encode(GenerateFrame frame) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        switch (frame) {
            case Ready ready -> {
                head(out, 1, 0);
                out.writeInt(ready.contextTokens());
                out.writeInt(ready.slots());
                text(out, ready.weightsSha256());
            }
            case Generate ask -> generate(out, ask);
            case Piece piece -> {
                head(out, 3, piece.id());
                text(out, piece.text());
            }
            case Ended ended -> {
                head(out, 4, ended.id());
                out.writeByte(ended.how().number());
                out.writeInt(ended.promptTokens());
                out.writeInt(ended.completionTokens());
            }
            case Cancel cancel -> head(out, 5, cancel.id());
            case Failed failed -> {
                head(out, 6, failed.id());
                text(out, failed.message());
            }
            case Count count -> {
                head(out, 7, count.id());
                text(out, count.text());
            }
            case Counted counted -> {
                head(out, 8, counted.id());
                out.writeInt(counted.tokens());
            }
            case Template template -> {
                head(out, 9, template.id());
                out.writeInt(template.messages().size());
                for (Message message : template.messages()) {
                    text(out, message.role());
                    text(out, message.text());
                }
            }
            case Templated templated -> {
                head(out, 10, templated.id());
                text(out, templated.prompt());
            }
            case Converse converse -> {
                head(out, 11, converse.id());
                text(out, converse.messages());
                text(out, converse.tools());
            }
        }
        return bytes.toByteArray();
    }

    private static void generate(DataOutputStream out, Generate ask) throws IOException {
        head(out, 2, ask.id());
        out.writeInt(ask.slot());
        out.writeBoolean(ask.keep());
        out.writeBoolean(ask.patient());
        text(out, ask.prompt());
        out.writeInt(ask.maxTokens());
        out.writeDouble(ask.temperature());
        out.writeDouble(ask.topP());
        out.writeLong(ask.seed());
        out.writeInt(ask.stop().size());
        for (String stop : ask.stop()) {
            text(out, stop);
        }
        text(out, ask.schema());
        out.writeBoolean(ask.endless());
    }

    private static void head(DataOutputStream out, int kind, long id) throws IOException {
        out.writeByte(kind);
        out.writeLong(id);
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static GenerateFrame decode(byte[] body) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
        try {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new MalformedFrameException(
                        Code.UNSUPPORTED_VERSION, "protocol version " + version + ": this side speaks " + VERSION);
            }
            int kind = in.readUnsignedByte();
            GenerateFrame frame = frame(kind, in.readLong(), in);
            if (in.available() > 0) {
                throw malformed(in.available() + " bytes after the end of a frame");
            }
            return frame;
        } catch (EOFException e) {
            throw malformed("a frame that ends inside a field");
        }
    }

    private static GenerateFrame frame(int kind, long id, DataInputStream in) throws IOException {
        return switch (kind) {
            case 1 -> new Ready(in.readInt(), in.readInt(), text(in));
            case 2 ->
                new Generate(
                        id,
                        in.readInt(),
                        in.readBoolean(),
                        in.readBoolean(),
                        text(in),
                        in.readInt(),
                        in.readDouble(),
                        in.readDouble(),
                        in.readLong(),
                        texts(in),
                        text(in),
                        in.readBoolean());
            case 3 -> new Piece(id, text(in));
            case 4 -> new Ended(id, how(in.readUnsignedByte()), in.readInt(), in.readInt());
            case 5 -> new Cancel(id);
            case 6 -> new Failed(id, text(in));
            case 7 -> new Count(id, text(in));
            case 8 -> new Counted(id, in.readInt());
            case 9 -> {
                List<Message> messages = new ArrayList<>();
                for (int i = items(in); i > 0; i--) {
                    messages.add(new Message(text(in), text(in)));
                }
                yield new Template(id, messages);
            }
            case 10 -> new Templated(id, text(in));
            case 11 -> new Converse(id, text(in), text(in));
            default -> throw malformed("unknown frame kind " + kind);
        };
    }

    private static How how(int number) throws MalformedFrameException {
        for (How how : How.values()) {
            if (how.number() == number) {
                return how;
            }
        }
        throw malformed("unknown end " + number);
    }

    private static int items(DataInputStream in) throws IOException {
        int items = in.readInt();
        if (items < 0 || items > MOST_ITEMS) {
            throw malformed("a list of " + Integer.toUnsignedString(items));
        }
        return items;
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int i = items(in); i > 0; i--) {
            texts.add(text(in));
        }
        return texts;
    }

    private static String text(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw malformed("a text that ends beyond its frame");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static MalformedFrameException malformed(String message) {
        return new MalformedFrameException(Code.MALFORMED_FRAME, message);
    }
}

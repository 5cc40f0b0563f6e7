package dev.agentos.worker;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds the chat template in the head of a GGUF file (its specification, versions 2 and 3): the library does not give it
 * out.
 */
final class ChatTemplate {

    private static final String KEY = "tokenizer.chat_template";
    private static final int MAGIC = 0x46554747;
    private static final int TEXT = 8;
    private static final int LIST = 9;

    /** Bytes of a value of each type in the order of their numbers; 0 for those that say themselves how long they are. */
    private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    /** A text or list that is longer is none. */
    private static final long LONGEST = 1 << 24;

    private final InputStream in;

    private ChatTemplate(InputStream in) {
        this.in = in;
    }

    /** The template; nothing where the file has none, or is none that llama.cpp would load. */
    static String of(Path model) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(model), 1 << 16)) {
            return new ChatTemplate(in).find();
        } catch (EOFException _) {
            return "";
        }
    }

    private String find() throws IOException {
        if (whole(4) != MAGIC || whole(4) < 2) {
            return "";
        }
        whole(8);
        long fields = length();
        for (long i = 0; i < fields; i++) {
            String key = text();
            int type = (int) whole(4);
            if (key.equals(KEY) && type == TEXT) {
                return text();
            }
            skip(type);
        }
        return "";
    }

    private void skip(int type) throws IOException {
        if (type == TEXT) {
            in.skipNBytes(length());
        } else if (type == LIST) {
            int each = (int) whole(4);
            long many = length();
            if (each == TEXT || each == LIST) {
                for (long i = 0; i < many; i++) {
                    skip(each);
                }
            } else {
                in.skipNBytes(many * size(each));
            }
        } else {
            in.skipNBytes(size(type));
        }
    }

    private static int size(int type) throws EOFException {
        if (type < 0 || type >= SIZES.length || SIZES[type] == 0) {
            throw new EOFException("no such type: " + type);
        }
        return SIZES[type];
    }

    private String text() throws IOException {
        return new String(in.readNBytes((int) length()), StandardCharsets.UTF_8);
    }

    private long length() throws IOException {
        long length = whole(8);
        if (length < 0 || length > LONGEST) {
            throw new EOFException("a length of " + length);
        }
        return length;
    }

    private long whole(int bytes) throws IOException {
        byte[] read = in.readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException("the file ends in its head");
        }
        ByteBuffer buffer = ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN);
        return bytes == 4 ? buffer.getInt() : buffer.getLong();
    }
}

package dev.agentos.testkit.models;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a file of the format GGUF, version 3 (ggml-org/ggml, docs/gguf.md). Everything is little-endian. */
final class GgufWriter {

    private static final int ALIGNMENT = 32;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /** A kind of numbers in a tensor. */
    enum Kind {
        F32(0, 1, 4),
        /** 32 numbers of 8 bits and one scale of 16. */
        Q8_0(8, 32, 34);

        private final int number;
        private final int block;
        private final int blockBytes;

        Kind(int number, int block, int blockBytes) {
            this.number = number;
            this.block = block;
            this.blockBytes = blockBytes;
        }

        long bytes(long count) {
            return count / block * blockBytes;
        }
    }

    /** Gives the numbers of a tensor, row by row. */
    interface Numbers {
        float next();
    }

    private record Tensor(String name, long[] shape, Kind kind, Numbers numbers) {
        long count() {
            long count = 1;
            for (long size : shape) {
                count *= size;
            }
            return count;
        }
    }

    private final Map<String, byte[]> fields = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();

    GgufWriter text(String name, String value) {
        return field(name, STRING, string(value));
    }

    GgufWriter number(String name, int value) {
        return field(name, UINT32, buffer(4).putInt(value).array());
    }

    GgufWriter real(String name, float value) {
        return field(name, FLOAT32, buffer(4).putFloat(value).array());
    }

    GgufWriter flag(String name, boolean value) {
        return field(name, BOOL, new byte[] {(byte) (value ? 1 : 0)});
    }

    GgufWriter texts(String name, List<String> values) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        values.forEach(value -> all.writeBytes(string(value)));
        return array(name, STRING, values.size(), all.toByteArray());
    }

    GgufWriter numbers(String name, List<Integer> values) {
        ByteBuffer all = buffer(4 * values.size());
        values.forEach(all::putInt);
        return array(name, INT32, values.size(), whole(all));
    }

    private GgufWriter array(String name, int type, int count, byte[] items) {
        byte[] head = buffer(12).putInt(type).putLong(count).array();
        ByteBuffer all = buffer(head.length + items.length).put(head).put(items);
        return field(name, ARRAY, whole(all));
    }

    private GgufWriter field(String name, int type, byte[] value) {
        fields.put(name, buffer(4 + value.length).putInt(type).put(value).array());
        return this;
    }

    /** A tensor; the first size is the length of a row. */
    GgufWriter tensor(String name, Kind kind, Numbers numbers, long... shape) {
        if (shape[0] % kind.block != 0) {
            throw new IllegalArgumentException(name + ": rows of " + shape[0] + " are no whole blocks");
        }
        tensors.add(new Tensor(name, shape.clone(), kind, numbers));
        return this;
    }

    /** Writes everything; tensors are drawn while they are written, so memory stays small. */
    void write(Path file) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        head.writeBytes(buffer(20)
                .putInt(3)
                .putLong(tensors.size())
                .putLong(fields.size())
                .array());
        fields.forEach((name, value) -> {
            head.writeBytes(string(name));
            head.writeBytes(value);
        });
        long offset = 0;
        for (Tensor tensor : tensors) {
            head.writeBytes(string(tensor.name()));
            ByteBuffer info = buffer(4 + 8 * tensor.shape().length + 12).putInt(tensor.shape().length);
            for (long size : tensor.shape()) {
                info.putLong(size);
            }
            head.writeBytes(whole(info.putInt(tensor.kind().number).putLong(offset)));
            offset += aligned(tensor.kind().bytes(tensor.count()));
        }
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(head.toByteArray());
            out.write(new byte[(int) (aligned(head.size()) - head.size())]);
            for (Tensor tensor : tensors) {
                data(tensor, out);
            }
        }
    }

    private static void data(Tensor tensor, OutputStream out) throws IOException {
        int rowLength = (int) tensor.shape()[0];
        long rows = tensor.count() / rowLength;
        float[] row = new float[rowLength];
        for (long r = 0; r < rows; r++) {
            for (int i = 0; i < rowLength; i++) {
                row[i] = tensor.numbers().next();
            }
            out.write(tensor.kind() == Kind.F32 ? floats(row) : quantised(row));
        }
        long bytes = tensor.kind().bytes(tensor.count());
        out.write(new byte[(int) (aligned(bytes) - bytes)]);
    }

    private static byte[] floats(float[] row) {
        ByteBuffer bytes = buffer(4 * row.length);
        for (float value : row) {
            bytes.putFloat(value);
        }
        return whole(bytes);
    }

    private static byte[] quantised(float[] row) {
        ByteBuffer bytes = buffer(row.length / 32 * 34);
        for (int block = 0; block < row.length; block += 32) {
            float most = 0;
            for (int i = 0; i < 32; i++) {
                most = Math.max(most, Math.abs(row[block + i]));
            }
            float scale = most / 127;
            bytes.putShort(Float.floatToFloat16(scale));
            for (int i = 0; i < 32; i++) {
                bytes.put((byte) (scale == 0 ? 0 : Math.round(row[block + i] / scale)));
            }
        }
        return whole(bytes);
    }

    private static byte[] string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return buffer(8 + bytes.length).putLong(bytes.length).put(bytes).array();
    }

    private static long aligned(long size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Everything that a full buffer holds. */
    private static byte[] whole(ByteBuffer full) {
        byte[] bytes = new byte[full.capacity()];
        full.rewind().get(bytes);
        return bytes;
    }
}

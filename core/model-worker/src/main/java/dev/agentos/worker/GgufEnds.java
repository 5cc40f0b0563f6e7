package dev.agentos.worker;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The marks by which the model of a GGUF file ends an answer, read from the head of the file. */
final class GgufEnds {

    /** Marks that llama.cpp knows by name, wherever a vocabulary has them. */
    private static final Set<String> KNOWN = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "<|eom_id|>",
            "<EOT>",
            "_<EOT>",
            "<|end_of_text|>",
            "</s>",
            "<eos>");

    private static final Set<String> NUMBERED =
            Set.of("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id");

    private static final int MAGIC = 0x46554747;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    /** Bytes of a value of each type of the format; a string and an array have none of their own. */
    private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    private static final int LONGEST = 1 << 24;

    private final DataInputStream in;
    private final List<Long> numbers = new ArrayList<>();
    private final Set<String> ends = new HashSet<>();
    private List<String> vocabulary = List.of();

    private GgufEnds(DataInputStream in) {
        this.in = in;
    }

    /** @throws IOException also when the file is no GGUF file of version 2 or 3 */
    static Set<String> of(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            return new GgufEnds(in).read();
        }
    }

    private Set<String> read() throws IOException {
        if (number(4) != MAGIC || number(4) < 2) {
            throw new IOException("it is no GGUF file");
        }
        number(8);
        long entries = number(8);
        for (long i = 0; i < entries; i++) {
            entry(string());
        }
        for (long each : numbers) {
            if (each >= 0 && each < vocabulary.size()) {
                ends.add(vocabulary.get((int) each));
            }
        }
        vocabulary.stream().filter(KNOWN::contains).forEach(ends::add);
        ends.remove("");
        return Set.copyOf(ends);
    }

    private void entry(String key) throws IOException {
        int type = (int) number(4);
        if (NUMBERED.contains(key) && type < ARRAY && type != STRING) {
            numbers.add(number(size(type)));
        } else if (key.equals("tokenizer.ggml.tokens") && type == ARRAY) {
            vocabulary = array(true).orElse(List.of());
        } else if (type == ARRAY) {
            array(false);
        } else if (type == STRING) {
            string();
        } else {
            in.skipNBytes(size(type));
        }
    }

    private Optional<List<String>> array(boolean kept) throws IOException {
        int type = (int) number(4);
        long count = number(8);
        if (type != STRING) {
            in.skipNBytes(Math.multiplyExact(count, size(type)));
            return Optional.empty();
        }
        List<String> all = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            if (kept) {
                all.add(string());
            } else {
                in.skipNBytes(number(8));
            }
        }
        return Optional.of(all);
    }

    private static int size(int type) throws IOException {
        if (type < 0 || type >= SIZES.length || SIZES[type] == 0) {
            throw new IOException("a value of type " + type + " is not expected there");
        }
        return SIZES[type];
    }

    /** A whole number of so many bytes, the lowest first. */
    private long number(int bytes) throws IOException {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number |= (long) in.readUnsignedByte() << (8 * i);
        }
        return number;
    }

    private String string() throws IOException {
        long length = number(8);
        if (length < 0 || length > LONGEST) {
            throw new IOException("a text of " + length + " bytes is not expected there");
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new IOException("the file ends too early");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

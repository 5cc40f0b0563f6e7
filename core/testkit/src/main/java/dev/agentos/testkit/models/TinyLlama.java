package dev.agentos.testkit.models;

import dev.agentos.testkit.models.GgufWriter.Kind;
import dev.agentos.testkit.models.GgufWriter.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A model of the Llama architecture with random weights and a vocabulary of single characters. What it says means
 * nothing; how long it takes is what a model of its size takes. The same shape and seed give the same file.
 *
 * @param layers transformer blocks
 * @param width numbers of one token, a multiple of 128
 * @param inner numbers inside the feed-forward part, a multiple of 32
 * @param context the longest prompt and answer that it says it was trained for
 */
public record TinyLlama(int layers, int width, int inner, int context, long seed) {

    /** About 11 million weights, 12 MB: 512 tokens are read in a fraction of a second on two processors. */
    public static final TinyLlama BENCH = new TinyLlama(6, 384, 1_024, 4_096, 7);

    /** Under a million weights, for tests. */
    public static final TinyLlama TEST = new TinyLlama(2, 128, 256, 2_048, 7);

    private static final int HEAD = 128;
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;

    /** The template by which llama.cpp recognises ChatML. */
    private static final String TEMPLATE = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + "
            + "message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}"
            + "{{ '<|im_start|>assistant\\n' }}{% endif %}";

    /** How many weights it has. */
    public long weights() {
        return layers * (4L * width * width + 3L * width * inner)
                + 2L * width * vocabulary().size();
    }

    /** Writes it. */
    public void write(Path file) throws IOException {
        write(file, TEMPLATE);
    }

    /** Writes it with another template of conversations. */
    public void write(Path file, String template) throws IOException {
        List<String> tokens = vocabulary();
        GgufWriter gguf = new GgufWriter()
                .text("general.architecture", "llama")
                .text("general.name", "agentos-tiny-" + layers + "x" + width)
                .number("general.file_type", 7)
                .number("llama.context_length", context)
                .number("llama.embedding_length", width)
                .number("llama.block_count", layers)
                .number("llama.feed_forward_length", inner)
                .number("llama.attention.head_count", width / HEAD)
                .number("llama.attention.head_count_kv", width / HEAD)
                .number("llama.rope.dimension_count", HEAD)
                .number("llama.vocab_size", tokens.size())
                .real("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .text("tokenizer.ggml.model", "gpt2")
                .text("tokenizer.ggml.pre", "default")
                .texts("tokenizer.ggml.tokens", tokens)
                .numbers("tokenizer.ggml.token_type", types(tokens))
                .texts("tokenizer.ggml.merges", List.of("~ ~"))
                .number("tokenizer.ggml.bos_token_id", 0)
                .number("tokenizer.ggml.eos_token_id", 0)
                .flag("tokenizer.ggml.add_bos_token", false)
                .text("tokenizer.chat_template", template);
        weights(gguf, tokens.size());
        gguf.write(file);
    }

    private void weights(GgufWriter gguf, int vocabulary) {
        Random random = new Random(seed);
        Numbers drawn = () -> (float) (random.nextGaussian() / Math.sqrt(width));
        Numbers one = () -> 1f;
        gguf.tensor("token_embd.weight", Kind.Q8_0, drawn, width, vocabulary);
        for (int layer = 0; layer < layers; layer++) {
            String block = "blk." + layer + ".";
            gguf.tensor(block + "attn_norm.weight", Kind.F32, one, width)
                    .tensor(block + "attn_q.weight", Kind.Q8_0, drawn, width, width)
                    .tensor(block + "attn_k.weight", Kind.Q8_0, drawn, width, width)
                    .tensor(block + "attn_v.weight", Kind.Q8_0, drawn, width, width)
                    .tensor(block + "attn_output.weight", Kind.Q8_0, drawn, width, width)
                    .tensor(block + "ffn_norm.weight", Kind.F32, one, width)
                    .tensor(block + "ffn_gate.weight", Kind.Q8_0, drawn, width, inner)
                    .tensor(block + "ffn_up.weight", Kind.Q8_0, drawn, width, inner)
                    .tensor(block + "ffn_down.weight", Kind.Q8_0, drawn, inner, width);
        }
        gguf.tensor("output_norm.weight", Kind.F32, one, width)
                .tensor("output.weight", Kind.Q8_0, drawn, width, vocabulary);
    }

    /** The token that ends an answer, then every printable character of ASCII in the spelling of byte-level BPE. */
    private static List<String> vocabulary() {
        List<String> tokens = new ArrayList<>(List.of("<|im_end|>", "\u010a", "\u0120"));
        for (char c = '!'; c <= '~'; c++) {
            tokens.add(String.valueOf(c));
        }
        tokens.add("~~");
        return tokens;
    }

    private static List<Integer> types(List<String> tokens) {
        return tokens.stream()
                .map(token -> token.startsWith("<|") ? CONTROL : NORMAL)
                .toList();
    }
}

package dev.agentos.worker;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaIterator;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.Pair;
import dev.agentos.bridge.worker.GenerateFrame.Ended;
import dev.agentos.bridge.worker.GenerateFrame.Generate;
import dev.agentos.bridge.worker.GenerateFrame.How;
import dev.agentos.bridge.worker.GenerateFrame.Message;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A GGUF file in llama.cpp, with several slots that share each step of arithmetic. */
final class GgufModel implements AutoCloseable {

    /** Tokens that are read in one step, for those who do not wait for anybody. */
    private static final int BATCH = 1_024;

    /** What llama.cpp writes into the prompt of a model whose template knows no tools: ours is better known to models. */
    private static final String GENERIC = "Respond in JSON format, either with `tool_call`";

    private final LlamaModel model;
    private final int portion;
    /** Whether prompts are written by the template in the file itself, which says that it knows tools. */
    private final boolean toolTemplate;
    /** What each slot has read and said, as text. */
    private final Map<Integer, String> held = new ConcurrentHashMap<>();
    /**
     * One portion at a time: the server takes what is asked of all its slots into account step by step, so that portions
     * of several prompts would be as long to wait behind as a whole prompt.
     */
    private final Semaphore reading = new Semaphore(1, true);

    /** Loads it. The library is looked for in the folder of the options and nowhere else. */
    GgufModel(GgufOptions options) throws IOException {
        System.setProperty("de.kherud.llama.lib.path", options.library().toString());
        this.portion = options.portion();
        boolean knowsTools = ChatTemplate.of(options.model()).contains("tools");
        LlamaModel loaded = knowsTools ? withOwnTemplate(options) : null;
        this.toolTemplate = loaded != null;
        this.model = loaded != null ? loaded : new LlamaModel(parameters(options));
    }

    /** With prompts that the file's own template writes; nothing where llama.cpp cannot read that. */
    private static @Nullable LlamaModel withOwnTemplate(GgufOptions options) {
        try {
            return new LlamaModel(parameters(options).enableJinja());
        } catch (RuntimeException e) {
            System.err.println("gguf-worker: without the model's own template: " + e.getMessage());
            return null;
        }
    }

    private static ModelParameters parameters(GgufOptions options) {
        return new ModelParameters()
                .setModel(options.model().toString())
                .setParallel(options.slots())
                .setCtxSize(options.slots() * options.context())
                .setThreads(options.threads())
                .setThreadsBatch(options.threads())
                .setBatchSize(BATCH)
                .setUbatchSize(BATCH / 4)
                .enableContBatching()
                // Passes over what other slots hold; without it every token pays for all that lies in the cache.
                .enableFlashAttn()
                .disableContextShift()
                // Slots are chosen by the gateway: what one scope's prompt left behind is not for another's.
                .setSlotPromptSimilarity(0)
                .disableLog();
    }

    /** Takes the pieces of an answer. */
    interface Pieces {
        void piece(String text) throws IOException;
    }

    int count(String text) {
        return model.encode(text).length;
    }

    String template(List<Message> messages) {
        String system = "";
        List<Pair<String, String>> rest = new ArrayList<>();
        for (Message message : messages) {
            if (message.role().equals("system") && rest.isEmpty() && system.isEmpty()) {
                system = message.text();
            } else {
                rest.add(new Pair<>(message.role(), message.text()));
            }
        }
        return model.applyTemplate(new InferenceParameters("").setMessages(system, rest));
    }

    /**
     * A conversation about tools in the words of the model's own template.
     *
     * @throws IllegalStateException where the template knows no tools
     */
    String template(String messages, String tools) {
        if (!toolTemplate) {
            throw new IllegalStateException("the model's template knows no tools");
        }
        InferenceParameters parameters = new InferenceParameters("");
        // The library has no method for either, and passes both on.
        set(parameters, "messages", messages);
        set(parameters, "tools", tools);
        String prompt = model.applyTemplate(parameters);
        if (prompt.contains(GENERIC) && !messages.contains(GENERIC)) {
            throw new IllegalStateException("llama.cpp does not know how the model's template calls tools");
        }
        return prompt;
    }

    /** Answers, until the end or until {@code cancelled} says so between two tokens. */
    Ended generate(Generate ask, Pieces pieces, BooleanSupplier cancelled) throws IOException {
        int prompt = count(ask.prompt());
        boolean keep = ask.keep();
        if (ask.patient()) {
            if (!read(ask, prompt, cancelled)) {
                return new Ended(ask.id(), How.CANCELLED, prompt, 0);
            }
            keep = true;
        } else if (!keep) {
            // The server remembers a prompt for the next turn of its slot only if it was allowed to reuse the one
            // before.
            // So the first character takes the place of what others left there, and the rest goes on from it.
            model.generate(parameters(ask, prompt(ask, 1), 0, false)).forEach(_ -> {});
            keep = true;
        }
        StringBuilder text = new StringBuilder(ask.prompt());
        int said = 0;
        boolean stopped = false;
        LlamaIterator answer = model.generate(parameters(ask, ask.prompt(), ask.maxTokens(), keep))
                .iterator();
        while (answer.hasNext() && !stopped) {
            LlamaOutput output = answer.next();
            if (!output.text.isEmpty()) {
                said++;
                text.append(output.text);
                pieces.piece(output.text);
            }
            stopped = answer.hasNext() && cancelled.getAsBoolean();
        }
        if (stopped) {
            answer.cancel();
        }
        held.put(ask.slot(), text.toString());
        How how = stopped ? How.CANCELLED : said >= ask.maxTokens() ? How.LENGTH : How.STOP;
        return new Ended(ask.id(), how, prompt, said);
    }

    /**
     * Reads what its slot does not hold yet in portions, each of which finds the ones before it there. An answer that
     * waits behind one portion does not wait behind a whole prompt.
     */
    private boolean read(Generate ask, int tokens, BooleanSupplier cancelled) throws InterruptedIOException {
        String prompt = ask.prompt();
        int from = ask.keep() ? common(held.getOrDefault(ask.slot(), ""), prompt) : 0;
        long rest = (long) tokens * (prompt.length() - from) / Math.max(1, prompt.length());
        int portions = (int) ((rest + portion - 1) / portion);
        boolean keep = ask.keep();
        for (int i = 1; i <= portions; i++) {
            int end = from + (int) ((long) (prompt.length() - from) * i / portions);
            try {
                reading.acquire();
            } catch (InterruptedException e) {
                throw new InterruptedIOException("the worker ends");
            }
            try {
                if (cancelled.getAsBoolean()) {
                    return false;
                }
                model.generate(parameters(ask, prompt(ask, end), 0, keep)).forEach(_ -> {});
            } finally {
                reading.release();
            }
            held.put(ask.slot(), prompt(ask, end));
            keep = true;
        }
        return !cancelled.getAsBoolean();
    }

    /** The beginning of the prompt. A character outside the basic plane is two units, and is not cut. */
    private static String prompt(Generate ask, int length) {
        String prompt = ask.prompt();
        int end = Math.min(length, prompt.length());
        boolean cut = end > 0 && end < prompt.length() && Character.isHighSurrogate(prompt.charAt(end - 1));
        return prompt.substring(0, cut ? end - 1 : end);
    }

    private static int common(String one, String other) {
        int length = Math.min(one.length(), other.length());
        int at = 0;
        while (at < length && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        return at;
    }

    private static InferenceParameters parameters(Generate ask, String prompt, int most, boolean keep) {
        InferenceParameters parameters = new InferenceParameters(prompt)
                .setNPredict(most)
                .setCachePrompt(keep)
                .setIgnoreEos(ask.endless());
        if (ask.temperature() >= 0) {
            parameters.setTemperature((float) ask.temperature());
        }
        if (ask.topP() >= 0) {
            parameters.setTopP((float) ask.topP());
        }
        if (ask.seed() >= 0) {
            parameters.setSeed((int) ask.seed());
        }
        if (!ask.stop().isEmpty()) {
            parameters.setStopStrings(ask.stop().toArray(String[]::new));
        }
        if (!ask.schema().isEmpty() && most > 0) {
            parameters.setGrammar(LlamaModel.jsonSchemaToGrammar(ask.schema()));
        }
        // The library passes it on to llama.cpp and has no method for it.
        set(parameters, "id_slot", String.valueOf(ask.slot()));
        return parameters;
    }

    @SuppressWarnings("unchecked")
    private static void set(InferenceParameters parameters, String name, String json) {
        try {
            Field field = InferenceParameters.class.getSuperclass().getDeclaredField("parameters");
            field.setAccessible(true);
            ((Map<String, String>) field.get(parameters)).put(name, json);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("de.kherud:llama is another version than the one this was made for", e);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}

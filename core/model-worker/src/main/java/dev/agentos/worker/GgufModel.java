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
import dev.agentos.worker.Stretches.Said;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
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

    private final Rounds rounds;
    private final int context;
    /** Marks of the end of an answer. */
    private final Set<String> ends;

    /** Loads it. The library is looked for in the folder of the options and nowhere else. */
    GgufModel(GgufOptions options) throws IOException {
        System.setProperty("de.kherud.llama.lib.path", options.library().toString());
        this.portion = options.portion();
        this.context = options.context();
        this.ends = ends(options.model());
        boolean knowsTools = ChatTemplate.of(options.model()).contains("tools");
        LlamaModel loaded = knowsTools ? withOwnTemplate(options) : null;
        this.toolTemplate = loaded != null;
        this.model = loaded != null ? loaded : new LlamaModel(parameters(options));
        this.rounds = new Rounds(new Library());
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

    private static Set<String> ends(Path file) {
        try {
            return GgufEnds.of(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
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

    /** Answers, until the end or until {@code cancelled} says so between two tokens, or rounds where it can wait. */
    Ended generate(Generate ask, Pieces pieces, BooleanSupplier cancelled) throws IOException {
        int prompt = count(ask.prompt());
        if (ask.patient() && !read(ask, prompt, cancelled)) {
            return new Ended(ask.id(), How.CANCELLED, prompt, 0);
        }
        if (!ask.patient() && !ask.keep()) {
            clear(ask);
        }
        Said said = mayComeInStretches(ask)
                ? stretches(ask, prompt, pieces, cancelled)
                : each(
                        model.generate(parameters(ask, ask.prompt(), ask.maxTokens(), true))
                                .iterator(),
                        pieces,
                        cancelled);
        held.put(ask.slot(), ask.prompt() + said.text());
        How how = said.stopped() ? How.CANCELLED : said.tokens() >= ask.maxTokens() ? How.LENGTH : How.STOP;
        return new Ended(ask.id(), how, prompt, said.tokens());
    }

    /** Where nothing but the end and a number of tokens stops it, and nobody counts on the order of random numbers. */
    private static boolean mayComeInStretches(Generate ask) {
        return ask.patient() && ask.stop().isEmpty() && ask.schema().isEmpty() && ask.seed() < 0;
    }

    private Said stretches(Generate ask, int prompt, Pieces pieces, BooleanSupplier cancelled) throws IOException {
        // The server fails an answer that fills its slot to the last place.
        int most = Math.min(ask.maxTokens(), Math.max(1, context - 2 - prompt));
        return rounds.say(ask, new Stretches(most, ends, this::count, pieces), cancelled);
    }

    /** Has the marks of the end said as text: a whole stretch does not tell otherwise why it ended. */
    private InferenceParameters marked(InferenceParameters parameters) {
        String marks = ends.stream()
                .map(end -> '"' + end.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining(",", "[", "]"));
        set(parameters, "preserved_tokens", marks);
        return parameters;
    }

    /** Each token at once. */
    private static Said each(LlamaIterator answer, Pieces pieces, BooleanSupplier cancelled) throws IOException {
        StringBuilder text = new StringBuilder();
        int said = 0;
        boolean stopped = false;
        while (answer.hasNext() && !stopped) {
            String piece = answer.next().text;
            if (!piece.isEmpty()) {
                said++;
                text.append(piece);
                pieces.piece(piece);
            }
            stopped = answer.hasNext() && cancelled.getAsBoolean();
        }
        if (stopped) {
            answer.cancel();
        }
        return new Said(text.toString(), said, stopped);
    }

    /**
     * Makes the slot forget. The server remembers a prompt for the next turn of its slot only if it was allowed to reuse
     * the one before, so the first character takes the place of what others left there, and the rest goes on from it.
     */
    private void clear(Generate ask) {
        model.complete(parameters(ask, prompt(ask, 1), 0, false));
        held.put(ask.slot(), "");
    }

    private boolean read(Generate ask, int tokens, BooleanSupplier cancelled) throws IOException {
        if (!ask.keep()) {
            clear(ask);
        }
        Portions portions = new Portions(ask, tokens);
        return portions.isDone() || rounds.read(ask, portions, cancelled);
    }

    /**
     * Reads what its slot does not hold yet in portions, each of which finds the ones before it there. An answer that
     * waits behind one portion does not wait behind a whole prompt.
     */
    private final class Portions implements Rounds.Reading {
        private final Generate ask;
        private final int from;
        private final int count;
        private int read;

        Portions(Generate ask, int tokens) {
            this.ask = ask;
            int length = ask.prompt().length();
            this.from = common(held.getOrDefault(ask.slot(), ""), ask.prompt());
            long rest = (long) tokens * (length - from) / Math.max(1, length);
            this.count = (int) ((rest + portion - 1) / portion);
        }

        @Override
        public boolean isDone() {
            return read >= count;
        }

        @Override
        public String next() {
            return prompt(ask, from + (int) ((long) (ask.prompt().length() - from) * (read + 1) / count));
        }

        @Override
        public void done() {
            held.put(ask.slot(), next());
            read++;
        }
    }

    /** What the library does inside {@code complete}, in two parts: so one thread can ask for several things at once. */
    private final class Library implements Rounds.Library {
        private final Method request = method("requestCompletion", String.class);
        private final Method receive = method("receiveCompletion", int.class);

        @Override
        public int ask(Generate ask, String text, int most) {
            return (Integer)
                    call(request, marked(parameters(ask, text, most, true)).toString());
        }

        @Override
        public String result(int number) {
            return ((LlamaOutput) call(receive, number)).text;
        }

        private Object call(Method method, Object argument) {
            try {
                return method.invoke(model, argument);
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof RuntimeException said ? said : new IllegalStateException(e.getCause());
            } catch (IllegalAccessException e) {
                throw otherVersion(e);
            }
        }

        private static Method method(String name, Class<?> argument) {
            try {
                Method method = LlamaModel.class.getDeclaredMethod(name, argument);
                method.setAccessible(true);
                return method;
            } catch (NoSuchMethodException e) {
                throw otherVersion(e);
            }
        }
    }

    private static LinkageError otherVersion(Exception why) {
        return new LinkageError("de.kherud:llama is another version than the one this was made for", why);
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
            throw otherVersion(e);
        }
    }

    @Override
    public void close() {
        rounds.close();
        model.close();
    }
}

package dev.agentos.testkit.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelProvider.Turn;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.Sampling;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tools on a real GGUF file of random weights, in the real worker: only a grammar can make it call anything. */
@Timeout(180)
class GgufToolsRunTest {

    /** llama.cpp knows templates of this kind by the tag. */
    private static final String KNOWS_TOOLS = """
            {%- if tools %}{{- '<|im_start|>system\\n<tool_call> of:' }}{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}\
            {{- '<|im_end|>\\n' }}{%- endif %}{%- for message in messages %}\
            {{- '<|im_start|>' + message.role + '\\n' + (message.content or '') + '<|im_end|>\\n' }}{%- endfor %}\
            {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}""";

    private static final List<ToolSpec> TOOLS = List.of(
            new ToolSpec(
                    "weather",
                    "What the weather is",
                    Map.of(
                            "type",
                            "object",
                            "properties",
                            Map.of("city", Map.of("type", "string", "enum", List.of("Oslo", "Rome"))),
                            "required",
                            List.of("city"))),
            new ToolSpec("time", "What time it is", Map.of("type", "object", "additionalProperties", false)));

    private static Path home;

    @BeforeAll
    static void layOut(@TempDir Path folder) throws IOException {
        Path built = Path.of("../model-worker/target").toAbsolutePath().normalize();
        assumeTrue(Files.isDirectory(built), "the model worker is not built");
        Path jar;
        try (var files = Files.list(built)) {
            jar = files.filter(file -> file.getFileName().toString().matches("agentos-model-worker-[0-9.]+\\.jar"))
                    .findFirst()
                    .orElse(built.resolve("none"));
        }
        assumeTrue(Files.exists(jar), "the model worker is not packaged");
        assumeTrue(Files.exists(Path.of("/usr/lib/x86_64-linux-gnu/libgomp.so.1")), "llama.cpp needs libgomp.so.1");
        home = folder;
        Path worker = Files.createDirectories(folder.resolve("worker"));
        Files.createSymbolicLink(worker.resolve("model-worker.jar"), jar);
        Files.createSymbolicLink(worker.resolve("lib"), built.resolve("lib"));
        Files.createSymbolicLink(worker.resolve("model"), built.resolve("model"));
    }

    private static ModelRequest request(ToolChoice choice) {
        return ModelRequest.chat("bench", List.of(ModelMessage.user("Rain in Oslo?")))
                .withTools(TOOLS, choice)
                .withSampling(Sampling.DEFAULT.withMaxTokens(200));
    }

    private static void asks(PlainWorker worker) throws Exception {
        ModelReply named =
                worker.provider().generate(request(new ToolChoice.Named("weather")), _ -> {}, Turn.UNDISTURBED);
        assertEquals(Finish.TOOLS, named.finish(), named::toString);
        assertEquals("weather", named.toolCalls().getFirst().name());
        assertTrue(
                List.of("{\"city\":\"Oslo\"}", "{\"city\":\"Rome\"}")
                        .contains(named.toolCalls().getFirst().arguments()),
                named::toString);
        ModelReply required = worker.provider().generate(request(new ToolChoice.Required()), _ -> {}, Turn.UNDISTURBED);
        assertEquals(Finish.TOOLS, required.finish(), required::toString);
        ModelReply free = worker.provider().generate(request(new ToolChoice.Auto()), _ -> {}, Turn.UNDISTURBED);
        assertEquals(List.of(), free.toolCalls());
        assertTrue(free.usage().completion() > 0, free::toString);
    }

    @Test
    void aModelWhoseTemplateKnowsNoToolsCallsThem() throws Exception {
        try (PlainWorker worker = PlainWorker.start(home, TinyLlama.TEST, 2, 2_048, 64)) {
            asks(worker);
        }
    }

    @Test
    void aTemplateThatKnowsToolsWritesThemItself() throws Exception {
        try (PlainWorker worker =
                PlainWorker.start(home, file -> TinyLlama.TEST.write(file, KNOWS_TOOLS), 2, 2_048, 64)) {
            asks(worker);
            // The model's vocabulary is single characters: the block in words would be longer.
            long own = worker.provider().count(request(new ToolChoice.Auto()));
            try (PlainWorker other = PlainWorker.start(home, TinyLlama.TEST, 2, 2_048, 64)) {
                long ours = other.provider().count(request(new ToolChoice.Auto()));
                assertTrue(own < ours, own + " against " + ours);
            }
        }
    }
}

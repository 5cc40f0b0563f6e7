package dev.agentos.agentd.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.worker.GenerateCodec;
import dev.agentos.bridge.worker.GenerateFrame;
import dev.agentos.bridge.worker.GenerateFrame.Converse;
import dev.agentos.bridge.worker.GenerateFrame.Count;
import dev.agentos.bridge.worker.GenerateFrame.Counted;
import dev.agentos.bridge.worker.GenerateFrame.Ended;
import dev.agentos.bridge.worker.GenerateFrame.Failed;
import dev.agentos.bridge.worker.GenerateFrame.Generate;
import dev.agentos.bridge.worker.GenerateFrame.How;
import dev.agentos.bridge.worker.GenerateFrame.Piece;
import dev.agentos.bridge.worker.GenerateFrame.Ready;
import dev.agentos.bridge.worker.GenerateFrame.Template;
import dev.agentos.bridge.worker.GenerateFrame.Templated;
import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelMessage;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelProvider.Turn;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelReply.Finish;
import dev.agentos.domain.model.ModelRequest;
import dev.agentos.domain.model.ModelRequest.ToolChoice;
import dev.agentos.domain.model.ModelRequest.ToolSpec;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tools on GGUF models, with a worker whose pieces are written down beforehand. */
@Timeout(30)
class GgufToolsTest {

    private static final List<ToolSpec> TOOLS = List.of(new ToolSpec(
            "weather",
            "What the weather is",
            Map.of("type", "object", "properties", Map.of("city", Map.of("type", "string")))));

    private final List<GenerateFrame> heard = new CopyOnWriteArrayList<>();
    private final Path folder;
    private final GgufProvider provider;
    private volatile List<String> script = List.of();
    private volatile How how = How.STOP;
    private volatile boolean knowsTools;

    GgufToolsTest(@TempDir Path folder) {
        this.folder = folder;
        this.provider = new GgufProvider(
                "gguf",
                new GgufHost(
                        new GgufHost.Settings(Path.of("/m.gguf"), "d", 2, 4_096, 1, 64),
                        (_, number) -> start(this.folder.resolve("w" + number))));
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private SocketChannel start(Path socket) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().start(() -> {
            try (listening;
                    SocketChannel worker = listening.accept()) {
                GenerateCodec.write(worker, new Ready(4_096, 2, "d"));
                for (Optional<GenerateFrame> frame = GenerateCodec.read(worker);
                        frame.isPresent();
                        frame = GenerateCodec.read(worker)) {
                    heard.add(frame.get());
                    answer(worker, frame.get());
                }
            } catch (IOException e) {
                System.getLogger(GgufToolsTest.class.getName()).log(System.Logger.Level.DEBUG, "it ended", e);
            }
        });
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private void answer(SocketChannel worker, GenerateFrame frame) throws IOException {
        switch (frame) {
            case Template template ->
                GenerateCodec.write(worker, new Templated(template.id(), "plain:" + template.messages()));
            case Converse converse ->
                GenerateCodec.write(
                        worker,
                        knowsTools
                                ? new Templated(converse.id(), "own:" + converse.messages() + converse.tools())
                                : new Failed(converse.id(), "it knows no tools"));
            case Count count ->
                GenerateCodec.write(worker, new Counted(count.id(), count.text().length()));
            case Generate ask -> {
                for (String piece : script) {
                    GenerateCodec.write(worker, new Piece(ask.id(), piece));
                }
                GenerateCodec.write(worker, new Ended(ask.id(), how, 10, script.size()));
            }
            default -> {}
        }
    }

    private static ModelRequest request(ToolChoice choice) {
        return ModelRequest.chat("m", List.of(ModelMessage.user("Rain in Oslo?")))
                .withTools(TOOLS, choice);
    }

    private final List<ModelChunk> given = new ArrayList<>();

    private ModelReply ask(ModelRequest request, String... pieces) throws Exception {
        script = List.of(pieces);
        given.clear();
        return provider.generate(request, given::add, Turn.UNDISTURBED);
    }

    private String prompt() {
        return heard.stream()
                .filter(Generate.class::isInstance)
                .map(frame -> ((Generate) frame).prompt())
                .reduce("", (_, last) -> last);
    }

    @Test
    void aCallIsGivenOnAsOneAndTheAnswerEndsForIt() throws Exception {
        ModelReply reply = ask(
                request(new ToolChoice.Auto()),
                "I look. ",
                "<tool",
                "_call>{\"name\": \"weather\", \"argu",
                "ments\": {\"city\": \"Oslo\"}}</tool_call>");
        assertEquals(Finish.TOOLS, reply.finish());
        assertEquals("I look.", reply.text());
        ToolCall call = reply.toolCalls().getFirst();
        assertEquals("weather {\"city\":\"Oslo\"}", call.name() + " " + call.arguments());
        assertTrue(call.id().matches("call_[0-9a-f]{12}_0"), call.id());
        assertEquals(2, given.size());
        assertTrue(prompt().startsWith("plain:") && prompt().contains("<tools>"), prompt());
    }

    @Test
    void garbageIsText() throws Exception {
        ModelReply reply = ask(request(new ToolChoice.Auto()), "<tool_call>", "{\"name\": \"rm\"", "}</tool_call>");
        assertEquals(Finish.STOP, reply.finish());
        assertEquals("<tool_call>{\"name\": \"rm\"}</tool_call>", reply.text());
        assertEquals(List.of(), reply.toolCalls());
        how = How.LENGTH;
        ModelReply half = ask(request(new ToolChoice.Auto()), "{\"name\": \"wea");
        assertEquals(Finish.LENGTH, half.finish());
        assertEquals("{\"name\": \"wea", half.text());
        // Without tools nothing is looked for, and nothing held back.
        ModelReply plain = ask(ModelRequest.chat("m", List.of(ModelMessage.user("x"))), "{\"name\"", ": \"weather\"}");
        assertEquals("{\"name\": \"weather\"}", plain.text());
        assertEquals(2, given.size());
    }

    @Test
    void theModelsOwnTemplateIsUsedWhereItKnowsTools() throws Exception {
        knowsTools = true;
        ModelRequest first = request(new ToolChoice.Auto());
        List<ModelMessage> messages = new ArrayList<>(first.messages());
        messages.add(ModelMessage.assistant("", List.of(new ToolCall("c1", "weather", "{\"city\":\"Oslo\"}"))));
        messages.add(ModelMessage.tool("c1", "weather", "rain"));
        ask(ModelRequest.chat("m", messages).withTools(TOOLS, new ToolChoice.Auto()), "It rains.");
        assertTrue(prompt().startsWith("own:"), prompt());
        assertTrue(prompt().contains("\"tool_call_id\":\"c1\""), prompt());
        assertTrue(prompt().contains("\"description\":\"What the weather is\""), prompt());
        assertFalse(prompt().contains("<tools>"), prompt());
    }

    @Test
    void whoMustCallAToolIsHeldToItByAGrammar() throws Exception {
        ask(request(new ToolChoice.Required()), "{\"name\":\"weather\",\"arguments\":{}}");
        Generate ask = (Generate)
                heard.stream().filter(Generate.class::isInstance).findFirst().orElseThrow();
        assertTrue(ask.schema().contains("\"const\":\"weather\""), ask.schema());
        ask(request(new ToolChoice.Auto()), "no");
        assertEquals("", ((Generate) heard.getLast()).schema());
    }

    @Test
    void anInterruptedAnswerGoesOnFromTheTextThatWasGivenAndNeverFromHalfACall() throws Exception {
        how = How.CANCELLED;
        ModelReply reply = ask(request(new ToolChoice.Auto()), "I look. <tool_call>{\"na");
        assertEquals(Finish.YIELDED, reply.finish());
        assertEquals("I look.", reply.text());
        how = How.STOP;
        ModelReply rest = ask(
                request(new ToolChoice.Auto()).resumedFrom(reply.text()),
                "\n<tool_call>{\"name\": \"weather\"}</tool_call>");
        assertTrue(prompt().endsWith("I look."), prompt());
        assertEquals(Finish.TOOLS, rest.finish());
        assertEquals("", rest.text());
        // Calls that are whole are an answer.
        how = How.CANCELLED;
        assertEquals(
                Finish.TOOLS,
                ask(request(new ToolChoice.Auto()), "<tool_call>{\"name\": \"weather\"}</tool_call>\n<tool")
                        .finish());
    }
}

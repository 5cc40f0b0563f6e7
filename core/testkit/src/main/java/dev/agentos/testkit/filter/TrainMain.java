package dev.agentos.testkit.filter;

import dev.agentos.agentd.filter.ShippedModel;
import dev.agentos.domain.filter.FilterModel;
import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./agentos train filter --data FILE}: makes the content filter's weights from labelled texts. */
@Command(
        name = "./agentos train",
        description =
                "Makes the weights that are part of a release from labelled texts. The same file and seed give the"
                        + " same weights.",
        exitCodeOnExecutionException = 3,
        footer = {
            "",
            "Lines of the file: {\"id\", \"source\", \"label\": \"attack\"|\"benign\", \"channel\":"
                    + " \"user\"|\"tool_output\"|\"document\"|\"tool_description\", \"group\", \"text\"}",
            "",
            "Example: ./agentos train filter --data ../shared/data/injection/dev.jsonl"
        })
public final class TrainMain implements Callable<Integer> {

    static final long SEED = 7;

    @Parameters(paramLabel = "NAME", description = "What to train: filter.")
    private String name = "";

    @Option(
            names = "--data",
            paramLabel = "FILE",
            required = true,
            description = "Labelled texts, one JSON object a line.")
    private Path data = Path.of("");

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where the weights go; usually into the sources of agentd.")
    private Optional<Path> out = Optional.empty();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This text.")
    boolean help;

    private TrainMain() {}

    /** Trains and writes the file. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new TrainMain()).execute(arguments));
    }

    /** The folder with the model worker, and the file that keeps its vectors. */
    static CachedVectors vectors(Path home) throws IOException {
        Path root = Path.of(System.getProperty("agentos.root", "."));
        return new CachedVectors(home.resolve("worker"), root.resolve("target/filter-vectors.bin"));
    }

    /** Digest of the texts that a model was learned from; the end of its version. */
    static String version(Path data) throws IOException {
        return "1-" + Digests.sha256Hex(Files.readString(data)).substring(0, 12);
    }

    @Override
    public Integer call() throws IOException {
        if (!name.equals("filter")) {
            System.err.println(
                    "train: there is nothing called " + name + " to train\n  → ./agentos train filter --data FILE");
            return 2;
        }
        Path root = Path.of(System.getProperty("agentos.root", "."));
        Path target = out.orElse(
                root.resolve("core/agentd/src/main/resources/dev/agentos/agentd/filter/" + ShippedModel.FILE));
        List<LabelledText> texts = LabelledText.read(data).stream()
                .filter(text -> !text.ambiguous())
                .toList();
        FilterModel model;
        try (CachedVectors vectors = vectors(Path.of(System.getProperty("agentos.home", ".")))) {
            if (!vectors.isAvailable()) {
                System.err.println("train: there is no model worker to make sentence vectors\n  → ./agentos build");
                return 3;
            }
            model = Fitting.fit(Sample.of(texts, Optional.of(vectors)), version(data), SEED);
        }
        byte[] file = model.toBytes();
        Files.createDirectories(target.toAbsolutePath().getParent());
        Files.write(target, file);
        System.out.printf(
                "%s: version %s, %d bytes, sha256 %s, learned from %d texts%n",
                target, model.version(), file.length, Digests.sha256Hex(file), texts.size());
        return 0;
    }
}

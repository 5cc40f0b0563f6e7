package dev.agentos.testkit.prove;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The mutation score of the packages that decide, from the report of a mutation run over this very source tree. A report
 * that is older than a source it is about does not count.
 */
final class MutationScore {

    private static final Pattern MUTATION = Pattern.compile("<mutation detected='(true|false)' status='([A-Z_]+)'");

    private MutationScore() {}

    /** In percent; empty where there is no source tree, or no report that is newer than it. */
    static OptionalDouble read() throws IOException {
        return read(Path.of(System.getProperty("agentos.root", "")).toAbsolutePath());
    }

    static OptionalDouble read(Path root) throws IOException {
        Path report = root.resolve("core/domain/target/pit-reports/mutations.xml");
        if (!Files.isReadable(report)) {
            return OptionalDouble.empty();
        }
        FileTime made = Files.getLastModifiedTime(report);
        for (String name : List.of("policy", "consent", "audit")) {
            Path sources = root.resolve("core/domain/src/main/java/dev/agentos/domain/" + name);
            Optional<Path> newer = newer(sources, made);
            if (newer.isPresent()) {
                return OptionalDouble.empty();
            }
        }
        long all = 0;
        long detected = 0;
        Matcher mutation = MUTATION.matcher(Files.readString(report));
        while (mutation.find()) {
            all++;
            detected += mutation.group(1).equals("true") ? 1 : 0;
        }
        return all == 0 ? OptionalDouble.empty() : OptionalDouble.of(100.0 * detected / all);
    }

    private static Optional<Path> newer(Path folder, FileTime than) throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
        for (Path source : sources) {
            if (Files.getLastModifiedTime(source).compareTo(than) > 0) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }
}

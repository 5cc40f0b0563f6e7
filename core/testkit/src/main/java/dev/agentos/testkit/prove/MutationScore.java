package dev.agentos.testkit.prove;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The mutation score of the packages that decide, from the report of a mutation run over this very source tree. A report
 * that is older than a source or a test it is about does not count; then the run is made, which takes minutes.
 */
final class MutationScore {

    private static final List<String> PACKAGES = List.of("policy", "consent", "audit");
    private static final String REPORT = "core/domain/target/pit-reports/mutations.xml";
    private static final long LIMIT_MINUTES = 60;

    private static final Pattern MUTATION = Pattern.compile(
            "<mutation detected='(true|false)' status='[A-Z_]+'.*?<mutatedClass>dev\\.agentos\\.domain\\.([a-z]+)\\.",
            Pattern.DOTALL);

    private MutationScore() {}

    /** What became of the question. */
    sealed interface Outcome {
        /**
         * @param percent of all mutants that a test notices
         * @param byPackage the same for each package
         */
        record Score(double percent, Map<String, Double> byPackage, long mutants, Duration age) implements Outcome {}

        /** There is none. */
        record Missing(String why) implements Outcome {}
    }

    /** Reads the report of this checkout; makes it first where there is none that counts. */
    static Outcome of(Path root) throws IOException, InterruptedException {
        if (!Files.isExecutable(root.resolve("mvnw")) || !Files.isDirectory(root.resolve("core/domain/src"))) {
            return new Outcome.Missing(
                    "there is no source tree at " + root + "; run ./agentos prove policy in a checkout");
        }
        Outcome first = read(root);
        if (first instanceof Outcome.Score) {
            return first;
        }
        System.err.println("prove policy: mutating policy, consent and audit, which takes some minutes …");
        int exit = run(root);
        return exit == 0 ? read(root) : new Outcome.Missing("the mutation run ended with " + exit + ", see above");
    }

    private static int run(Path root) throws IOException, InterruptedException {
        Process maven = new ProcessBuilder(
                        root.resolve("mvnw").toString(),
                        "-q",
                        "-B",
                        "-P",
                        "mutation",
                        "-pl",
                        "core/domain",
                        "test-compile",
                        "org.pitest:pitest-maven:mutationCoverage")
                .directory(root.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/stderr"))
                .start();
        if (!maven.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            maven.destroy();
            return -1;
        }
        return maven.exitValue();
    }

    static Outcome read(Path root) throws IOException {
        Path report = root.resolve(REPORT);
        if (!Files.isReadable(report)) {
            return new Outcome.Missing("no report of this source tree");
        }
        FileTime made = Files.getLastModifiedTime(report);
        for (String name : PACKAGES) {
            for (String kind : List.of("main", "test")) {
                Optional<Path> newer =
                        newer(root.resolve("core/domain/src/" + kind + "/java/dev/agentos/domain/" + name), made);
                if (newer.isPresent()) {
                    return new Outcome.Missing("the report is older than " + root.relativize(newer.get()));
                }
            }
        }
        return score(Files.readString(report), Duration.between(made.toInstant(), Instant.now()));
    }

    static Outcome score(String report, Duration age) {
        Map<String, long[]> counts = new TreeMap<>();
        Matcher mutation = MUTATION.matcher(report);
        while (mutation.find()) {
            long[] count = counts.computeIfAbsent(mutation.group(2), _ -> new long[2]);
            count[0]++;
            count[1] += mutation.group(1).equals("true") ? 1 : 0;
        }
        for (String name : PACKAGES) {
            if (!counts.containsKey(name)) {
                return new Outcome.Missing("the report says nothing about " + name);
            }
        }
        long all = counts.values().stream().mapToLong(count -> count[0]).sum();
        long detected = counts.values().stream().mapToLong(count -> count[1]).sum();
        Map<String, Double> byPackage = new TreeMap<>();
        counts.forEach((name, count) -> byPackage.put(name, 100.0 * count[1] / count[0]));
        return new Outcome.Score(100.0 * detected / all, byPackage, all, age);
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

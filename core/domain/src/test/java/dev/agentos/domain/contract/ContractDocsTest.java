package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/contract.md has every field and every code, and none that does not exist. */
class ContractDocsTest {
    private static final String DOCS = Contracts.read(Contracts.root().resolve("docs/contract.md"));
    private static final Path SOURCES =
            Contracts.root().resolve("core/domain/src/main/java/dev/agentos/domain/contract");

    /** Words with a hyphen in the sources that are values or examples, not codes. */
    private static final Set<String> NOT_CODES = Set.of("on-prem", "on-failure", "my-agent");

    @Test
    void everyFieldIsDocumented() {
        List<String> missing = new ArrayList<>();
        for (Map.Entry<String, List<String>> section : ContractKeys.all().entrySet()) {
            for (String key : section.getValue()) {
                String path = section.getKey().isEmpty() ? key : section.getKey() + "." + key;
                boolean isSection = ContractKeys.all().containsKey(path);
                if (!isSection && !DOCS.contains("| `" + path + "` |")) {
                    missing.add(path);
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void theCodesInTheTableAreThoseInTheSources() throws IOException {
        Set<String> documented = new TreeSet<>();
        String table = DOCS.substring(DOCS.indexOf("| code |"), DOCS.indexOf("The schema states"));
        table.lines()
                .skip(2)
                .forEach(line -> documented.addAll(
                        matches("`([a-z-]+)`", line.split("\\|", -1).length > 1 ? line.split("\\|", -1)[1] : "")));

        Set<String> used = new TreeSet<>(Set.of("empty", "migrated"));
        try (Stream<Path> files = Files.list(SOURCES)) {
            files.forEach(file -> used.addAll(matches("\"([a-z]+(?:-[a-z]+)+)\"", Contracts.read(file))));
        }
        used.removeAll(NOT_CODES);
        assertTrue(used.size() > 25, "the sources were read: " + used);
        assertEquals(used, documented);
    }

    private static List<String> matches(String pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}

package dev.agentos.testkit.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutationScoreTest {

    private static String mutation(boolean detected, String status, String type) {
        return "<mutation detected='" + detected + "' status='" + status + "' numberOfTestsRun='1'><sourceFile>X.java"
                + "</sourceFile>\n<mutatedClass>dev.agentos.domain." + type + "</mutatedClass></mutation>\n";
    }

    private static final String REPORT = "<mutations>\n" + mutation(true, "KILLED", "policy.Policy")
            + mutation(false, "SURVIVED", "policy.Policy$Rules") + mutation(true, "TIMED_OUT", "consent.Ask")
            + mutation(false, "NO_COVERAGE", "audit.Chain") + "</mutations>";

    @Test
    void theScoreIsOfAllMutantsAndOfEachPackage() {
        assertEquals(
                new MutationScore.Outcome.Score(
                        50, Map.of("audit", 0.0, "consent", 100.0, "policy", 50.0), 4, Duration.ZERO),
                MutationScore.score(REPORT, Duration.ZERO));
    }

    @Test
    void aReportThatLeavesAPackageOutIsNone() {
        assertEquals(
                new MutationScore.Outcome.Missing("the report says nothing about consent"),
                MutationScore.score(
                        mutation(true, "KILLED", "policy.Policy") + mutation(true, "KILLED", "audit.Chain"),
                        Duration.ZERO));
    }

    @Test
    void aReportThatIsOlderThanASourceOrATestIsNone(@TempDir Path root) throws Exception {
        assertEquals(new MutationScore.Outcome.Missing("no report of this source tree"), MutationScore.read(root));
        Path report = root.resolve("core/domain/target/pit-reports/mutations.xml");
        Files.createDirectories(report.getParent());
        Files.writeString(report, REPORT);
        Path last = root;
        for (String kind : List.of("main", "test")) {
            for (String name : List.of("policy", "consent", "audit")) {
                Path folder = Files.createDirectories(
                        root.resolve("core/domain/src/" + kind + "/java/dev/agentos/domain/" + name));
                last = Files.writeString(folder.resolve("A.java"), "");
                Files.setLastModifiedTime(last, FileTime.from(Instant.EPOCH));
            }
        }
        assertInstanceOf(MutationScore.Outcome.Score.class, MutationScore.read(root));
        Files.setLastModifiedTime(last, FileTime.from(Instant.now().plusSeconds(60)));
        assertEquals(
                new MutationScore.Outcome.Missing(
                        "the report is older than core/domain/src/test/java/dev/agentos/domain/audit/A.java"),
                MutationScore.read(root));
    }

    @Test
    void whereThereIsNoSourceTreeNothingIsRunAndNoScoreIsMadeUp(@TempDir Path root) throws Exception {
        assertInstanceOf(MutationScore.Outcome.Missing.class, MutationScore.of(root));
    }
}

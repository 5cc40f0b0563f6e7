package dev.agentos.testkit.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;

/** The compiled project as the rules see it, tests left out. */
final class Project {

    static final String DOMAIN = "dev.agentos.domain..";
    static final String KERNEL = "dev.agentos.kernel..";
    static final String BRIDGE = "dev.agentos.bridge..";
    static final String AGENTD = "dev.agentos.agentd..";
    static final String WORKER = "dev.agentos.worker..";
    static final String TUI = "dev.agentos.tui..";
    static final String CENTER = "dev.agentos.center..";
    static final String TESTKIT = "dev.agentos.testkit..";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.agentos");

    private Project() {}

    /** Checks a rule on the classes of some packages, and first that there are that many: a rule that sees none holds. */
    static void check(ArchRule rule, int atLeast, String... packages) {
        int seen = count(packages);
        if (seen < atLeast) {
            throw new AssertionError(
                    "the rule saw " + seen + " classes in " + String.join(", ", packages) + ", not " + atLeast);
        }
        rule.check(CLASSES);
    }

    static int count(String... packages) {
        return (int) CLASSES.stream()
                .filter(type -> com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(packages)
                        .test(type))
                .count();
    }

    static JavaClasses classes() {
        return CLASSES;
    }

    static Path root() {
        return Path.of(System.getProperty("agentos.root", "../.."))
                .toAbsolutePath()
                .normalize();
    }
}

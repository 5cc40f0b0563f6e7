package dev.agentos.testkit.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.agentos.testkit.architecture.Project.AGENTD;
import static dev.agentos.testkit.architecture.Project.BRIDGE;
import static dev.agentos.testkit.architecture.Project.CENTER;
import static dev.agentos.testkit.architecture.Project.DOMAIN;
import static dev.agentos.testkit.architecture.Project.KERNEL;
import static dev.agentos.testkit.architecture.Project.TESTKIT;
import static dev.agentos.testkit.architecture.Project.TUI;
import static dev.agentos.testkit.architecture.Project.WORKER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaPackage;
import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdMain;
import dev.agentos.agentd.telemetry.Sampler;
import dev.agentos.center.ui.UiThread;
import dev.agentos.domain.contract.ContractSchema;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.TimeSource;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javafx.application.Platform;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of the house. Each says why, and each makes sure that there was something to look at. */
class HouseRulesTest {

    // ------------------------------------------------------------------ the rules inside

    @Test
    void theDomainDependsOnTheJdkAloneAndItsContractReaderOnYaml() {
        Project.check(
                classes()
                        .that()
                        .resideInAPackage(DOMAIN)
                        .and()
                        .resideOutsideOfPackage("dev.agentos.domain.contract..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(DOMAIN, "java..", "org.jspecify.annotations..")
                        .because("the rules must be testable in milliseconds and readable without any framework"),
                100,
                DOMAIN);
        Project.check(
                classes()
                        .that()
                        .resideInAPackage("dev.agentos.domain.contract..")
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(DOMAIN, "java..", "org.jspecify.annotations..", "org.snakeyaml..")
                        .because(
                                "a contract's line and column come from the YAML engine's marks, and from nothing else"),
                20,
                "dev.agentos.domain.contract..");
    }

    @Test
    void theDomainTouchesNoFileNoNetworkAndNoDatabase() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(DOMAIN)
                        .and()
                        // Reads its own resource, the published schema, out of its own jar.
                        .areNotAssignableTo(ContractSchema.class)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(
                                "java.io..",
                                "java.nio.file..",
                                "java.nio.channels..",
                                "java.net..",
                                "java.sql..",
                                "java.lang.foreign..",
                                "javax.."))
                        .because("a decision that reads the world cannot be replayed, enumerated or proven"),
                100,
                DOMAIN);
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(DOMAIN)
                        .and()
                        // A port may say that its answer comes later.
                        .resideOutsideOfPackage("dev.agentos.domain.port..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("java.util.concurrent..")
                        .because("a rule has its answer at once"),
                100,
                DOMAIN);
    }

    @Test
    void theDomainHasNoThreadsAndNoClockOfItsOwn() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(DOMAIN)
                        .should()
                        .dependOnClassesThat()
                        .areAssignableTo(Thread.class)
                        .because("concurrency belongs to the adapters; the rules are functions"),
                100,
                DOMAIN);
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(DOMAIN)
                        .and(not(nameMatching(TimeSource.class.getName().replace(".", "\\.") + "(\\$\\d+)?")))
                        .should()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(Instant.class, "now")
                        .because("time comes through the TimeSource port, so that tests move it by hand"),
                100,
                DOMAIN);
    }

    @Test
    void theExceptionForTheClockIsTheOnlyOneAndIsUsed() {
        Set<String> clocks = Project.classes().stream()
                .filter(resideInAPackage(DOMAIN))
                .filter(type -> type.getMethodCallsFromSelf().stream()
                        .anyMatch(call -> call.getTargetOwner().isEquivalentTo(Instant.class)
                                && call.getName().equals("now")))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(1, clocks.size(), clocks.toString());
        assertTrue(clocks.iterator().next().startsWith(TimeSource.class.getName()));
    }

    // ------------------------------------------------------------------ the arrows

    private static void onlyDependsInside(String from, int atLeast, String... on) {
        String[] allowed = new String[on.length + 1];
        allowed[0] = from;
        System.arraycopy(on, 0, allowed, 1, on.length);
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(from)
                        .should()
                        .dependOnClassesThat(resideInAPackage("dev.agentos..")
                                .and(not(resideInAnyPackage(allowed)))
                                .as("another module than " + String.join(", ", on)))
                        .because("what the drawing of the house does not show is forbidden"),
                atLeast,
                from);
    }

    @Test
    void theArrowsAreThoseOfTheHouse() {
        onlyDependsInside(DOMAIN, 100);
        onlyDependsInside(KERNEL, 5, DOMAIN);
        onlyDependsInside(BRIDGE, 30, DOMAIN);
        onlyDependsInside(AGENTD, 60, DOMAIN, BRIDGE, KERNEL);
        onlyDependsInside(WORKER, 5, DOMAIN, BRIDGE);
        onlyDependsInside(TUI, 1, DOMAIN, BRIDGE, "dev.agentos.themes..");
        // Benches paint with what a face paints with, so its colours come along.
        onlyDependsInside(TESTKIT, 3, DOMAIN, BRIDGE, KERNEL, AGENTD, WORKER, TUI, CENTER, "dev.agentos.themes..");
        onlyDependsInside(CENTER, 20, DOMAIN, BRIDGE, "dev.agentos.themes..");
    }

    @Test
    void bothFacesShareABridgeWithoutAnyToolkit() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAnyPackage(BRIDGE, DOMAIN)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(
                                "javafx..",
                                "java.awt..",
                                "javax.swing..",
                                "com.googlecode.lanterna..",
                                "org.jline..",
                                "picocli.."))
                        .because("the window and the terminal show the same view models, tested once without either"),
                130,
                BRIDGE,
                DOMAIN);
    }

    @Test
    void oneDoorLeadsToTheUiThread() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(CENTER)
                        .and()
                        .areNotAssignableTo(UiThread.class)
                        .should()
                        .callMethod(Platform.class, "runLater", Runnable.class)
                        .because("work that reaches the window by many ways cannot be ordered or throttled"),
                20,
                CENTER);
    }

    @Test
    void screensNeverTalkToASocketOrAProcess() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAnyPackage("dev.agentos.center.screen..", "dev.agentos.center.shell..")
                        .should()
                        .dependOnClassesThat(resideInAnyPackage("java.nio.channels..", "dev.agentos.center.live.."))
                        .orShould()
                        .dependOnClassesThat()
                        .areAssignableTo(ProcessBuilder.class)
                        .because("a screen is a function of state: what it shows was read in the background"),
                8,
                "dev.agentos.center.screen..",
                "dev.agentos.center.shell..");
    }

    @Test
    void viewModelsDoNoInputAndOutput() {
        String view = "dev.agentos.bridge.view..";
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(view)
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(
                                        "java.io..",
                                        "java.net..",
                                        "java.nio.file..",
                                        "java.nio.channels..",
                                        "java.sql..",
                                        "java.util.concurrent..",
                                        "dev.agentos.bridge.client..")
                                // What the client tells about its connection is data: lost, and back.
                                .and(not(nameMatching(".*\\.EventStream\\$Signal.*")))
                                .as("do input and output"))
                        .because(
                                "a screen is a function of state: a reducer that reads the world cannot be tested as one"),
                1,
                view);
    }

    @Test
    void onlyKernelSupportSpeaksToNativeCode() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.agentos..")
                        .and()
                        .resideOutsideOfPackage(KERNEL)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("java.lang.foreign..")
                        .because("memory that Java does not guard is fenced to one module"),
                200,
                "dev.agentos..");
    }

    // ------------------------------------------------------------------ agentd

    @Test
    void adaptersAreReachedThroughTheirPorts() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(AGENTD)
                        .and()
                        // Puts the service together: somebody has to name the parts.
                        .areNotAssignableTo(Agentd.class)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(KERNEL)
                        .because("the service must run over any sandbox, and its tests run over the fake"),
                60,
                AGENTD);
        Project.check(
                noClasses()
                        .that()
                        .resideInAnyPackage(
                                "dev.agentos.agentd.agents..",
                                "dev.agentos.agentd.tools..",
                                "dev.agentos.agentd.consent..",
                                "dev.agentos.agentd.worker..",
                                "dev.agentos.agentd.machine..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "dev.agentos.agentd.journal..",
                                "dev.agentos.agentd.http..",
                                "java.sql..",
                                "org.sqlite..",
                                "org.eclipse.jetty..")
                        .because("what decides and acts knows the Journal port, not the database or the door"),
                30,
                "dev.agentos.agentd.agents..",
                "dev.agentos.agentd.tools..",
                "dev.agentos.agentd.consent..");
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.agentos..")
                        .and()
                        .resideOutsideOfPackages("dev.agentos.agentd.http..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.eclipse.jetty..")
                        .because("the web server is one adapter, and could be another"),
                200,
                "dev.agentos..");
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage(AGENTD)
                        .and()
                        .resideOutsideOfPackages("dev.agentos.agentd.journal..", "dev.agentos.agentd.telemetry..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("java.sql..", "org.sqlite..")
                        .because("one package writes the journal, one the measurements; nobody else opens a database"),
                60,
                AGENTD);
    }

    @Test
    void theServiceWritesToItsLogAndNotToTheTerminal() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAnyPackage(AGENTD, DOMAIN, BRIDGE, KERNEL)
                        .and()
                        // The program itself: its first line, its usage and its exit belong to the terminal.
                        .areNotAssignableTo(AgentdMain.class)
                        .should()
                        .accessField(System.class, "out")
                        .orShould()
                        .accessField(System.class, "err")
                        .because("a service has no terminal; log once, at the edge"),
                200,
                AGENTD,
                DOMAIN,
                BRIDGE,
                KERNEL);
    }

    @Test
    void onlyProgramsEndTheProcess() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAnyPackage(AGENTD, DOMAIN, BRIDGE, KERNEL)
                        .and()
                        .areNotAssignableTo(AgentdMain.class)
                        .should()
                        .callMethod(System.class, "exit", int.class)
                        .orShould()
                        .callMethod(Runtime.class, "halt", int.class)
                        .because("start and stop are designed: whatever is open is closed in reverse order"),
                200,
                AGENTD,
                DOMAIN,
                BRIDGE,
                KERNEL);
    }

    // ------------------------------------------------------------------ shape

    @Test
    void packagesOfAModuleHaveNoCycles() {
        String reason = "two packages that need each other are one package";
        for (String module : List.of("kernel", "bridge", "worker", "testkit")) {
            Project.check(
                    slices().matching("dev.agentos." + module + ".(*)..")
                            .should()
                            .beFreeOfCycles()
                            .allowEmptyShould(true)
                            .because(reason),
                    1,
                    "dev.agentos." + module + "..");
        }
        Project.check(
                slices().matching("dev.agentos.tui.(*)..")
                        .should()
                        .beFreeOfCycles()
                        // The program lists its commands, and the tour is one of them.
                        .ignoreDependency(nameStartingWith("dev.agentos.tui.ctl.Agentctl"), alwaysTrue())
                        .because(reason),
                20,
                TUI);
        Project.check(
                slices().matching("dev.agentos.center.(*)..")
                        .should()
                        .beFreeOfCycles()
                        .because(reason),
                20,
                CENTER);
        Project.check(
                slices().matching("dev.agentos.domain.(*)..")
                        .should()
                        .beFreeOfCycles()
                        // The Journal port carries events, and an event tells an exit in the Sandbox port's own words.
                        .ignoreDependency(
                                nameStartingWith(Event.class.getName()), nameStartingWith(Sandbox.class.getName()))
                        .because(reason),
                100,
                DOMAIN);
        Project.check(
                slices().matching("dev.agentos.agentd.(*)..")
                        .should()
                        .beFreeOfCycles()
                        // Measures everything once a second, so it knows the agents, who know the tracing beside it.
                        .ignoreDependency(nameStartingWith(Sampler.class.getName()), alwaysTrue())
                        .because(reason),
                60,
                AGENTD);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        int seen = 0;
        for (JavaClass type : Project.classes()) {
            if (!type.getSimpleName().equals("package-info")) {
                JavaPackage owner = type.getPackage();
                seen++;
                if (!owner.isAnnotatedWith(NullMarked.class)) {
                    unmarked.add(owner.getName());
                }
            }
        }
        assertEquals(Set.of(), unmarked, "null is a compile error only where the package says so");
        assertTrue(seen > 250, seen + " classes");
    }

    @Test
    void aNameSaysWhatAClassIs() {
        Project.check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.agentos..")
                        .should()
                        .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl)(\\$.*)?")
                        .because("these words fit any class, so they say nothing about this one"),
                250,
                "dev.agentos..");
    }

    @Test
    void aGuardThatSeesNothingFails() {
        AssertionError blind = assertThrows(
                AssertionError.class,
                () -> Project.check(
                        noClasses().should().haveSimpleName("X").allowEmptyShould(true), 1, "dev.agentos.nowhere.."));
        assertEquals("the rule saw 0 classes in dev.agentos.nowhere.., not 1", blind.getMessage());
    }
}

package dev.agentos.testkit.center;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.InstallerViewModel.Page;
import dev.agentos.bridge.view.InstallerViewModel.Service;
import dev.agentos.center.ui.CommandRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages that set AgentOS up, on JavaFX's headless platform. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class InstallerWindowTest {

    private final PreparedAgentd agentd = new PreparedAgentd();
    private final List<List<String>> commands = new ArrayList<>();

    @BeforeAll
    static void headless() throws InterruptedException {
        CenterWindow.headless();
        String lacks = CenterWindow.lacks();
        assumeTrue(lacks.isEmpty(), "SKIP: this machine cannot paint a window: " + lacks);
    }

    @Test
    void thePagesAreGoneThroughAndNothingIsDoneOnTheWay() throws InterruptedException {
        try (InstallerWindow window = InstallerWindow.open(
                new AgentdClient(agentd),
                words -> {
                    commands.add(words);
                    return new CommandRunner.Ran(0, "", "");
                },
                "dark")) {
            assertFalse(window.use("Back"), "the first page has nothing before it");
            assertTrue(window.use(Page.WELCOME.onward()));
            assertTrue(window.use(Page.CHECK.onward()));
            assertTrue(window.use(Service.MACHINE.title()));
            assertTrue(window.use("Tell me of questions while the window is closed"));
            assertTrue(window.use(Page.SERVICE.onward()));
            assertTrue(window.use("light"));
            assertTrue(window.use(Page.LOOK.onward()));
            assertEquals(Page.DONE, window.model().page());
            assertEquals(Service.MACHINE, window.model().service());
            assertTrue(window.model().notifies());
            assertTrue(window.use("Take the tour"));
            assertEquals(Optional.of(CenterTab.TOUR), window.opened());
        }
        assertEquals(List.of(), commands, "it runs no command");
        assertTrue(
                agentd.requests.stream().allMatch(request -> request.method().equals("GET")),
                "it asks agentd to change nothing");
    }
}

package dev.agentos.testkit.center;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentos.agentd.Agentd;
import dev.agentos.agentd.AgentdConfig;
import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.ModelWire;
import dev.agentos.center.ui.CommandRunner;
import dev.agentos.domain.port.TimeSource;
import dev.agentos.testkit.fake.FakeSandbox;
import dev.agentos.testkit.models.ScriptedOllama;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javafx.scene.control.TextField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The panel that fetches a model: the window over a whole agentd, whose Ollama is scripted. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PullPanelTest {

    /** How long each twentieth of a model takes: long enough that a hand finds the button that stops it. */
    private static final Duration STEP = Duration.ofMillis(300);

    private ScriptedOllama ollama;
    private Agentd agentd;
    private AgentdClient client;
    private CenterWindow window = CenterWindow.none();

    @BeforeAll
    static void headless() throws InterruptedException {
        CenterWindow.headless();
        String lacks = CenterWindow.lacks();
        assumeTrue(lacks.isEmpty(), "SKIP: this machine cannot paint a window: " + lacks);
    }

    @BeforeEach
    void open(@TempDir Path temp) throws Exception {
        Path folder = temp.toRealPath();
        AgentdConfig config = new AgentdConfig(
                folder.resolve("state"),
                folder.resolve("run"),
                folder.resolve("no-execd"),
                Optional.empty(),
                folder.resolve("no-worker"),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty());
        ollama = ScriptedOllama.start(STEP).has("tiny:latest", 5L << 20).has("vast:1t", 1_000_000_000_000_000L);
        agentd = Agentd.start(config, TimeSource.system(), new FakeSandbox());
        client = AgentdClient.on(config.socket());
        client.addModelProvider(new ModelWire.AddProvider(
                "ollama",
                "ollama",
                ollama.url().toString(),
                Optional.empty(),
                "on-prem",
                List.of(),
                0,
                "0",
                "0",
                4,
                2_000));
        window = CenterWindow.open(
                AgentdClient.on(config.socket()), _ -> new CommandRunner.Ran(0, "done", ""), "dark", 1_000, 1_000);
        window.until("a first look", CenterViewModel::known);
        window.go(Place.of(CenterTab.MODELS));
    }

    @AfterEach
    void close() {
        window.close();
        client.close();
        agentd.close();
        ollama.close();
    }

    /** Writes a name into the panel and asks for its size. */
    private void look(String name) throws InterruptedException {
        window.untilSeen("model to pull");
        CenterWindow.ui(() -> {
            ((TextField) window.find("model to pull").orElseThrow()).setText(name);
            return true;
        });
        window.click("Show its size");
    }

    private boolean canPull() throws InterruptedException {
        return CenterWindow.ui(() -> !window.find("Pull it").orElseThrow().isDisabled());
    }

    @Test
    void aModelIsFetchedAfterItsSizeWasShownAndStandsInTheTableThen() throws InterruptedException {
        String name = ollama.named("tiny");
        assertFalse(canPull(), "its size was not shown yet");
        look(name);
        window.untilSeenLike("5.0 MiB (as 127.0.0.1 says); free: ");
        assertEquals(Set.of(), ollama.there());
        assertEquals(List.of(), client.modelPulls().pulls());
        window.untilEnabled("Pull it");
        window.click("Pull it");
        window.untilSeen("Stop");
        window.untilSeen("✓ " + name + " is there");
        window.untilGone("Stop");
        assertEquals(Set.of(name + ":latest"), ollama.there());
        window.untilSeen("ollama/" + name + ":latest");
    }

    @Test
    void whatIsStoppedIsNotThereAndCanBeAskedForAgain() throws InterruptedException {
        look(ollama.named("tiny"));
        window.untilEnabled("Pull it");
        window.click("Pull it");
        window.untilSeen("Stop");
        // It has just come and stands where it belongs with the next frame only.
        window.frames(3);
        window.click("Stop");
        window.untilSeen("stopped: the model is not there");
        window.untilGone("Stop");
        window.untilEnabled("Show its size");
        assertEquals(Set.of(), ollama.there());
    }

    @Test
    void whatDoesNotFitCannotBePulled() throws InterruptedException {
        look(ollama.named("vast:1t"));
        window.untilSeenLike("909 TiB (as 127.0.0.1 says); free: ");
        assertTrue(window.texts().stream().anyMatch(text -> text.endsWith(". It does not fit.")));
        assertFalse(canPull());
    }

    @Test
    void whatOllamaDoesNotFindIsSaidInItsWords() throws InterruptedException {
        look(ollama.named("nobody"));
        window.untilSeenLike("127.0.0.1 answered 404; free: ");
        window.untilEnabled("Pull it");
        window.click("Pull it");
        window.untilSeenLike("✕ pull model manifest: file does not exist");
        window.untilGone("Stop");
    }

    @Test
    void aNameThatIsChangedIsLookedAtAgainFirst() throws InterruptedException {
        look(ollama.named("tiny"));
        window.untilEnabled("Pull it");
        CenterWindow.ui(() -> {
            ((TextField) window.find("model to pull").orElseThrow()).setText(ollama.named("vast:1t"));
            return true;
        });
        assertFalse(canPull());
    }
}

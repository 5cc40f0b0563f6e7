package dev.agentos.testkit.center;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.InstallerViewModel.Page;
import dev.agentos.bridge.view.InstallerViewModel.Service;
import dev.agentos.bridge.view.Place;
import dev.agentos.center.live.AgentctlProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javafx.scene.input.KeyCode;

/**
 * Walks every screen and paints each into a file. A program of its own, because one process has one kind of display:
 * {@code SOCKET HOME FOLDER WIDTH HEIGHT headless|display ASKING DONE THEME…}.
 */
public final class CenterPictures {

    private static final long SETTLE_MS = 1_200;
    private static final int FIXED = 8;

    /** What was painted, and texts that did not fit. */
    public record Walked(int pictures, List<String> cutOff) {
        public Walked {
            cutOff = List.copyOf(cutOff);
        }
    }

    private CenterPictures() {}

    /** Prints {@code pictures N} and a line {@code cut TEXT} for each text that does not fit. */
    public static void main(String[] words) throws Exception {
        if (words[5].equals("headless")) {
            CenterWindow.headless();
        }
        String lacks = CenterWindow.lacks();
        if (!lacks.isEmpty()) {
            System.out.println("lacks " + lacks);
            System.exit(0);
        }
        int pictures = 0;
        for (String theme : List.of(words).subList(FIXED, words.length)) {
            Walked walked = walk(words, theme);
            pictures += walked.pictures();
            walked.cutOff().forEach(cut -> System.out.println("cut " + cut));
        }
        System.out.println("pictures " + pictures);
        System.exit(0);
    }

    private static Walked walk(String[] words, String theme) throws Exception {
        Path socket = Path.of(words[0]);
        Path folder = Path.of(words[2]);
        int pictures = 0;
        List<String> cut = new ArrayList<>();
        try (CenterWindow window = CenterWindow.open(
                AgentdClient.on(socket),
                new AgentctlProcess(Optional.of(Path.of(words[1])), socket),
                theme,
                Double.parseDouble(words[3]),
                Double.parseDouble(words[4]))) {
            window.until("a first look", CenterViewModel::known);
            window.until(
                    "measurements",
                    state -> !state.history().points("machine", "cpu_cores").isEmpty());
            for (CenterTab tab : CenterTab.values()) {
                pictures += take(window, folder, tab.title().toLowerCase(Locale.ROOT), theme, Place.of(tab), cut);
            }
            pictures += take(window, folder, "agent", theme, Place.agent(words[6]), cut);
            pictures += take(window, folder, "agent-files", theme, Place.agent(words[7]), cut, "Files");
            pictures += take(window, folder, "agent-contract", theme, Place.agent(words[6]), cut, "Contract");
            pictures += take(window, folder, "agent-context", theme, Place.agent(words[7]), cut, "Context");
            pictures += take(window, folder, "agent-checkpoints", theme, Place.agent(words[7]), cut, "Checkpoints");
            pictures += take(window, folder, "entry", theme, new Place(CenterTab.CATALOG, "log-triage"), cut);
            window.go(new Place(CenterTab.SHELL, "consent list"));
            window.untilGone("running …");
            pictures += take(window, folder, "answers", theme, Place.of(CenterTab.SHELL), cut);
            window.go(Place.of(CenterTab.HOME));
            window.press(KeyCode.CONTROL, KeyCode.K);
            window.type("pa");
            window.picture(folder.resolve("palette-" + theme + ".png"));
            window.press(KeyCode.ESCAPE);
            pictures++;
        }
        pictures += installer(socket, folder, theme);
        return new Walked(pictures, cut);
    }

    private static int installer(Path socket, Path folder, String theme) throws InterruptedException, IOException {
        int pictures = 0;
        try (InstallerWindow window = InstallerWindow.open(
                AgentdClient.on(socket), new AgentctlProcess(Optional.of(Path.of("/opt/agentos")), socket), theme)) {
            for (Page page : Page.values()) {
                if (page == Page.SERVICE) {
                    window.use(Service.MACHINE.title());
                    window.use("Tell me of questions while the window is closed");
                }
                String name = "installer-" + page.name().toLowerCase(Locale.ROOT);
                window.picture(folder.resolve(name + "-" + theme + ".png"));
                pictures++;
                if (page != Page.DONE) {
                    window.use(page.onward());
                }
            }
        }
        return pictures;
    }

    private static int take(
            CenterWindow window,
            Path folder,
            String name,
            String theme,
            Place place,
            List<String> cut,
            String... clicks)
            throws InterruptedException, IOException {
        window.go(place);
        TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
        for (String click : clicks) {
            window.click(click);
            TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
        }
        window.pointAside();
        window.picture(folder.resolve(name + "-" + theme + ".png"));
        window.cutOff().forEach(text -> cut.add(name + " " + theme + ": " + text));
        return 1;
    }
}

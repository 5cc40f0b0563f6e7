package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.center.ui.CommandRunner;
import dev.agentos.testkit.center.CardHand;
import dev.agentos.testkit.center.CenterWindow;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.TextField;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import javafx.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Tries to get an Allow out of the desktop's card that no person gave: keys that come by themselves, single keys, a paste,
 * content nobody saw, names that look like others, an answer from elsewhere, time that runs out, a crash under the card,
 * and a question that would take the keyboard. A real service, real agents, the real window on the headless platform; a
 * dialog as they usually are, tried with the same keys, must be caught.
 */
final class ConsentUiCampaign implements ProveMain.Campaign {

    private static final int CARDS = 8;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final long SECOND = 1_000_000_000L;
    private static final String ONCE = "Allow this once";

    private final List<String> findings = new ArrayList<>();
    private final List<String> unexplained = new ArrayList<>();
    private final Figures figures = new Figures("prove", "consent-ui");
    private long tried;

    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        long from = System.nanoTime();
        CenterWindow.headless();
        String lacks = CenterWindow.lacks();
        if (!lacks.isEmpty()) {
            figures.top("tried", 0).top("through", 0).skip("consent-ui", "no window can be painted: " + lacks);
            return new ProveMain.Result(figures, 0);
        }
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client();
                CenterWindow center = CenterWindow.open(
                        service.client(), _ -> new CommandRunner.Ran(0, "", ""), "dark", 1_000, 900)) {
            center.until("a first look", CenterViewModel::known);
            Stand scene = new Stand(service, client, center, new AskingAgents(client));
            step("keys", () -> keys(scene, asked > 0 ? asked : CARDS, random));
            step("usual dialog", () -> usualDialog(scene, random));
            step("single keys", () -> singleKeys(scene));
            step("paste", () -> paste(scene));
            step("unseen", () -> unseen(scene));
            step("names", () -> names(scene));
            step("keyboard", () -> keyboard(scene));
            step("elsewhere", () -> elsewhere(scene));
            step("time-out", () -> timeOut(scene));
            step("crash", () -> crash(scene));
        } finally {
            findings.forEach(line -> System.err.println("through: " + line));
            unexplained.forEach(line -> System.err.println("unexplained: " + line));
        }
        figures.top("tried", tried)
                .top("through", findings.size())
                .top("unexplained", unexplained.size())
                .put("seed", seed)
                .put("seconds", (System.nanoTime() - from) / 1e9);
        return new ProveMain.Result(figures, findings.size() + unexplained.size());
    }

    /** Where it plays. */
    private record Stand(LiveService service, AgentdClient client, CenterWindow center, AskingAgents agents) {
        CardHand open(AskView ask) throws InterruptedException {
            return CardHand.open(center.center().context(), ask);
        }

        String stateOf(AskView ask) {
            return client.ask(ask.id()).state();
        }
    }

    private interface Case {
        void run() throws Exception;
    }

    private static void step(String name, Case work) throws Exception {
        long from = System.nanoTime();
        work.run();
        System.err.printf("%s: %.1f s%n", name, (System.nanoTime() - from) / 1e9);
    }

    /** One try; {@code held} is whether nothing got through. */
    private void attempt(String what, boolean held) {
        tried++;
        if (!held) {
            findings.add(what);
        }
    }

    /** Something that must work for the tries to mean anything. */
    private void expect(String what, boolean good) {
        if (!good) {
            unexplained.add(what);
        }
    }

    private static boolean becomes(Stand scene, AskView ask, String state) throws InterruptedException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (System.nanoTime() < deadline) {
            if (scene.stateOf(ask).equals(state)) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return false;
    }

    // ------------------------------------------------------------------ keys

    /** Cards arrive in the Inbox and are opened in windows while keys keep coming. */
    private void keys(Stand scene, int cards, SplittableRandom random) throws Exception {
        List<AskView> asks = new ArrayList<>();
        scene.center().go(Place.of(CenterTab.INBOX));
        try (CardHand.Storm storm = new CardHand.Storm(random.split())) {
            for (int i = 0; i < cards; i++) {
                AskView ask = scene.agents().ask();
                asks.add(ask);
                TimeUnit.MILLISECONDS.sleep(700);
                try (CardHand _ = scene.open(ask)) {
                    TimeUnit.MILLISECONDS.sleep(1_500);
                }
            }
            figures.put("keys", storm.count());
        }
        TimeUnit.MILLISECONDS.sleep(600);
        for (AskView ask : asks) {
            String state = scene.stateOf(ask);
            attempt("keys made " + ask.id() + " " + state, state.equals("pending"));
        }
        figures.put("cards_under_keys", cards);
        scene.agents().end();
        scene.center().go(Place.of(CenterTab.HOME));
    }

    /** A dialog with Allow as its default button: the same keys must get through it, or these tries show nothing. */
    private void usualDialog(Stand scene, SplittableRandom random) throws Exception {
        AskView ask = scene.agents().ask();
        AtomicInteger given = new AtomicInteger();
        Stage stage = CenterWindow.ui(() -> {
            Button allow = new Button("Allow");
            allow.setDefaultButton(true);
            allow.setOnAction(_ -> given.incrementAndGet());
            Stage made = new Stage();
            made.setScene(new Scene(allow, 200, 100));
            made.show();
            made.requestFocus();
            return made;
        });
        try (CardHand.Storm storm = new CardHand.Storm(random.split())) {
            expect("the usual dialog was not caught", CardHand.awaits(() -> given.get() > 0));
            figures.put("usual_dialog_caught_after_keys", storm.count());
        }
        CenterWindow.ui(() -> {
            stage.hide();
            return true;
        });
        expect("the usual dialog's ask was touched", scene.stateOf(ask).equals("pending"));
        scene.agents().end();
    }

    private void singleKeys(Stand scene) throws Exception {
        AskView ask = scene.agents().ask();
        for (KeyCode key : List.of(KeyCode.ENTER, KeyCode.SPACE, KeyCode.ESCAPE)) {
            try (CardHand _ = scene.open(ask)) {
                CardHand.think();
                CardHand.press(key);
                CardHand.think();
                String state = scene.stateOf(ask);
                attempt(key + " alone made it " + state, state.equals("pending"));
            }
        }
        // A hand that looks first does answer: a card that ignores every key would pass otherwise.
        try (CardHand _ = scene.open(ask)) {
            CardHand.think();
            CardHand.press(KeyCode.O);
            CardHand.think();
            CardHand.press(KeyCode.ENTER);
            expect("a careful O and Enter did not allow", becomes(scene, ask, "allowed"));
        }
        scene.agents().end();
    }

    private void paste(Stand scene) throws Exception {
        AskView ask = scene.agents().ask();
        CenterWindow.ui(() -> {
            ClipboardContent content = new ClipboardContent();
            content.putString("o\r\n\r\n");
            return Clipboard.getSystemClipboard().setContent(content);
        });
        try (CardHand hand = scene.open(ask)) {
            for (List<KeyCode> keys :
                    List.of(List.of(KeyCode.CONTROL, KeyCode.V), List.of(KeyCode.SHIFT, KeyCode.INSERT))) {
                CardHand.think();
                CardHand.press(keys.toArray(KeyCode[]::new));
                CardHand.think();
                CardHand.press(KeyCode.ENTER);
                CardHand.think();
                String state = scene.stateOf(ask);
                attempt(
                        "a paste made it " + state,
                        state.equals("pending") && hand.model().marked().isEmpty());
            }
            // What a paste looks like where the keyboard sends it: letters faster than a hand.
            CardHand.think();
            for (KeyCode key : List.of(KeyCode.O, KeyCode.ENTER, KeyCode.ENTER)) {
                CardHand.press(key);
            }
            CardHand.think();
            String state = scene.stateOf(ask);
            attempt("a burst of o and Enter made it " + state, state.equals("pending"));
        }
        scene.agents().end();
    }

    // ------------------------------------------------------------------ content

    private void unseen(Stand scene) throws Exception {
        AskView ask =
                scene.agents().ask("/workspace/long.md", "harmless line\n".repeat(300) + "rm -rf everything!\n", "1h");
        try (CardHand hand = scene.open(ask)) {
            CardHand.think();
            attempt("Allow is open before the content was seen", !hand.isOpen(ONCE));
            hand.click(ONCE);
            CardHand.think();
            CardHand.press(KeyCode.O);
            CardHand.think();
            CardHand.press(KeyCode.ENTER);
            CardHand.think();
            attempt("unseen content was allowed", scene.stateOf(ask).equals("pending"));
            attempt("the end was displayed unasked", !hand.texts().contains("rm -rf everything!"));
            int pages = 0;
            while (!CenterWindow.ui(() -> hand.model().isSeen()) && pages++ < 100) {
                hand.click("Show the next part");
                TimeUnit.MILLISECONDS.sleep(250);
            }
            figures.put("pages_to_the_end", pages);
            expect("the end never came", hand.texts().contains("rm -rf everything!"));
            CardHand.think();
            expect("Allow did not open at the end", hand.isOpen(ONCE));
            hand.click(ONCE);
            expect("seen to its end and still not allowed", becomes(scene, ask, "allowed"));
        }
        scene.agents().end();
    }

    private void names(Stand scene) throws Exception {
        for (int point : new int[] {0x202E, 0x2066, 0x200B, 0x00AD, 0x0430}) {
            String hidden = Character.toString(point);
            String escape = "\\u{" + Integer.toHexString(point).toUpperCase(Locale.ROOT) + "}";
            AskView ask = scene.agents().ask("/workspace/re" + hidden + "port.md", "text " + hidden + "x\n", "1h");
            try (CardHand hand = scene.open(ask)) {
                CardHand.think();
                String all = String.join("\n", hand.texts());
                attempt("names: " + escape + " is raw in the window", !all.contains(hidden));
                attempt(
                        "names: " + escape + " is shown without a warning",
                        all.contains(escape) && all.contains("hidden or misleading"));
            }
            scene.client().kill(ask.agent());
        }
    }

    // ------------------------------------------------------------------ the keyboard

    /** A question comes while somebody types: nothing opens, the focus stays, the text goes on. */
    private void keyboard(Stand scene) throws Exception {
        CenterWindow center = scene.center();
        for (CenterTab tab : List.of(CenterTab.HOME, CenterTab.INBOX)) {
            center.go(Place.of(tab));
            center.press(KeyCode.CONTROL, KeyCode.K);
            center.type("log tri");
            int windows = CardHand.windows();
            Optional<Node> before = focusOf(center);
            AskView ask = scene.agents().ask();
            center.until(
                    "it is in the Inbox", state -> state.inbox().find(ask.id()).isPresent());
            CardHand.think();
            center.type("age");
            attempt(tab + ": a window opened by itself", CardHand.windows() == windows);
            attempt(tab + ": the focus went elsewhere", focusOf(center).equals(before));
            attempt(tab + ": it was answered", scene.stateOf(ask).equals("pending"));
            expect(
                    tab + ": what was typed is not there",
                    before.filter(TextField.class::isInstance)
                            .map(node -> ((TextField) node).getText())
                            .filter("log triage"::equals)
                            .isPresent());
            center.press(KeyCode.ESCAPE);
            scene.agents().end();
        }
        center.go(Place.of(CenterTab.HOME));
    }

    private static Optional<Node> focusOf(CenterWindow center) throws InterruptedException {
        return CenterWindow.ui(() -> {
            @Nullable Node owner = center.center().scene().getFocusOwner();
            return Optional.ofNullable(owner);
        });
    }

    // ------------------------------------------------------------------ others, time, crash

    private void elsewhere(Stand scene) throws Exception {
        AskView ask = scene.agents().ask();
        try (CardHand hand = scene.open(ask)) {
            CardHand.think();
            CardHand.press(KeyCode.O);
            long from = System.nanoTime();
            scene.client().answer(ask.id(), AnswerRequest.deny(ask, "the other client"));
            boolean closed = CardHand.awaits(() -> hand.model().closed().isPresent(), SECOND);
            figures.put("closed_ms", (System.nanoTime() - from) / 1e6);
            attempt("the card did not close within a second", closed);
            attempt(
                    "the card does not say who answered",
                    CardHand.awaits(() -> hand.model()
                            .closed()
                            .filter(done -> done.sentence().contains("the other client"))
                            .isPresent()));
            attempt("the closed card still offers an Allow", !hand.isOpen(ONCE));
            CardHand.think();
            CardHand.press(KeyCode.ENTER);
            CardHand.think();
            attempt("the closed card was answered again", scene.stateOf(ask).equals("denied"));
            attempt("a grant is there", scene.client().grants().grants().isEmpty());
        }
        scene.agents().end();
    }

    private void timeOut(Stand scene) throws Exception {
        AskView ask = scene.agents().ask("/workspace/late.md", "late\n", "2s");
        try (CardHand hand = scene.open(ask)) {
            expect("it did not expire", becomes(scene, ask, "expired"));
            attempt(
                    "the card does not say that nobody answered in time",
                    CardHand.awaits(() -> hand.model()
                            .closed()
                            .filter(done -> done.answer().equals("expired"))
                            .isPresent()));
            hand.click(ONCE);
            CardHand.think();
            CardHand.press(KeyCode.O);
            CardHand.think();
            CardHand.press(KeyCode.ENTER);
            CardHand.think();
            attempt("it was allowed late", scene.stateOf(ask).equals("expired"));
            attempt("a grant was left", scene.client().grants().grants().isEmpty());
        }
    }

    private void crash(Stand scene) throws Exception {
        AskView ask = scene.agents().ask();
        try (CardHand hand = scene.open(ask)) {
            CardHand.think();
            scene.service().killAgentd();
            hand.click(ONCE);
            expect(
                    "the card does not say that agentd is gone",
                    CardHand.awaits(
                            () -> !hand.model().isSent() && hand.model().said().contains("agentd")));
            attempt("a crash closed the card", hand.model().closed().isEmpty());
            scene.service().startAgentd();
            scene.service().awaitReady();
            attempt("the crash answered " + ask.id(), scene.stateOf(ask).equals("pending"));
            attempt("the crash left a grant", scene.client().grants().grants().isEmpty());
            scene.center()
                    .until("it is heard again", state -> state.connection().isConnected());
            CardHand.think();
            hand.click(ONCE);
            expect("after the crash an Allow does not count", becomes(scene, ask, "allowed"));
        }
        scene.agents().end();
        expect(
                "nothing was left to answer",
                Optional.of(scene.client().asks().asks().size())
                        .filter(left -> left == 0)
                        .isPresent());
    }
}

package dev.agentos.testkit.prove;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.testkit.service.Figures;
import dev.agentos.testkit.service.LiveService;
import dev.agentos.testkit.service.PtyClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Random keys at 60 a second into the monitor, the shell and the plain shell while questions arrive: nothing may be
 * answered, and no agent may end. A careful hand on the same monitor must be able to answer, or this would prove nothing.
 */
final class KeysCampaign implements ProveMain.Campaign {

    private static final int SECONDS = 60;
    private static final long CARD_EVERY_MS = 900;
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Everything a hand can hit, with what opens and answers cards hit most. */
    private static final List<String> ANY = any();

    private final Figures figures = new Figures("prove", "keys");
    private final List<String> findings = new ArrayList<>();
    private long tried;

    private static List<String> any() {
        List<String> keys = new ArrayList<>();
        for (char c = ' '; c <= '~'; c++) {
            // Leaving ends the try, so the key that leaves is not among them.
            if (c != 'q') {
                keys.add(String.valueOf(c));
            }
        }
        for (int i = 0; i < 8; i++) {
            keys.addAll(List.of("\r", "i", "o", "d", "r", "y", "v", "1", "2", "\u001b[A", "\u001b[B", "\t"));
        }
        keys.addAll(List.of("\u001b", "\u001b[C", "\u001b[D", "\u001b[5~", "\u001b[6~", "\u007f"));
        return List.copyOf(keys);
    }

    /** @param asked seconds of keys for each face; 0 for a minute */
    @Override
    public ProveMain.Result run(Path home, int asked, long seed) throws Exception {
        int seconds = asked > 0 ? asked : SECONDS;
        SplittableRandom random = new SplittableRandom(seed);
        try (LiveService service = LiveService.start(home);
                AgentdClient client = service.client()) {
            face(service, client, "agentmon", "xterm-256color", "", "d] Don't allow", seconds, random);
            face(service, client, "agentsh", "xterm-256color", "consent watch\r", "d] Don't allow", seconds, random);
            face(service, client, "agentsh", "dumb", "consent watch\n", "Type the number", seconds, random);
            careful(service, client);
        } finally {
            findings.forEach(line -> System.err.println("through: " + line));
        }
        figures.top("tried", tried)
                .top("through", findings.size())
                .top("unexplained", 0)
                .put("seed", seed)
                .put("keys_per_s", Typist.KEYS_PER_SECOND)
                .put("seconds_each", seconds);
        return new ProveMain.Result(figures, findings.size());
    }

    private void attempt(String what, boolean held) {
        tried++;
        if (!held) {
            findings.add(what);
        }
    }

    private void face(
            LiveService service,
            AgentdClient client,
            String program,
            String terminal,
            String first,
            String card,
            int seconds,
            SplittableRandom random)
            throws IOException, InterruptedException {
        String name = terminal.equals("dumb") ? program + "_plain" : program;
        AskingAgents agents = new AskingAgents(client);
        List<AskView> asks = new ArrayList<>();
        int cards = 0;
        int keys;
        try (PtyClient pty = PtyClient.program(service.home(), service.socket(), terminal, program)) {
            boolean open = pty.awaits(program.equals("agentsh") ? "agentsh> " : "● agentd", 0, SOON);
            attempt(name + ": did not open", open);
            pty.type(first);
            TimeUnit.SECONDS.sleep(1);
            int from = pty.screen().length();
            try (Typist typist = new Typist(random.split(), ANY, pty::type)) {
                long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
                while (System.nanoTime() < until) {
                    asks.add(agents.ask());
                    TimeUnit.MILLISECONDS.sleep(CARD_EVERY_MS);
                }
                keys = typist.count();
            }
            TimeUnit.MILLISECONDS.sleep(1_500);
            cards = pty.screen().substring(from).split(java.util.regex.Pattern.quote(card), -1).length - 1;
            attempt(name + ": ended under the keys", pty.isAlive());
        }
        attempt(name + ": no card was ever on the screen", cards > 0);
        for (AskView ask : asks) {
            String state = client.ask(ask.id()).state();
            attempt(name + ": keys made " + ask.id() + " " + state, state.equals("pending"));
        }
        figures.put(name + "_keys", keys).put(name + "_asks", asks.size()).put(name + "_cards_painted", cards);
        agents.end();
    }

    /** A hand that looks first does answer. */
    private void careful(LiveService service, AgentdClient client) throws IOException, InterruptedException {
        AskingAgents agents = new AskingAgents(client);
        AskView ask = agents.ask();
        try (PtyClient pty = PtyClient.program(service.home(), service.socket(), "xterm-256color", "agentmon")) {
            pty.awaits("look", 0, SOON);
            for (String key : List.of("i", "\r", "o", "\r")) {
                TimeUnit.MILLISECONDS.sleep(900);
                pty.type(key);
            }
            long deadline = System.nanoTime() + SOON.toNanos();
            while (!client.ask(ask.id()).state().equals("allowed") && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            attempt(
                    "a careful hand could not answer in the monitor",
                    client.ask(ask.id()).state().equals("allowed"));
        }
        agents.end();
    }
}

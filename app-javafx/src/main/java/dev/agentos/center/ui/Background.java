package dev.agentos.center.ui;

import dev.agentos.bridge.client.AgentdException;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.view.PanelState;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Work that reaches outside, never on the UI thread. What comes of it is shown there. */
public final class Background {

    private final Consumer<String> says;

    /** @param says shows one line to the person */
    public Background(Consumer<String> says) {
        this.says = says;
    }

    /** Reads something and hands on what a panel shows of it. */
    public <T> void read(Supplier<PanelState<T>> work, Consumer<PanelState<T>> then) {
        Thread.ofVirtual().name("read").start(() -> {
            PanelState<T> state = guarded(work);
            UiThread.later(() -> then.accept(state));
        });
    }

    /** Reads a value; an answer is {@link PanelState.Ready}. */
    public <T> void readValue(Supplier<T> work, Consumer<PanelState<T>> then) {
        read(() -> PanelState.ready(work.get()), then);
    }

    /** Does something; where that fails, the person is told why and what to do. */
    public void act(Runnable work, Runnable then) {
        Thread.ofVirtual().name("act").start(() -> {
            switch (guarded(() -> {
                work.run();
                return PanelState.ready(true);
            })) {
                case PanelState.Failed<Boolean> failed ->
                    says.accept("✕ " + failed.why() + (failed.next().isEmpty() ? "" : " → " + failed.next()));
                case PanelState.Loading<Boolean> _,
                        PanelState.Empty<Boolean> _,
                        PanelState.Missing<Boolean> _,
                        PanelState.Ready<Boolean> _ -> UiThread.later(then);
            }
        });
    }

    private static <T> PanelState<T> guarded(Supplier<PanelState<T>> work) {
        try {
            return work.get();
        } catch (AgentdException e) {
            return new PanelState.Failed<>(e.body().message(), e.body().next());
        } catch (UnreachableException e) {
            return new PanelState.Failed<>("agentd does not answer: " + e.getMessage(), e.next());
        } catch (RuntimeException e) {
            // A mistake of this program: it is shown where it happened and does not end the window.
            System.getLogger(Background.class.getName()).log(System.Logger.Level.WARNING, "background work failed", e);
            return new PanelState.Failed<>("this window failed: " + e, "please report it");
        }
    }
}

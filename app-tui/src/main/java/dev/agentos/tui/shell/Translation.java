package dev.agentos.tui.shell;

import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.themes.Role;
import dev.agentos.tui.term.Screen;
import java.util.Optional;

/** A proposed command on its way to being run, edited or left: Enter runs a read, a change needs a second key. */
final class Translation {

    /** What a person decided about a proposal. */
    sealed interface Decision {
        record Run(String command) implements Decision {}

        /** The line goes back to the prompt to be edited. */
        record Edit(String command) implements Decision {}

        record Leave() implements Decision {}
    }

    private final ProposalView proposal;

    Translation(ProposalView proposal) {
        this.proposal = proposal;
    }

    String command() {
        return proposal.command();
    }

    boolean changes() {
        return proposal.effect().equals("changes");
    }

    /** The proposal with its effect, before anything runs. */
    void show(Screen screen) {
        Role role = changes() ? Role.NEEDS : proposal.effect().equals("reads") ? Role.OK : Role.ACCENT;
        String glyph = changes() ? "! " : proposal.effect().equals("reads") ? "○ " : "? ";
        screen.line(" → " + screen.bold(proposal.program() + " " + proposal.command()) + "   "
                + screen.paint(role, glyph + proposal.effect()));
        if (!proposal.about().isEmpty()) {
            screen.line("   " + screen.muted(proposal.about()));
        }
    }

    /** The keys that count here. */
    String keys() {
        return changes()
                ? "y then Enter runs it · Tab edits · any other key leaves it"
                : "Enter runs it · Tab edits · any other key leaves it";
    }

    /**
     * Reads keys one by one. Keys that come faster than a hand types are a paste, and a paste runs nothing.
     *
     * @param armed whether the second key of a change has been given
     */
    record State(boolean armed, long lastNanos) {}

    static State begin(long now) {
        return new State(false, now);
    }

    /** What a key did. */
    record Step(State state, Optional<Decision> decision) {}

    private static final long PASTED_NANOS = 8_000_000L;

    Step key(State state, int key, long now) {
        boolean pasted = now - state.lastNanos() < PASTED_NANOS;
        State next = new State(state.armed(), now);
        if (pasted || key < 0) {
            return new Step(next, Optional.of(new Decision.Leave()));
        }
        if (key == '\t') {
            return new Step(next, Optional.of(new Decision.Edit(proposal.command())));
        }
        boolean enter = key == '\r' || key == '\n';
        if (enter && (!changes() || state.armed())) {
            return new Step(next, Optional.of(new Decision.Run(proposal.command())));
        }
        if (changes() && !state.armed() && (key == 'y' || key == 'Y')) {
            return new Step(new State(true, now), Optional.empty());
        }
        if (enter && changes()) {
            // Enter alone changes nothing; the hint stays where it is.
            return new Step(next, Optional.empty());
        }
        return new Step(next, Optional.of(new Decision.Leave()));
    }
}

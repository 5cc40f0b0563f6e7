package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which desktop notifications the Inbox is worth: one when an agent comes to need a person, none while it goes on needing
 * one, none for what is on the screen, and each goes by itself when its cause does. Not for more than one thread.
 */
public final class InboxNotices {

    private final Set<String> told = new HashSet<>();

    /** What to do on the desktop. */
    public sealed interface Change {
        String agent();

        /** {@code ask} is opened by a click. */
        record Show(String agent, String ask, String title, String text) implements Change {}

        record Withdraw(String agent) implements Change {}
    }

    /**
     * The changes that bring the desktop up to what waits.
     *
     * @param onScreen asks that a person has before them
     */
    public List<Change> reduce(InboxViewModel inbox, Set<String> onScreen) {
        Map<String, List<AskView>> byAgent = new LinkedHashMap<>();
        inbox.waiting()
                .forEach(ask -> byAgent.computeIfAbsent(ask.agent(), _ -> new ArrayList<>())
                        .add(ask));
        List<Change> changes = new ArrayList<>();
        for (String agent : Set.copyOf(told)) {
            if (!byAgent.containsKey(agent)) {
                told.remove(agent);
                changes.add(new Change.Withdraw(agent));
            }
        }
        byAgent.forEach((agent, asks) -> {
            boolean transition = told.add(agent);
            AskView first = asks.getFirst();
            if (transition && asks.stream().noneMatch(ask -> onScreen.contains(ask.id()))) {
                changes.add(new Change.Show(agent, first.id(), CardText.title(first), text(asks)));
            }
        });
        return changes;
    }

    private static String text(List<AskView> asks) {
        AskView first = asks.getFirst();
        String what = first.tool() + "  " + first.target();
        return asks.size() == 1 ? what : what + " and " + (asks.size() - 1) + " more";
    }
}

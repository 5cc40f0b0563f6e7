package dev.agentos.bridge.view;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the person at the monitor looks at.
 *
 * @param selections what is selected, by what kind of thing it is: ids, so that rows which come and go never move a
 *     selection, and a look at another tab does not either
 * @param filter what the chip shows; the totals follow it
 * @param choice the marked line of a menu
 * @param message one line for the person; empty when there is nothing to say
 */
public record MonitorView(
        MonitorTab tab,
        Map<String, String> selections,
        String filter,
        Optional<MonitorViewModel.Detail> detail,
        int scroll,
        MonitorViewModel.Mode mode,
        String input,
        int choice,
        String message) {

    public MonitorView {
        selections = Map.copyOf(selections);
    }

    static MonitorView start() {
        return new MonitorView(
                MonitorTab.AGENTS, Map.of(), "", Optional.empty(), 0, MonitorViewModel.Mode.BROWSE, "", 0, "");
    }

    MonitorView to(MonitorTab other) {
        return new MonitorView(other, selections, filter, Optional.empty(), 0, MonitorViewModel.Mode.BROWSE, "", 0, "");
    }

    /** The id that is selected among the things of the tab that is shown; empty for none. */
    String selected() {
        return selections.getOrDefault(kind(), "");
    }

    private String kind() {
        return tab == MonitorTab.TREE ? MonitorTab.AGENTS.name() : tab.name();
    }

    MonitorView selecting(String id) {
        Map<String, String> more = new HashMap<>(selections);
        more.put(kind(), id);
        return new MonitorView(tab, more, filter, detail, scroll, mode, input, choice, message);
    }

    MonitorView filtered(String text) {
        return new MonitorView(tab, selections, text, detail, scroll, mode, input, choice, message);
    }

    MonitorView opened(Optional<MonitorViewModel.Detail> next) {
        return new MonitorView(tab, selections, filter, next, 0, MonitorViewModel.Mode.BROWSE, "", 0, "");
    }

    MonitorView scrolled(int line) {
        return new MonitorView(tab, selections, filter, detail, Math.max(0, line), mode, input, choice, message);
    }

    MonitorView in(MonitorViewModel.Mode next, String text) {
        return new MonitorView(tab, selections, filter, detail, scroll, next, text, 0, message);
    }

    MonitorView typed(String text) {
        return new MonitorView(tab, selections, filter, detail, scroll, mode, text, 0, message);
    }

    MonitorView choosing(int line) {
        return new MonitorView(tab, selections, filter, detail, scroll, mode, input, Math.max(0, line), message);
    }

    MonitorView said(String text) {
        return new MonitorView(tab, selections, filter, detail, scroll, mode, input, choice, text);
    }
}

package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Something that can be done with an agent, and the command that does it. {@code command} is empty for a view. */
record Action(String name, String about, String command) {

    static List<Action> of(Row row, String typed) {
        List<Action> all = new ArrayList<>();
        all.add(new Action("Details", "timeline, log, files, contract", ""));
        boolean over = row.state().isFinal();
        if (!over && row.word().equals("paused")) {
            all.add(new Action("Resume", "let it go on", "resume " + row.id()));
        } else if (!over) {
            all.add(new Action("Pause", "nothing of it runs until it is resumed", "pause " + row.id()));
        }
        all.add(new Action("Diff", "the files that it changed", "diff " + row.id()));
        all.add(new Action("Undo", "take its changes back", "undo " + row.id()));
        if (!over) {
            all.add(new Action("Stop…", "pause or kill, asked again", "stop"));
        }
        String wanted = typed.toLowerCase(Locale.ROOT);
        return all.stream()
                .filter(a -> a.name().toLowerCase(Locale.ROOT).contains(wanted))
                .toList();
    }

    /** What stopping can mean; the first is the safe one. */
    static List<Action> stop(Row row) {
        return List.of(
                new Action("Keep it running", "nothing is stopped", ""),
                new Action("Pause", "it keeps its state and can go on", "pause " + row.id()),
                new Action("Kill " + row.id(), "it ends, with everything it started", "kill " + row.id()));
    }
}

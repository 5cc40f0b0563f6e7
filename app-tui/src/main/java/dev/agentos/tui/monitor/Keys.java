package dev.agentos.tui.monitor;

import dev.agentos.bridge.view.DetailTab;
import dev.agentos.bridge.view.MonitorTab;
import dev.agentos.bridge.view.MonitorViewModel;
import dev.agentos.bridge.view.MonitorViewModel.Detail;
import dev.agentos.bridge.view.MonitorViewModel.Mode;
import dev.agentos.bridge.view.TextLine;
import dev.agentos.bridge.view.Tone;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a key does: a new view model, and at most one wish that reaches outside. Pure. */
final class Keys {

    private Keys() {}

    /** A key as data. {@code name} is empty for a character. */
    record Key(char character, String name) {
        static Key of(char c) {
            return new Key(c, "");
        }

        static Key named(String name) {
            return new Key('\0', name);
        }

        boolean is(String wanted) {
            return name.equals(wanted);
        }
    }

    /** What only the program can do. */
    sealed interface Wish {
        record None() implements Wish {}

        record Quit() implements Wish {}

        /** Runs a command of agentctl. */
        record Run(String command) implements Wish {}

        /** Asks what a line means. */
        record Understand(String line) implements Wish {}

        /** Opens a question. */
        record OpenCard(String ask) implements Wish {}

        /** Reads a page anew. */
        record Load(String page) implements Wish {}
    }

    /** What became of a key. */
    record Done(MonitorViewModel model, Wish wish) {}

    private static Done done(MonitorViewModel model) {
        return new Done(model, new Wish.None());
    }

    static Done press(MonitorViewModel model, Key key) {
        return switch (model.mode()) {
            case FILTER -> filter(model, key);
            case COMMAND -> command(model, key);
            case ACTIONS, STOP -> menu(model, key);
            case HELP -> done(model.in(Mode.BROWSE, ""));
            case BROWSE -> browse(model.said(""), key);
        };
    }

    private static Done browse(MonitorViewModel model, Key key) {
        int page = 10;
        return switch (key.name()) {
            case "up" -> done(move(model, -1));
            case "down" -> done(move(model, 1));
            case "pageup" -> done(move(model, -page));
            case "pagedown" -> done(move(model, page));
            case "left", "right" -> turn(model, key.is("left") ? -1 : 1);
            case "tab" -> open(model.to(model.tab().next(1)));
            case "backtab" -> open(model.to(model.tab().next(-1)));
            case "esc" -> done(back(model));
            case "enter" -> enter(model);
            default -> letter(model, key.character());
        };
    }

    private static MonitorViewModel move(MonitorViewModel model, int by) {
        boolean lines = model.detail().isPresent() || model.ids().isEmpty();
        boolean newestFirst = model.tab() == MonitorTab.EVENTS && model.detail().isEmpty();
        return lines ? model.scrolled(model.scroll() + (newestFirst ? -by : by)) : model.moved(by);
    }

    private static Done turn(MonitorViewModel model, int by) {
        if (model.detail().isEmpty()) {
            return open(model.to(model.tab().next(by)));
        }
        Detail next = new Detail(
                model.detail().get().agent(), model.detail().get().tab().next(by));
        return new Done(model.opened(Optional.of(next)), new Wish.Load(next.page()));
    }

    private static Done open(MonitorViewModel model) {
        return switch (model.tab()) {
            case MODELS, TOOLS, AUDIT, CATALOG ->
                new Done(model, new Wish.Load(model.tab().name()));
            case TREE -> new Done(model, new Wish.Load("TREE"));
            case AGENTS, INBOX, EVENTS -> done(model);
        };
    }

    /** Out of what was entered last; never out of the program, and never anything's end. */
    private static MonitorViewModel back(MonitorViewModel model) {
        if (model.connection().isConnected() && model.connection().missed() > 0) {
            return model.acknowledged();
        }
        if (!model.filter().isEmpty()) {
            return model.filtered("");
        }
        if (model.detail().isPresent()) {
            return model.opened(Optional.empty());
        }
        return model.tab() == MonitorTab.AGENTS ? model : model.to(MonitorTab.AGENTS);
    }

    private static Done enter(MonitorViewModel model) {
        if (model.tab() == MonitorTab.INBOX) {
            return model.ids().contains(model.selected())
                    ? new Done(model, new Wish.OpenCard(model.selected()))
                    : done(model);
        }
        if (model.tab() == MonitorTab.CATALOG) {
            return model.selectedEntry().map(entry -> start(model, entry)).orElseGet(() -> done(model));
        }
        if (model.detail().isPresent() || !model.ids().contains(model.selected())) {
            return done(model);
        }
        Detail detail = new Detail(model.selected(), DetailTab.TIMELINE);
        return new Done(model.opened(Optional.of(detail)), new Wish.Load(detail.page()));
    }

    /** Starting an entry is a command: shown first, and where something must be given, there to be finished. */
    private static Done start(MonitorViewModel model, EntryView entry) {
        if (!entry.state().equals("ready")) {
            return done(model.said(entry.name() + " cannot start: " + entry.reason()));
        }
        if (entry.kind().equals("tool")) {
            return done(model.said(entry.name() + " is a tool: contracts name it, and nothing of it runs by itself"));
        }
        String command = "spawn " + entry.name();
        String needed = entry.inputs().stream()
                .filter(input -> input.otherwise().isEmpty())
                .map(input -> " --input " + input.name() + "=")
                .collect(Collectors.joining());
        return needed.isEmpty()
                ? new Done(model, new Wish.Understand(command))
                : done(model.in(Mode.COMMAND, command + needed));
    }

    private static Done letter(MonitorViewModel model, char c) {
        if (c >= '1' && c < '1' + MonitorTab.values().length) {
            return open(model.to(List.of(MonitorTab.values()).get(c - '1')));
        }
        return switch (c) {
            case 'j' -> done(move(model, 1));
            case 'k' -> done(move(model, -1));
            case 'g' -> done(model.ids().isEmpty() ? model.scrolled(0) : model.moved(-1_000_000));
            case 'G' -> done(model.ids().isEmpty() ? model.scrolled(1_000_000) : model.moved(1_000_000));
            case '/' -> done(model.in(Mode.FILTER, model.filter()));
            case ':' -> done(model.in(Mode.COMMAND, ""));
            case '?' -> done(model.in(Mode.HELP, "").scrolled(0));
            case 'a' -> hasAgent(model) ? done(model.in(Mode.ACTIONS, "")) : done(model.said("select an agent first"));
            case 'f' -> done(model.withFinished(!model.agents().finished()));
            case 'i' -> done(model.to(MonitorTab.INBOX));
            case 'q' -> new Done(model, new Wish.Quit());
            default -> done(model);
        };
    }

    /** Whether actions are about something that can be seen. */
    private static boolean hasAgent(MonitorViewModel model) {
        boolean here = model.detail().isPresent() || model.tab() == MonitorTab.AGENTS || model.tab() == MonitorTab.TREE;
        return here && model.selectedAgent().isPresent();
    }

    private static Done filter(MonitorViewModel model, Key key) {
        if (key.is("esc")) {
            return done(model.filtered("").in(Mode.BROWSE, ""));
        }
        if (key.is("enter")) {
            return done(model.in(Mode.BROWSE, ""));
        }
        String text = edited(model.input(), key);
        return done(model.typed(text).filtered(text));
    }

    private static Done command(MonitorViewModel model, Key key) {
        if (key.is("esc")) {
            return done(model.in(Mode.BROWSE, ""));
        }
        if (!key.is("enter")) {
            return done(model.typed(edited(model.input(), key)));
        }
        String line = model.input().strip();
        MonitorViewModel left = model.in(Mode.BROWSE, "");
        if (line.isEmpty()) {
            return done(left);
        }
        if (line.equals("q") || line.equals("quit") || line.equals("exit")) {
            return new Done(left, new Wish.Quit());
        }
        for (MonitorTab tab : MonitorTab.values()) {
            if (tab.title().toLowerCase(Locale.ROOT).equals(line.toLowerCase(Locale.ROOT))) {
                return open(left.to(tab));
            }
        }
        return new Done(left, new Wish.Understand(line));
    }

    private static Done menu(MonitorViewModel model, Key key) {
        var row = model.selectedAgent();
        if (key.is("esc") || row.isEmpty()) {
            return done(model.in(Mode.BROWSE, ""));
        }
        boolean stop = model.mode() == Mode.STOP;
        List<Action> actions = stop ? Action.stop(row.get()) : Action.of(row.get(), model.input());
        if (key.is("up") || key.is("down")) {
            int next = Math.clamp((long) model.choice() + (key.is("up") ? -1 : 1), 0, Math.max(0, actions.size() - 1));
            return done(model.choosing(next));
        }
        if (!key.is("enter")) {
            // In the stop menu no letter does anything: only the arrows and Enter.
            return stop ? done(model) : done(model.typed(edited(model.input(), key)));
        }
        if (actions.isEmpty()) {
            return done(model);
        }
        Action action = actions.get(Math.min(model.choice(), actions.size() - 1));
        MonitorViewModel left = model.in(Mode.BROWSE, "");
        if (action.command().equals("stop")) {
            return done(left.in(Mode.STOP, ""));
        }
        if (action.command().isEmpty()) {
            Detail detail = new Detail(row.get().id(), DetailTab.TIMELINE);
            return stop ? done(left) : new Done(left.opened(Optional.of(detail)), new Wish.Load(detail.page()));
        }
        if (action.command().startsWith("diff ")) {
            Detail detail = new Detail(row.get().id(), DetailTab.FILES);
            return new Done(left.opened(Optional.of(detail)), new Wish.Load(detail.page()));
        }
        return new Done(left, new Wish.Run(action.command()));
    }

    private static String edited(String text, Key key) {
        if (key.is("backspace")) {
            return text.isEmpty() ? "" : text.substring(0, text.length() - 1);
        }
        return key.name().isEmpty() && !Character.isISOControl(key.character()) ? text + key.character() : text;
    }

    static List<TextLine> help() {
        return List.of(
                new TextLine(Tone.OK, "Keys"),
                TextLine.of("↑ ↓ j k      select              enter    open"),
                TextLine.of("← → tab      next place          1 … 8    a place"),
                TextLine.of("/            filter (esc clears) :        a command or a sentence"),
                TextLine.of("a            actions             i        what waits for you"),
                TextLine.of("f            finished too        g G      first, last"),
                TextLine.of("esc          back                q        leave; agents keep running"),
                TextLine.of(""),
                TextLine.muted("No single key changes anything. A change is shown as a command first, and y runs it."),
                TextLine.muted("Stopping an agent is a menu, and its first line keeps it running."),
                TextLine.muted("any key goes back"));
    }
}

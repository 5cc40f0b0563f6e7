package dev.agentos.bridge.view;

import dev.agentos.bridge.view.AgentsViewModel.Row;
import dev.agentos.domain.language.Catalogue;
import dev.agentos.domain.language.Intent;
import dev.agentos.domain.language.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line of the palette: places, agents, commands and, last, what is typed as a sentence.
 *
 * @param effect {@code reads}, {@code changes} or {@code asks first}; empty for what only moves the window
 */
public record PaletteEntry(String title, String about, String effect, Pick pick) {

    private static final int SHOWN = 9;

    /** What choosing a line does. */
    public sealed interface Pick {
        record Open(Place place) implements Pick {}

        /** A whole command. */
        record Run(String command) implements Pick {}

        /** The beginning of a command that needs more words. */
        record Fill(String text) implements Pick {}

        /** Asks agentd which command this means; nothing is run. */
        record Understand(String text) implements Pick {}

        record Theme(String word) implements Pick {}
    }

    /** The lines for what is typed, the likeliest first. A leading {@code ?} makes it a sentence. */
    public static List<PaletteEntry> of(String typed, Catalogue catalogue, List<Row> agents) {
        String text = typed.stripLeading();
        if (text.startsWith("?")) {
            return List.of(sentence(text.substring(1).strip()));
        }
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        List<PaletteEntry> found = new ArrayList<>();
        List<PaletteEntry> commands = commands(text, catalogue, agents);
        if (wanted.contains(" ")) {
            found.addAll(commands);
        }
        places(wanted, found);
        agents.stream()
                .filter(row -> row.id().contains(wanted) && !wanted.isEmpty())
                .map(row -> new PaletteEntry(
                        row.id(), row.word() + " · " + row.latency(), "", new Pick.Open(Place.agent(row.id()))))
                .forEach(found::add);
        if (!wanted.contains(" ")) {
            found.addAll(commands);
        }
        List<PaletteEntry> shown = new ArrayList<>(found.subList(0, Math.min(SHOWN, found.size())));
        if (!wanted.isEmpty()) {
            shown.add(sentence(text.strip()));
        }
        return shown;
    }

    private static PaletteEntry sentence(String text) {
        return new PaletteEntry(
                "“" + text + "”", "as a sentence: its command is shown first", "", new Pick.Understand(text));
    }

    private static void places(String wanted, List<PaletteEntry> found) {
        for (CenterTab tab : CenterTab.values()) {
            if (tab.title().toLowerCase(Locale.ROOT).startsWith(wanted)) {
                found.add(new PaletteEntry(tab.title(), tab.about(), "", new Pick.Open(Place.of(tab))));
            }
        }
        for (String theme : List.of("dark", "light", "high-contrast", "system")) {
            if (!wanted.isEmpty() && ("theme " + theme).startsWith(wanted)) {
                found.add(new PaletteEntry("theme " + theme, "how the window looks", "", new Pick.Theme(theme)));
            }
        }
    }

    private static List<PaletteEntry> commands(String text, Catalogue catalogue, List<Row> agents) {
        String wanted = text.toLowerCase(Locale.ROOT);
        List<PaletteEntry> found = new ArrayList<>();
        for (Intent intent : catalogue.intents()) {
            if (intent.shell()) {
                continue;
            }
            String command = intent.command();
            boolean needs = intent.parameters().stream().anyMatch(Parameter::required);
            if (wanted.startsWith(command + " ")) {
                found.addAll(completed(text, intent, agents));
            } else if (command.startsWith(wanted.strip())) {
                Pick pick = needs ? new Pick.Fill(command + " ") : new Pick.Run(command);
                found.add(new PaletteEntry(
                        command + words(intent), intent.about(), intent.effect().word(), pick));
            }
        }
        return found;
    }

    /** Lines for the words after a command: agents that fit, then the line as it stands. */
    private static List<PaletteEntry> completed(String text, Intent intent, List<Row> agents) {
        String rest = text.substring(intent.command().length()).strip();
        List<PaletteEntry> found = new ArrayList<>();
        boolean ofAgents =
                intent.parameters().stream().anyMatch(p -> p.kind().name().equals("AGENT"));
        if (ofAgents && !rest.contains(" ")) {
            agents.stream()
                    .filter(row -> row.id().contains(rest) && !row.id().equals(rest))
                    .map(row -> new PaletteEntry(
                            intent.command() + " " + row.id(),
                            row.word(),
                            intent.effect().word(),
                            new Pick.Run(intent.command() + " " + row.id())))
                    .forEach(found::add);
        }
        if (!rest.isEmpty()) {
            found.addFirst(new PaletteEntry(
                    text.strip(), intent.about(), intent.effect().word(), new Pick.Run(text.strip())));
        }
        return found;
    }

    private static String words(Intent intent) {
        StringBuilder words = new StringBuilder();
        intent.parameters().stream()
                .filter(Parameter::required)
                .forEach(parameter -> words.append(' ').append(parameter.kind().name()));
        return words.toString();
    }
}

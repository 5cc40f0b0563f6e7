package dev.agentos.center;

import dev.agentos.bridge.view.CenterTab;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/**
 * How the window is started.
 *
 * @param theme overrides what is remembered
 * @param consentOnly no window: notifications for what waits, and a card when one is clicked
 * @param installer the pages that set AgentOS up, instead of the window
 * @param firstPaint prints the time of the first paint and leaves: for measuring
 */
public record CenterOptions(
        Optional<Path> socket,
        Optional<String> theme,
        CenterTab tab,
        boolean firstPaint,
        boolean consentOnly,
        boolean installer,
        boolean help) {

    static final String USAGE = """
            Usage: agentos-center [OPTIONS]
            The control centre: agents, what waits for you, what happened. Closing it stops no agent.

              --socket PATH    agentd's socket
              --theme NAME     dark, light, high-contrast or system
              --screen NAME    the place to open: home, inbox, agents, catalog, …
              --installer      pages that set AgentOS up; they show commands and run none
              --consent-only   no window: a notification for what waits, and its card when you click it
              -h, --help       this text

            Examples:
              agentos-center
              agentos-center --theme light --screen agents
              agentos-center --consent-only
            """;

    static CenterOptions plain() {
        return new CenterOptions(Optional.empty(), Optional.empty(), CenterTab.HOME, false, false, false, false);
    }

    /** @throws IllegalArgumentException with what is wrong */
    static CenterOptions parse(String... arguments) {
        CenterOptions options = plain();
        Iterator<String> words = Arrays.asList(arguments).iterator();
        while (words.hasNext()) {
            options = options.and(words.next(), words);
        }
        return options;
    }

    private CenterOptions and(String word, Iterator<String> words) {
        return switch (word) {
            case "-h", "--help" -> new CenterOptions(socket, theme, tab, firstPaint, consentOnly, installer, true);
            case "--first-paint" -> new CenterOptions(socket, theme, tab, true, consentOnly, installer, help);
            case "--consent-only" -> new CenterOptions(socket, theme, tab, firstPaint, true, installer, help);
            case "--installer" -> new CenterOptions(socket, theme, tab, firstPaint, consentOnly, true, help);
            case "--socket" ->
                new CenterOptions(
                        Optional.of(Path.of(value(word, words))), theme, tab, firstPaint, consentOnly, installer, help);
            case "--theme" ->
                new CenterOptions(
                        socket, Optional.of(value(word, words)), tab, firstPaint, consentOnly, installer, help);
            case "--screen" -> {
                String name = value(word, words);
                CenterTab place = CenterTab.of(name)
                        .orElseThrow(() -> new IllegalArgumentException("there is no screen " + name));
                yield new CenterOptions(socket, theme, place, firstPaint, consentOnly, installer, help);
            }
            default -> throw new IllegalArgumentException("there is no option " + word);
        };
    }

    private static String value(String option, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return words.next();
    }
}

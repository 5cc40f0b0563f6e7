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
 * @param firstPaint prints the time of the first paint and leaves: for measuring
 */
public record CenterOptions(
        Optional<Path> socket, Optional<String> theme, CenterTab tab, boolean firstPaint, boolean help) {

    static final String USAGE = """
            Usage: agentos-center [OPTIONS]
            The control centre: agents, what waits for you, what happened. Closing it stops no agent.

              --socket PATH    agentd's socket
              --theme NAME     dark, light, high-contrast or system
              --screen NAME    the place to open: home, inbox, agents, catalog, …
              -h, --help       this text

            Examples:
              agentos-center
              agentos-center --theme light --screen agents
            """;

    static CenterOptions plain() {
        return new CenterOptions(Optional.empty(), Optional.empty(), CenterTab.HOME, false, false);
    }

    /** @throws IllegalArgumentException with what is wrong */
    static CenterOptions parse(String... arguments) {
        CenterOptions options = plain();
        Iterator<String> words = Arrays.asList(arguments).iterator();
        while (words.hasNext()) {
            String word = words.next();
            options = switch (word) {
                case "-h", "--help" -> new CenterOptions(options.socket, options.theme, options.tab, false, true);
                case "--first-paint" ->
                    new CenterOptions(options.socket, options.theme, options.tab, true, options.help);
                case "--socket" ->
                    new CenterOptions(
                            Optional.of(Path.of(value(word, words))), options.theme, options.tab, false, options.help);
                case "--theme" ->
                    new CenterOptions(
                            options.socket,
                            Optional.of(value(word, words)),
                            options.tab,
                            options.firstPaint,
                            options.help);
                case "--screen" -> {
                    String name = value(word, words);
                    CenterTab tab = CenterTab.of(name)
                            .orElseThrow(() -> new IllegalArgumentException("there is no screen " + name));
                    yield new CenterOptions(options.socket, options.theme, tab, options.firstPaint, options.help);
                }
                default -> throw new IllegalArgumentException("there is no option " + word);
            };
        }
        return options;
    }

    private static String value(String option, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return words.next();
    }
}

package dev.agentos.domain.filter;

import dev.agentos.domain.policy.Knowledge;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Links in an answer that carry data away. A link that was shown as it stands gives nothing away that its author did not
 * know; one that was put together and holds a value that a tool gave does. Whoever shows the answer may load it unasked.
 */
public final class TaintedLinks {

    /** Shorter values are everywhere. */
    private static final int MIN_VALUE = 6;

    private static final int MAX_LINK = 8192;

    private TaintedLinks() {}

    /** The text without the links that carry data, and those links. */
    public record Cleaned(String text, List<String> links) {
        public Cleaned {
            links = List.copyOf(links);
        }
    }

    /** Takes such links out of an answer to a task that has shown {@code known}. */
    public static Cleaned strip(String answer, Knowledge known) {
        List<String> values = values(known);
        StringBuilder out = new StringBuilder(answer.length());
        List<String> links = new ArrayList<>();
        int from = 0;
        int at = next(answer, 0);
        while (at >= 0) {
            int end = end(answer, at);
            String link = answer.substring(at, end);
            out.append(answer, from, at);
            if (isShown(link, known) || !carries(link, values, known)) {
                out.append(link);
            } else {
                out.append("[link removed: it carries data]");
                links.add(link);
            }
            from = end;
            at = next(answer, end);
        }
        return new Cleaned(out.append(answer, from, answer.length()).toString(), links);
    }

    private static int next(String text, int from) {
        int http = text.indexOf("http", from);
        while (http >= 0) {
            if (text.startsWith("://", http + 4) || text.startsWith("s://", http + 4)) {
                return http;
            }
            http = text.indexOf("http", http + 4);
        }
        return -1;
    }

    private static int end(String text, int from) {
        int end = from;
        while (end < text.length() && end - from < MAX_LINK && " \n\r\t<>\"'`)]}".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static boolean isShown(String link, Knowledge known) {
        return known.person().contains(link)
                || known.seen().stream()
                        .flatMap(sighting -> sighting.leaves().stream())
                        .anyMatch(leaf -> leaf.text().contains(link));
    }

    private static List<String> values(Knowledge known) {
        return known.seen().stream()
                .flatMap(sighting -> sighting.leaves().stream())
                .flatMap(leaf -> leaf.text().length() <= 128
                        ? List.of(leaf.text()).stream()
                        : leaf.text().lines().filter(line -> line.length() <= 128))
                .map(TaintedLinks::loose)
                .filter(value -> value.length() >= MIN_VALUE)
                .distinct()
                .toList();
    }

    /** Whether what follows the host holds a value of a result, in any spelling. */
    private static boolean carries(String link, List<String> values, Knowledge known) {
        int host = link.indexOf("://") + 3;
        int path = link.indexOf('/', host);
        String rest = path < 0 ? link.substring(host) : link.substring(path);
        if (known.secretIn(rest).isPresent()) {
            return true;
        }
        List<String> readings = new ArrayList<>();
        readings.add(loose(rest));
        for (Reading reading : Readings.of(Normaliser.normalise(rest))) {
            readings.add(loose(reading.text()));
        }
        for (String part : rest.split("[/?&=#]")) {
            for (Reading reading : Readings.of(Normaliser.normalise(part))) {
                readings.add(loose(reading.text()));
            }
        }
        return readings.stream().anyMatch(reading -> values.stream().anyMatch(reading::contains));
    }

    private static String loose(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%' && i + 2 < text.length()) {
                int high = Character.digit(text.charAt(i + 1), 16);
                int low = Character.digit(text.charAt(i + 2), 16);
                if (high >= 0 && low >= 0) {
                    char c = (char) (high * 16 + low);
                    if (Character.isLetterOrDigit(c)) {
                        out.append(c);
                    }
                    i += 2;
                    continue;
                }
            }
            if (Character.isLetterOrDigit(text.charAt(i))) {
                out.append(text.charAt(i));
            }
        }
        return out.toString().toLowerCase(Locale.ROOT);
    }
}

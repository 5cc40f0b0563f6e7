package dev.agentos.domain.report;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sorts the lines of logs: lines that differ only in numbers, addresses and names are one kind of message; kinds are
 * ordered by severity and by how often they come; bursts are found by the minute. Lines that go with the one before
 * (stack traces, wrapped text) are counted with it.
 */
public final class LogTriage {

    /** How bad a line says it is, worst first. */
    public enum Severity {
        FATAL,
        ERROR,
        WARNING,
        INFO,
        DEBUG
    }

    /**
     * One kind of message.
     *
     * @param example the first line of that kind, as it stands
     * @param first where it stands, {@code file:line}
     * @param last where it stands last
     */
    public record Group(
            Severity severity,
            String pattern,
            long count,
            String example,
            String first,
            String last,
            String from,
            String to) {}

    /** A minute with far more warnings and worse than usual. */
    public record Burst(String minute, long count) {}

    private static final int MAX_GROUPS = 5_000;
    private static final int MAX_LINE = 4_000;

    private static final Pattern ISO = Pattern.compile(
            "(\\d{4})-(\\d{2})-(\\d{2})[T ](\\d{2}):(\\d{2})(?::(\\d{2}))?(?:[.,]\\d+)?(?:Z|[+-]\\d{2}:?\\d{2})?");
    private static final Pattern SYSLOG =
            Pattern.compile("^(?:<\\d+>)?([A-Z][a-z]{2})\\s+(\\d{1,2}) (\\d{2}):(\\d{2}):\\d{2}");
    private static final Pattern ACCESS =
            Pattern.compile("\\[(\\d{2})/([A-Z][a-z]{2})/(\\d{4}):(\\d{2}):(\\d{2}):\\d{2}[^]]*]");
    private static final List<String> MONTHS =
            List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");

    private static final Pattern HTTP_STATUS = Pattern.compile("\" ([1-5]\\d{2}) (?:\\d+|-)(?: |$)");
    private static final Pattern WORDS = Pattern.compile(
            "(?i)\\b(fatal|panic|emerg(?:ency)?|alert|crit(?:ical)?|severe|err(?:or)?|fail(?:ed|ure)?|exception|warn(?:ing)?"
                    + "|notice|info|debug|trace|verbose)\\b");
    /** What the kernel and programs say without a level when something broke. */
    private static final Pattern BROKEN = Pattern.compile(
            "(?i)\\b(out of memory|oom-kill(er|ed)?|killed process|segfault|core dumped|no space left on device"
                    + "|read-only file system|corrupt(ed|ion)?)\\b");
    /** The same for what may become trouble. */
    private static final Pattern DOUBTFUL =
            Pattern.compile("(?i)\\b(connection (refused|reset)|timed out|permission denied|unreachable)\\b");

    private static final Pattern CONTINUES = Pattern.compile("^(\\s+\\S|Caused by:|Traceback |\\.\\.\\. \\d+ more)");

    private static final List<Map.Entry<Pattern, String>> MASKS = List.of(
            Map.entry(ISO, "<time>"),
            Map.entry(Pattern.compile("^(?:<\\d+>)?[A-Z][a-z]{2}\\s+\\d{1,2} \\d{2}:\\d{2}:\\d{2}"), "<time>"),
            Map.entry(ACCESS, "<time>"),
            Map.entry(Pattern.compile("\\b\\d{2}:\\d{2}:\\d{2}(?:[.,]\\d+)?\\b"), "<time>"),
            Map.entry(Pattern.compile("\\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\\b"), "<id>"),
            Map.entry(Pattern.compile("[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}"), "<mail>"),
            Map.entry(Pattern.compile("\\bhttps?://[^\\s\"'<>]+"), "<url>"),
            Map.entry(Pattern.compile("\\b(?:\\d{1,3}\\.){3}\\d{1,3}(?::\\d+)?\\b"), "<ip>"),
            Map.entry(Pattern.compile("(?<![A-Za-z0-9_.-])/(?:[A-Za-z0-9_.@%+=-]+/)*[A-Za-z0-9_.@%+=?&-]+"), "<path>"),
            Map.entry(Pattern.compile("\\b0x[0-9a-fA-F]+\\b"), "<hex>"),
            Map.entry(Pattern.compile("\\b(?=[0-9a-f]*\\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\\b"), "<hex>"),
            Map.entry(Pattern.compile("\"[^\"]{1,400}\""), "<text>"),
            Map.entry(Pattern.compile("'[^']{1,400}'"), "<text>"),
            Map.entry(
                    Pattern.compile("(?<![A-Za-z])[+-]?\\d+(?:[.,]\\d+)*(?:ms|s|m|h|[KMGT]i?B|%)?(?![A-Za-z])"),
                    "<n>"));

    private static final class Building {
        private final Severity severity;
        private final String pattern;
        private final String example;
        private final String first;
        private String last;
        private String from = "";
        private String to = "";
        private long count;

        Building(Severity severity, String pattern, String example, String first) {
            this.severity = severity;
            this.pattern = pattern;
            this.example = example;
            this.first = first;
            this.last = first;
        }

        Group done() {
            return new Group(severity, pattern, count, example, first, last, from, to);
        }
    }

    private final Map<String, Building> groups = new LinkedHashMap<>();
    private final Map<String, Long> perFile = new LinkedHashMap<>();
    private final TreeMap<String, Long> minutes = new TreeMap<>();
    private final Map<Severity, Long> totals = new LinkedHashMap<>();
    private long lines;
    private long attached;
    private long beyond;
    private String earliest = "";
    private String latest = "";

    /** Reads one file. */
    public void read(String name, String text) {
        int number = 0;
        boolean any = false;
        long counted = 0;
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            int stop = end < 0 ? text.length() : end;
            number++;
            String line = text.substring(at, Math.min(stop, at + MAX_LINE)).stripTrailing();
            at = stop + 1;
            if (line.isBlank()) {
                continue;
            }
            lines++;
            counted++;
            if (any && CONTINUES.matcher(line).find()) {
                attached++;
                continue;
            }
            any = true;
            line(name + ":" + number, line);
        }
        perFile.put(name, counted);
    }

    private void line(String place, String line) {
        Severity severity = severityOf(line);
        totals.merge(severity, 1L, Long::sum);
        String minute = minuteOf(line);
        if (!minute.isEmpty()) {
            earliest = earliest.isEmpty() || minute.compareTo(earliest) < 0 ? minute : earliest;
            latest = minute.compareTo(latest) > 0 ? minute : latest;
            if (severity.compareTo(Severity.WARNING) <= 0) {
                minutes.merge(minute, 1L, Long::sum);
            }
        }
        String pattern = patternOf(line);
        String key = severity + " " + pattern;
        Building group = groups.get(key);
        if (group == null) {
            if (groups.size() >= MAX_GROUPS) {
                beyond++;
                return;
            }
            group = new Building(severity, pattern, line, place);
            groups.put(key, group);
        }
        group.count++;
        group.last = place;
        if (!minute.isEmpty()) {
            group.from = group.from.isEmpty() || minute.compareTo(group.from) < 0 ? minute : group.from;
            group.to = minute.compareTo(group.to) > 0 ? minute : group.to;
        }
    }

    static Severity severityOf(String line) {
        Matcher status = HTTP_STATUS.matcher(line);
        if (status.find()) {
            char kind = status.group(1).charAt(0);
            return kind == '5' ? Severity.ERROR : kind == '4' ? Severity.WARNING : Severity.INFO;
        }
        Severity worst = Severity.INFO;
        boolean found = false;
        // A level stands near the beginning; a word further on is part of what is told, and is believed less.
        Matcher word = WORDS.matcher(line);
        while (word.find()) {
            Severity said = switch (word.group(1).toLowerCase(Locale.ROOT).substring(0, 3)) {
                case "fat", "pan", "eme", "ale", "cri", "sev" -> Severity.FATAL;
                case "err", "fai", "exc" -> Severity.ERROR;
                case "war" -> Severity.WARNING;
                case "deb", "tra", "ver" -> Severity.DEBUG;
                default -> Severity.INFO;
            };
            boolean isLevel = word.group(1)
                            .matches("(?i)fatal|panic|emerg|alert|crit|critical|severe|error|err|warn|warning|"
                                    + "notice|info|debug|trace")
                    && (word.group(1).equals(word.group(1).toUpperCase(Locale.ROOT)) || isMarked(line, word))
                    && word.start() < 80;
            if (isLevel) {
                return said;
            }
            if (said.compareTo(Severity.WARNING) <= 0 && (!found || said.compareTo(worst) < 0)) {
                worst = said == Severity.FATAL ? Severity.ERROR : said;
                found = true;
            }
        }
        if (found) {
            return worst;
        }
        return BROKEN.matcher(line).find()
                ? Severity.ERROR
                : DOUBTFUL.matcher(line).find() ? Severity.WARNING : Severity.INFO;
    }

    /** In brackets, before a colon, or as the value of a field called level. */
    private static boolean isMarked(String line, Matcher word) {
        char before = word.start() == 0 ? ' ' : line.charAt(word.start() - 1);
        char after = word.end() == line.length() ? ' ' : line.charAt(word.end());
        boolean field = line.substring(Math.max(0, word.start() - 12), word.start())
                .matches("(?i).*(level|lvl|severity)\"?[=:]\\s*\"?");
        return field || (before == '[' && after == ']') || (before == '<' && after == '>') || after == ':';
    }

    static String patternOf(String line) {
        String masked = line;
        for (Map.Entry<Pattern, String> mask : MASKS) {
            masked = mask.getKey().matcher(masked).replaceAll(mask.getValue());
        }
        return masked.replaceAll("\\s+", " ").strip();
    }

    /** The minute of a line, sortable; syslog's lines have no year. */
    static String minuteOf(String line) {
        try {
            Matcher iso = ISO.matcher(line);
            if (iso.find() && iso.start() < 60) {
                return LocalDateTime.of(
                                Integer.parseInt(iso.group(1)),
                                Integer.parseInt(iso.group(2)),
                                Integer.parseInt(iso.group(3)),
                                Integer.parseInt(iso.group(4)),
                                Integer.parseInt(iso.group(5)))
                        .toString()
                        .replace('T', ' ');
            }
            Matcher access = ACCESS.matcher(line);
            if (access.find()) {
                return access.group(3) + "-" + month(access.group(2)).orElse("00") + "-" + access.group(1) + " "
                        + access.group(4) + ":" + access.group(5);
            }
            Matcher syslog = SYSLOG.matcher(line);
            if (syslog.find()) {
                return month(syslog.group(1)).orElse("00") + "-"
                        + String.format(Locale.ROOT, "%02d", Integer.parseInt(syslog.group(2))) + " " + syslog.group(3)
                        + ":" + syslog.group(4);
            }
        } catch (DateTimeException e) {
            return "";
        }
        return "";
    }

    private static Optional<String> month(String name) {
        int index = MONTHS.indexOf(name);
        return index < 0 ? Optional.empty() : Optional.of(String.format(Locale.ROOT, "%02d", index + 1));
    }

    // ------------------------------------------------------------------ the answer

    /** Every kind of message, the worst and most frequent first. */
    public List<Group> groups() {
        return groups.values().stream()
                .map(Building::done)
                .sorted(Comparator.comparing(Group::severity)
                        .thenComparing(Comparator.comparingLong(Group::count).reversed())
                        .thenComparing(Group::first))
                .toList();
    }

    /** Minutes with at least five warnings or worse, and at least four times as many as half of such minutes have. */
    public List<Burst> bursts() {
        List<Long> counts = new ArrayList<>(minutes.values());
        counts.sort(Comparator.naturalOrder());
        if (counts.isEmpty()) {
            return List.of();
        }
        long median = counts.get(counts.size() / 2);
        return minutes.entrySet().stream()
                .filter(minute -> minute.getValue() >= Math.max(5, 4 * median))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(5)
                .map(minute -> new Burst(minute.getKey(), minute.getValue()))
                .toList();
    }

    public Map<Severity, Long> totals() {
        return new TreeMap<>(totals);
    }

    public long lines() {
        return lines;
    }

    /** The report for a person. */
    public String markdown(String title, int most) {
        List<Group> all = groups();
        StringBuilder out = new StringBuilder("# " + Markdown.cell(title) + "\n\n");
        out.append(Markdown.count(lines, "line"))
                .append(" in ")
                .append(Markdown.count(perFile.size(), "file"))
                .append(earliest.isEmpty() ? "" : ", from " + earliest + " to " + latest)
                .append(": ");
        List<String> said = new ArrayList<>();
        totals().forEach((severity, count) -> said.add(
                Markdown.count(count, severity.name().toLowerCase(Locale.ROOT)).replaceAll("(info|debug)s$", "$1")));
        out.append(said.isEmpty() ? "nothing" : String.join(", ", said)).append(".\n");
        if (attached > 0) {
            out.append("\n")
                    .append(Markdown.count(attached, "line"))
                    .append(" of stack traces and the like are counted with the line they belong to.\n");
        }
        List<Group> bad = all.stream()
                .filter(group -> group.severity().compareTo(Severity.WARNING) <= 0)
                .toList();
        List<Burst> bursts = bursts();
        if (!bursts.isEmpty()) {
            out.append("\n## Bursts\n\n");
            bursts.forEach(burst -> out.append("- ")
                    .append(burst.minute())
                    .append(": ")
                    .append(Markdown.count(burst.count(), "warning"))
                    .append(" or worse in one minute\n"));
        }
        out.append("\n## Look at these first\n\n");
        if (bad.isEmpty()) {
            out.append("No line says that it is a warning or worse.\n");
        }
        int number = 0;
        for (Group group : bad.subList(0, Math.min(most, bad.size()))) {
            out.append(++number)
                    .append(". **")
                    .append(group.severity().name().toLowerCase(Locale.ROOT))
                    .append("**, ")
                    .append(group.count() == 1 ? "once" : String.format(Locale.ROOT, "%,d times", group.count()))
                    .append(when(group))
                    .append(", ")
                    .append(Markdown.code(group.first()))
                    .append(group.count() > 1 ? " to " + Markdown.code(group.last()) : "")
                    .append("\n   ")
                    .append(Markdown.code(group.example()))
                    .append('\n');
        }
        if (bad.size() > most) {
            out.append("\n… and ")
                    .append(Markdown.count(bad.size() - (long) most, "more kind"))
                    .append(" of warnings or worse.\n");
        }
        frequent(out, all);
        files(out);
        if (beyond > 0) {
            out.append("\n")
                    .append(Markdown.count(beyond, "line"))
                    .append(" of further kinds are in the totals only.\n");
        }
        return out.toString();
    }

    private static String when(Group group) {
        if (group.from().isEmpty()) {
            return "";
        }
        return group.from().equals(group.to()) ? ", at " + group.from() : ", " + group.from() + " to " + group.to();
    }

    private static void frequent(StringBuilder out, List<Group> all) {
        List<Group> rest = all.stream()
                .filter(group -> group.severity().compareTo(Severity.WARNING) > 0)
                .sorted(Comparator.comparingLong(Group::count).reversed())
                .limit(5)
                .toList();
        if (!rest.isEmpty()) {
            out.append("\n## Most frequent of the rest\n\n| times | message | first |\n|--:|---|---|\n");
            rest.forEach(group -> out.append("| ")
                    .append(String.format(Locale.ROOT, "%,d", group.count()))
                    .append(" | ")
                    .append(Markdown.code(group.pattern()).replace("|", "\\|"))
                    .append(" | ")
                    .append(Markdown.cell(group.first()))
                    .append(" |\n"));
        }
    }

    private void files(StringBuilder out) {
        if (perFile.size() > 1) {
            out.append("\n## Files\n\n| file | lines |\n|---|--:|\n");
            perFile.forEach((name, count) -> out.append("| ")
                    .append(Markdown.cell(name))
                    .append(" | ")
                    .append(String.format(Locale.ROOT, "%,d", count))
                    .append(" |\n"));
        }
    }
}

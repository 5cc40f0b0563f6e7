package dev.agentos.tui.consent;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.themes.Role;
import dev.agentos.tui.term.Screen;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;

/** One ask as a card: who wants what, why, what exactly, at which risk, by which contract line. */
public final class ConsentCard {

    private static final int PREVIEW = 10;
    private static final int LABEL = 10;

    private final AskView ask;

    public ConsentCard(AskView ask) {
        this.ask = ask;
    }

    /** The card without its content. */
    public void head(Screen screen, Instant now) {
        String title = title();
        String waiting = "waiting " + waited(now);
        int room = screen.width() - 4 - Screen.columns(waiting) - 2;
        String shown = Screen.fit(screen.text(title), room);
        screen.line(" " + screen.paint(Role.NEEDS, "?") + " " + screen.bold(shown)
                + " ".repeat(Math.max(2, room - Screen.columns(shown) + 2)) + screen.muted(waiting));
        if (!ask.agentReason().isEmpty()) {
            screen.labelled(3, LABEL, "Why", Role.TEXT, "“" + ask.agentReason() + "” (the agent's words)");
        }
        screen.labelled(3, LABEL, "What", Role.TEXT, ask.tool() + "  " + ask.target());
        screen.labelled(3, LABEL, "", Role.TEXT, facts());
        boolean high = ask.risk().equals("high");
        screen.labelled(3, LABEL, "Risk", high ? Role.BAD : Role.TEXT, risk(high));
        screen.labelled(3, LABEL, "Contract", Role.TEXT, ask.contractLine());
        if (ask.escaped()) {
            screen.labelled(
                    3,
                    LABEL,
                    "Careful",
                    Role.BAD,
                    "it holds hidden or misleading characters; they are shown as \\u{…}");
        }
    }

    /** What agentd says it wants; shorter for the most usual thing. */
    private String title() {
        return ask.tool().equals("fs.write")
                ? ask.agent() + " wants to write "
                        + ask.target().substring(ask.target().lastIndexOf('/') + 1)
                : ask.title();
    }

    private String facts() {
        StringBuilder facts = new StringBuilder();
        Object change = ask.facts().get("change");
        if (change != null) {
            facts.append(change);
        }
        if (ask.facts().get("bytes") instanceof Number bytes) {
            facts.append(facts.isEmpty() ? "" : ", ").append(size(bytes.longValue()));
        }
        ask.facts().forEach((name, value) -> {
            if (!List.of("change", "bytes", "path", "sha256", "undo").contains(name)) {
                facts.append(facts.isEmpty() ? "" : ", ")
                        .append(name)
                        .append(' ')
                        .append(value);
            }
        });
        return facts.isEmpty() ? "no further facts" : facts.toString();
    }

    private String risk(boolean high) {
        String undo = ask.reversible() ? "reversible: undo is kept" : "cannot be undone";
        return high ? "HIGH: " + (ask.riskReason().isEmpty() ? "" : ask.riskReason() + "; ") + undo : undo;
    }

    /** Lines of the content; empty when there is none. */
    public List<String> content() {
        return ask.content().isEmpty() ? List.of() : ask.content().lines().toList();
    }

    /** Whether {@link #preview} shows everything already. */
    public boolean isShort() {
        return content().size() <= PREVIEW + 2;
    }

    /** The beginning of the content, or all of it where it is short. */
    public void preview(Screen screen) {
        List<String> lines = content();
        lines(screen, isShort() ? lines : lines.subList(0, PREVIEW));
        if (!isShort()) {
            screen.line("   " + screen.muted("│ … " + (lines.size() - PREVIEW) + " more lines"));
        }
    }

    /** The others of the same shape that wait too. */
    void alike(Screen screen, List<AskView> others) {
        screen.labelled(
                3,
                LABEL,
                "Alike",
                Role.NEEDS,
                others.size() + " more like this: "
                        + String.join(
                                ", ",
                                others.stream().limit(5).map(ConsentCard::name).toList())
                        + (others.size() > 5 ? ", …" : ""));
    }

    private static String name(AskView ask) {
        return ask.target().substring(ask.target().lastIndexOf('/') + 1);
    }

    /** Rows of the content, already cut to the screen, and how many are left. */
    void rows(Screen screen, List<String> rows, int left) {
        rows.forEach(row -> screen.line("   " + screen.muted("│") + " " + screen.text(row)));
        if (left > 0) {
            screen.line("   " + screen.muted("│ … " + left + " more rows"));
        }
    }

    /** All of the content. */
    public void full(Screen screen) {
        lines(screen, content());
    }

    private static void lines(Screen screen, List<String> lines) {
        for (String line : lines) {
            for (String part : Screen.wrap(line.replace("\t", "    ").stripTrailing(), screen.width() - 6)) {
                screen.line("   " + screen.muted("│") + " " + screen.text(part));
            }
        }
    }

    private String waited(Instant now) {
        try {
            long seconds = Math.max(
                    0, Duration.between(Instant.parse(ask.askedAt()), now).toSeconds());
            return seconds >= 3600
                    ? String.format("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
                    : String.format("%d:%02d", seconds / 60, seconds % 60);
        } catch (DateTimeParseException e) {
            // A time that cannot be read is left out rather than guessed.
            return "?";
        }
    }

    /** A number of bytes in words. */
    public static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " bytes";
        }
        if (bytes < 1024 * 1024) {
            return String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
        }
        return bytes < 1024L * 1024 * 1024
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024))
                : String.format(Locale.ROOT, "%.1f GiB", bytes / (1024.0 * 1024 * 1024));
    }
}

package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a card says about an ask beside its content. Every text of the ask has passed agentd's sanitiser. */
public final class CardText {

    private static final Set<String> SAID_OTHERWISE = Set.of("change", "bytes", "path", "sha256", "undo");
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private CardText() {}

    /** One labelled line of the card. */
    public record Fact(String label, String text, Tone tone) {}

    /** What agentd says it wants; shorter for the most usual thing. */
    public static String title(AskView ask) {
        return ask.tool().equals("fs.write") ? ask.agent() + " wants to write " + name(ask.target()) : ask.title();
    }

    /** The facts of the card, in the order in which they are read. The agent's own reason is marked as its words. */
    public static List<Fact> facts(AskView ask) {
        List<Fact> facts = new ArrayList<>();
        if (!ask.agentReason().isEmpty()) {
            facts.add(new Fact("Why", "“" + ask.agentReason() + "” (the agent's words)", Tone.PLAIN));
        }
        facts.add(new Fact("What", ask.tool() + "  " + ask.target(), Tone.PLAIN));
        String more = further(ask);
        if (!more.isEmpty()) {
            facts.add(new Fact("", more, Tone.MUTED));
        }
        facts.add(new Fact("Risk", risk(ask), isHigh(ask) ? Tone.BAD : Tone.PLAIN));
        facts.add(new Fact("Contract", ask.contractLine(), Tone.PLAIN));
        if (ask.escaped()) {
            facts.add(new Fact(
                    "Careful", "it holds hidden or misleading characters; they are shown as \\u{…}", Tone.BAD));
        }
        return facts;
    }

    public static boolean isHigh(AskView ask) {
        return ask.risk().equals("high");
    }

    private static String risk(AskView ask) {
        String undo = ask.reversible() ? "reversible: undo is kept" : "cannot be undone";
        return isHigh(ask) ? "HIGH: " + (ask.riskReason().isEmpty() ? "" : ask.riskReason() + "; ") + undo : undo;
    }

    private static String further(AskView ask) {
        List<String> facts = new ArrayList<>();
        Optional.ofNullable(ask.facts().get("change")).map(String::valueOf).ifPresent(facts::add);
        if (ask.facts().get("bytes") instanceof Number bytes) {
            facts.add(Measures.bytes(bytes.longValue()));
        }
        ask.facts().forEach((name, value) -> {
            if (!SAID_OTHERWISE.contains(name)) {
                facts.add(name + " " + value);
            }
        });
        return String.join(", ", facts);
    }

    /** The last part of a path, or all of what is no path. */
    static String name(String target) {
        return target.substring(target.lastIndexOf('/') + 1);
    }

    /** How long it has waited, for example {@code 0:12}. */
    public static String waited(AskView ask, Instant now) {
        return time(ask.askedAt())
                .map(asked -> Math.max(0, Duration.between(asked, now).toSeconds()))
                .map(seconds -> seconds >= 3_600
                        ? String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60)
                        : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60))
                .orElse("?");
    }

    /** Since when it has waited, by the clock. */
    public static String since(AskView ask, ZoneId zone) {
        return time(ask.askedAt())
                .map(asked -> CLOCK.format(asked.atZone(zone)))
                .orElse("?");
    }

    /**
     * Until when an answer is waited for, by the clock: a time that stands still hurries nobody. Empty where no limit is
     * known.
     */
    public static String expires(AskView ask, Instant now, ZoneId zone) {
        return time(ask.expiresAt())
                .map(end -> {
                    var at = end.atZone(zone);
                    boolean today = at.toLocalDate().equals(now.atZone(zone).toLocalDate());
                    return "without an answer it is refused once, " + (today ? "at " : at.toLocalDate() + " at ")
                            + CLOCK.format(at);
                })
                .orElse("");
    }

    private static Optional<Instant> time(String iso) {
        try {
            return iso.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(iso));
        } catch (DateTimeParseException e) {
            // A time that cannot be read is left out rather than guessed.
            return Optional.empty();
        }
    }
}

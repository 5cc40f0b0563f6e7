package dev.agentos.agentd.consent;

import dev.agentos.bridge.wire.ConsentWire.GrantView;
import dev.agentos.bridge.wire.ConsentWire.KindStats;
import dev.agentos.bridge.wire.ConsentWire.Stats;
import dev.agentos.domain.consent.Consent.Ask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How asking went: many prompts, quick answers and nothing but Allow are the signs of people who stopped reading. */
public final class ConsentStats {

    private ConsentStats() {}

    /** The figures over everything that was asked, and the live grants. */
    public static Stats of(List<AskRecord> asks, List<GrantView> grants) {
        long covered = asks.stream().filter(ConsentStats::isCovered).count();
        long allowed = count(asks, AskRecord.ALLOWED) - covered;
        long denied = count(asks, AskRecord.DENIED);
        long runs = asks.stream().map(record -> record.ask().run()).distinct().count();
        long[] times = asks.stream()
                .filter(ConsentStats::isAnsweredByAPerson)
                .mapToLong(record -> Duration.between(record.ask().askedAt(), Instant.parse(record.answeredAt()))
                        .toMillis())
                .sorted()
                .toArray();
        return new Stats(
                asks.size(),
                count(asks, AskRecord.PENDING),
                allowed,
                denied,
                count(asks, AskRecord.EXPIRED),
                count(asks, AskRecord.WITHDRAWN),
                covered,
                runs,
                runs == 0 ? 0 : (asks.size() - covered) / (double) runs,
                at(times, 50),
                at(times, 95),
                allowed + denied == 0 ? 0 : 100.0 * allowed / (allowed + denied),
                grants.size(),
                grants.stream().mapToLong(GrantView::used).sum() - covered(grants, covered),
                kinds(asks),
                grants);
    }

    /** Uses of live grants that are already counted as covered asks; never more than there are. */
    private static long covered(List<GrantView> grants, long covered) {
        return Math.min(covered, grants.stream().mapToLong(GrantView::used).sum());
    }

    private static boolean isCovered(AskRecord record) {
        return record.status().equals(AskRecord.ALLOWED) && record.by().startsWith("grant-");
    }

    private static boolean isAnsweredByAPerson(AskRecord record) {
        return (record.status().equals(AskRecord.ALLOWED) && !isCovered(record))
                || record.status().equals(AskRecord.DENIED);
    }

    private static long count(List<AskRecord> asks, String status) {
        return asks.stream().filter(record -> record.status().equals(status)).count();
    }

    private static long at(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private static List<KindStats> kinds(List<AskRecord> asks) {
        Map<String, KindStats> kinds = new TreeMap<>();
        for (AskRecord record : asks) {
            Ask ask = record.ask();
            kinds.merge(
                    ask.kind().word() + " " + ask.tool(),
                    new KindStats(
                            ask.kind().word(),
                            ask.tool(),
                            1,
                            record.status().equals(AskRecord.ALLOWED) ? 1 : 0,
                            record.status().equals(AskRecord.DENIED) ? 1 : 0),
                    (one, two) -> new KindStats(
                            one.kind(),
                            one.tool(),
                            one.asks() + two.asks(),
                            one.allowed() + two.allowed(),
                            one.denied() + two.denied()));
        }
        return List.copyOf(kinds.values());
    }
}

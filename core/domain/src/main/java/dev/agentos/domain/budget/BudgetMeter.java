package dev.agentos.domain.budget;

import dev.agentos.domain.model.ModelUsage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one caller has used up of its limits, and what its calls that are on their way may still use. A call is let
 * through while what is used, what is reserved and what it may use itself stay within every limit; the last call before a
 * limit may pass it, alone: so a limit is passed by one call in flight at most. Immutable.
 *
 * @param used what finished calls used
 * @param reserved the most that calls on their way may use, by the call's number
 */
public record BudgetMeter(Used used, java.util.Map<Long, Long> reserved) {

    /** What was used: tokens, dollars, model calls. */
    public record Used(long tokens, BigDecimal costUsd, long turns) {
        public static final Used NOTHING = new Used(0, BigDecimal.ZERO, 0);

        public Used plus(ModelUsage usage, BigDecimal cost) {
            return new Used(tokens + usage.total(), costUsd.add(cost), turns + 1);
        }
    }

    /** What happens at a limit. */
    public enum AtLimit {
        /** An event, and it goes on. */
        WARN,
        /** The agent is paused and a person is asked for more. */
        ASK,
        /** The agent is paused. */
        STOP
    }

    /**
     * A limit of one scope.
     *
     * @param scope {@code run}, {@code agent} or {@code day}
     */
    public record Limit(String scope, String field, BigDecimal most, AtLimit atLimit, String line) {
        static Limit of(String scope, String field, long most, AtLimit atLimit, String line) {
            return new Limit(scope, field, BigDecimal.valueOf(most), atLimit, line);
        }

        /** The name in events, for example {@code budget.tokens}. */
        public String name() {
            return (scope.equals("run") ? "budget." : "budget." + scope + ".") + field;
        }
    }

    /** Whether a call may be made. */
    public sealed interface Verdict {
        /** It may; the meter with its reservation. */
        record Go(BudgetMeter next) implements Verdict {}

        /** It may, once a call that is on its way has ended. */
        record Wait() implements Verdict {}

        /** A limit is used up. */
        record Over(Limit limit, BigDecimal used) implements Verdict {
            public String words() {
                return limit.name() + " is used up: "
                        + used.stripTrailingZeros().toPlainString() + " of "
                        + limit.most().stripTrailingZeros().toPlainString();
            }
        }
    }

    public static final BudgetMeter EMPTY = new BudgetMeter(Used.NOTHING, java.util.Map.of());

    public BudgetMeter {
        reserved = java.util.Map.copyOf(reserved);
    }

    /** Limits on tokens, cost and turns. */
    public static List<Limit> limits(
            String scope,
            Optional<Long> tokens,
            Optional<BigDecimal> cost,
            Optional<Long> turns,
            AtLimit atLimit,
            String line) {
        List<Limit> limits = new ArrayList<>();
        tokens.ifPresent(most -> limits.add(Limit.of(scope, "tokens", most, atLimit, line)));
        cost.ifPresent(most -> limits.add(new Limit(scope, "cost_usd", most, atLimit, line)));
        turns.ifPresent(most -> limits.add(Limit.of(scope, "turns", most, atLimit, line)));
        return limits;
    }

    /** The first limit that is used up already. */
    public Optional<Verdict.Over> over(List<Limit> limits) {
        for (Limit limit : limits) {
            BigDecimal now = of(limit);
            // What costs nothing is no spending, so a limit of no dollars lets free models be used.
            boolean free = limit.field().equals("cost_usd") && now.signum() == 0;
            if (!free && now.compareTo(limit.most()) >= 0) {
                return Optional.of(new Verdict.Over(limit, now));
            }
        }
        return Optional.empty();
    }

    /**
     * Judges a call.
     *
     * @param number the call's own number
     * @param most the most tokens it may use
     */
    public Verdict ask(long number, long most, List<Limit> limits) {
        Optional<Verdict.Over> over = over(limits);
        if (over.isPresent()) {
            return over.get();
        }
        if (!reserved.isEmpty()) {
            long waiting = reserved.values().stream().mapToLong(Long::longValue).sum();
            boolean fits = limits.stream().allMatch(limit -> switch (limit.field()) {
                case "tokens" ->
                    BigDecimal.valueOf(used.tokens() + waiting + most).compareTo(limit.most()) <= 0;
                case "turns" ->
                    BigDecimal.valueOf(used.turns() + reserved.size() + 1L).compareTo(limit.most()) <= 0;
                // What a call will cost is not known before: near the limit calls go one by one.
                default -> used.costUsd().multiply(BigDecimal.valueOf(2)).compareTo(limit.most()) <= 0;
            });
            if (!fits) {
                return new Verdict.Wait();
            }
        }
        java.util.Map<Long, Long> more = new java.util.HashMap<>(reserved);
        more.put(number, most);
        return new Verdict.Go(new BudgetMeter(used, more));
    }

    /** A call ended: what it used counts, its reservation is gone. */
    public BudgetMeter ended(long number, ModelUsage usage, BigDecimal cost) {
        java.util.Map<Long, Long> fewer = new java.util.HashMap<>(reserved);
        fewer.remove(number);
        return new BudgetMeter(used.plus(usage, cost), fewer);
    }

    /** A call was not made after all. */
    public BudgetMeter dropped(long number) {
        java.util.Map<Long, Long> fewer = new java.util.HashMap<>(reserved);
        fewer.remove(number);
        return new BudgetMeter(used, fewer);
    }

    private BigDecimal of(Limit limit) {
        return switch (limit.field()) {
            case "tokens" -> BigDecimal.valueOf(used.tokens());
            case "cost_usd" -> used.costUsd();
            case "turns" -> BigDecimal.valueOf(used.turns());
            default -> throw new IllegalArgumentException(limit.field());
        };
    }
}

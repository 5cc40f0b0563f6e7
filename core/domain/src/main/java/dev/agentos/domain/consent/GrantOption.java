package dev.agentos.domain.consent;

import dev.agentos.domain.consent.Consent.Scope;
import java.util.List;

/**
 * An Allow that a person may choose: how long it lasts and exactly what it covers. Shown before it is given.
 *
 * @param covers what a grant would cover; empty for {@code ONCE}, which makes no grant
 * @param says the same in words, for every face
 */
public record GrantOption(Scope scope, List<Cover> covers, String says) {

    public GrantOption {
        covers = List.copyOf(covers);
        if (scope == Scope.ONCE && !covers.isEmpty()) {
            throw new IllegalArgumentException("once makes no grant");
        }
        if (scope != Scope.ONCE && covers.isEmpty()) {
            throw new IllegalArgumentException("a grant covers something");
        }
    }

    /**
     * One tool on one target and what lies below it.
     *
     * @param tool a tool's name, or the word of the kind of ask, for example {@code egress.connect}
     */
    public record Cover(String tool, String target) {
        String says() {
            return target.isEmpty() ? tool : tool + " below " + target;
        }
    }

    /** Only this one act. */
    public static GrantOption once(String act) {
        return new GrantOption(Scope.ONCE, List.of(), "allow " + act + ", once");
    }

    /** A lasting Allow; the words follow from the scope. */
    public static GrantOption lasting(Scope scope, List<Cover> covers) {
        String what = String.join(", ", covers.stream().map(Cover::says).toList());
        return new GrantOption(scope, covers, "allow " + what + " " + lasts(scope));
    }

    /** How long a scope lasts, in words. */
    static String lasts(Scope scope) {
        return switch (scope) {
            case ONCE -> "once";
            case RUN -> "until this run ends";
            case RESTART -> "until the service restarts";
            case DAYS_30 -> "for 30 days";
        };
    }

    /** The usual choice, smallest first: once, this run, until restart, 30 days. */
    public static List<GrantOption> usual(String tool, String object, String below) {
        List<Cover> covers = List.of(new Cover(tool, below));
        return List.of(
                once(object.isEmpty() ? tool : tool + " on " + object),
                lasting(Scope.RUN, covers),
                lasting(Scope.RESTART, covers),
                lasting(Scope.DAYS_30, covers));
    }
}

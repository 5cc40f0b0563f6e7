package dev.agentos.domain.model;

import java.util.List;

/** The decision where a call of a model goes. */
public sealed interface Route {

    /**
     * A model that may answer, and why it stands in for another.
     *
     * @param card the model itself
     * @param substituteFor the name that was asked for; empty where this is the one
     * @param reason why it stands in; empty where it does not
     * @param contractLine the line that lets it
     */
    record Candidate(ModelCard card, String substituteFor, String reason, String contractLine) {
        public boolean isSubstitute() {
            return !substituteFor.isEmpty();
        }
    }

    /** Models to try, in this order. There is at least one. */
    record Candidates(List<Candidate> inOrder) implements Route {
        public Candidates {
            inOrder = List.copyOf(inOrder);
            if (inOrder.isEmpty()) {
                throw new IllegalArgumentException("a route leads somewhere");
            }
        }

        public Candidate first() {
            return inOrder.getFirst();
        }
    }

    /** No model may or can answer. */
    record Refused(ModelException.Kind kind, String reason, String contractLine, String next) implements Route {
        public ModelException exception() {
            return new ModelException(kind, contractLine.isEmpty() ? reason : reason + " (" + contractLine + ")", next);
        }
    }
}

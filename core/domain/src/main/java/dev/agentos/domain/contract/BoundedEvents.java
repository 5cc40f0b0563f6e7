package dev.agentos.domain.contract;

import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;

/** A YAML event stream that stops at a depth and at a number of nodes, before the composer recurses into them. */
final class BoundedEvents implements Parser {
    private final Parser events;
    private final int maxDepth;
    private final int maxNodes;
    private int depth;
    private int nodes;

    BoundedEvents(Parser events, int maxDepth, int maxNodes) {
        this.events = events;
        this.maxDepth = maxDepth;
        this.maxNodes = maxNodes;
    }

    /** A document that asks for more than a contract may. */
    static final class LimitException extends YamlEngineException {
        private static final long serialVersionUID = 1L;

        private final transient Fault fault;
        private final transient SourcePosition position;

        private LimitException(SourcePosition position, String message, String next) {
            super(message);
            this.fault = new Fault("too-large", message, next);
            this.position = position;
        }

        Fault fault() {
            return fault;
        }

        SourcePosition position() {
            return position;
        }
    }

    static LimitException tooDeep(SourcePosition position, int maxDepth) {
        return new LimitException(
                position, "the contract is nested deeper than " + maxDepth, "flatten it; a contract needs six levels");
    }

    static LimitException tooMany(SourcePosition position, int maxNodes) {
        return new LimitException(
                position,
                "the contract has more than " + maxNodes + " values once its aliases are followed",
                "remove the aliases, or move data to files and memory");
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return events.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return events.peekEvent();
    }

    @Override
    public boolean hasNext() {
        return events.hasNext();
    }

    @Override
    public Event next() {
        Event event = events.next();
        switch (event.getEventId()) {
            case MappingStart, SequenceStart -> {
                depth++;
                nodes++;
            }
            case MappingEnd, SequenceEnd -> depth--;
            case Scalar, Alias -> nodes++;
            case StreamStart, StreamEnd, DocumentStart, DocumentEnd, Comment -> {}
        }
        if (depth > maxDepth) {
            throw tooDeep(position(event.getStartMark()), maxDepth);
        }
        if (nodes > maxNodes) {
            throw tooMany(position(event.getStartMark()), maxNodes);
        }
        return event;
    }

    private static SourcePosition position(Optional<Mark> mark) {
        return mark.map(YamlReader::position).orElse(new SourcePosition(1, 1));
    }
}

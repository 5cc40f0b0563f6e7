package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.bridge.wire.ConsentWire.Asks;
import dev.agentos.bridge.wire.EventWire.EventView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that waits for a person, oldest first, and what became of what waited. An ask vanishes when it is
 * answered, whoever answered it.
 *
 * @param waiting asks with their content
 * @param announced ids of asks that an event named and no snapshot has brought yet
 * @param closed the newest closed asks, newest first
 */
public record InboxViewModel(List<AskView> waiting, List<String> announced, List<Closed> closed) {

    private static final int KEPT = 50;

    public InboxViewModel {
        waiting = List.copyOf(waiting);
        announced = List.copyOf(announced);
        closed = List.copyOf(closed);
    }

    /** {@code answer} is allowed, denied, expired or withdrawn. */
    public record Closed(String ask, String title, String answer, String by, String at) {
        /** One line for every face. */
        public String sentence() {
            String what = title.isEmpty() ? ask : title;
            return switch (answer) {
                case "allowed" -> what + ": allowed by " + by;
                case "denied" -> what + ": not allowed by " + by;
                case "expired" -> what + ": nobody answered in time, refused once";
                default -> what + ": " + answer + " by " + by;
            };
        }
    }

    public static InboxViewModel empty() {
        return new InboxViewModel(List.of(), List.of(), List.of());
    }

    /** The state after a snapshot of what is pending. */
    public InboxViewModel reduce(Asks snapshot) {
        return new InboxViewModel(snapshot.asks(), List.of(), closed);
    }

    /** The state after one ask was read. */
    public InboxViewModel reduce(AskView ask) {
        List<AskView> more = new ArrayList<>(waiting);
        more.removeIf(known -> known.id().equals(ask.id()));
        more.add(ask);
        return new InboxViewModel(more, without(announced, ask.id()), closed);
    }

    /** The state after an event. */
    public InboxViewModel reduce(EventView event) {
        String id = text(event, "ask");
        return switch (event.kind()) {
            case "consent.asked" -> {
                if (find(id).isPresent() || announced.contains(id)) {
                    yield this;
                }
                List<String> more = new ArrayList<>(announced);
                more.add(id);
                yield new InboxViewModel(waiting, more, closed);
            }
            case "consent.answered" -> {
                List<Closed> done = new ArrayList<>();
                done.add(new Closed(
                        id,
                        find(id).map(AskView::title).orElse(""),
                        text(event, "answer"),
                        text(event, "by"),
                        event.time()));
                closed.stream()
                        .filter(old -> !old.ask().equals(id))
                        .limit(KEPT - 1)
                        .forEach(done::add);
                yield new InboxViewModel(
                        waiting.stream().filter(ask -> !ask.id().equals(id)).toList(), without(announced, id), done);
            }
            default -> this;
        };
    }

    public Optional<AskView> find(String id) {
        return waiting.stream().filter(ask -> ask.id().equals(id)).findFirst();
    }

    /** Other asks of one shape with this one, oldest first; high risk is never grouped. */
    public List<AskView> alike(AskView ask) {
        return ask.group().isEmpty()
                ? List.of()
                : waiting.stream()
                        .filter(other -> !other.id().equals(ask.id()))
                        .filter(other -> other.group().equals(ask.group()))
                        .toList();
    }

    /** One ask for each card: asks of one shape fold into the oldest of them. */
    public List<AskView> cards() {
        Set<String> groups = new HashSet<>();
        return waiting.stream()
                .filter(ask -> ask.group().isEmpty() || groups.add(ask.group()))
                .toList();
    }

    /** How many wait. */
    public int count() {
        return waiting.size() + announced.size();
    }

    private static List<String> without(List<String> ids, String id) {
        return ids.stream().filter(known -> !known.equals(id)).toList();
    }

    private static String text(EventView event, String name) {
        return event.data().get(name) instanceof String text ? text : "";
    }
}

package dev.agentos.agentd.consent;

import dev.agentos.domain.consent.AskContent;
import dev.agentos.domain.consent.AskRequest;
import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.FloodRule;
import dev.agentos.domain.consent.Resolution;
import dev.agentos.domain.event.Event;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What is put to a person at all. Not safe for threads: the queue that owns it calls it under its lock. */
final class AskGate {

    private final BooleanSupplier watched;
    private final FloodGate floods = new FloodGate();

    /** @param watched whether any client is connected that could show an ask */
    AskGate(BooleanSupplier watched) {
        this.watched = watched;
    }

    /** An ask of before a restart counts as one that was put. */
    void remember(Ask ask) {
        floods.asked(ask.agent(), ask.askedAt());
    }

    /** It is put to a person; the event that says so. */
    Event asked(Ask ask, Instant now) {
        floods.asked(ask.agent(), now);
        return new Event.ConsentAsked(
                ask.agent(),
                ask.run(),
                ask.id(),
                ask.kind().word(),
                ask.title(),
                ask.tool(),
                ask.target(),
                ask.risk().name().toLowerCase(Locale.ROOT),
                ask.group(),
                ask.shown());
    }

    /** Why it is not put to a person, with the audit line that says so. */
    Optional<Resolution.Refused> refusal(AskRequest request, long pending, Instant now, List<Event> events) {
        Optional<Resolution.Refused> refused = Optional.empty();
        long dropped = 1;
        if (request.refuseUnattended() && !watched.getAsBoolean()) {
            refused = Optional.of(new Resolution.Refused(
                    "consent.unattended",
                    "nobody is connected and the contract says unattended: refuse",
                    "connect a client, or say consent.unattended: wait"));
        } else if (request.content().readable().length() > AskContent.LIMIT) {
            refused = Optional.of(new Resolution.Refused(
                    "consent.too-much",
                    "its content has " + request.content().readable().length()
                            + " characters, more than a person reads",
                    "ask about less at a time"));
        } else if (FloodRule.judge((int) pending, floods.of(request.agent()), now)
                instanceof FloodRule.Verdict.Limited limited) {
            refused = Optional.of(
                    new Resolution.Refused("consent.flood", limited.reason(), "answer what waits, or stop the agent"));
            dropped = floods.dropped(request.agent(), now);
        }
        if (refused.isPresent() && dropped > 0) {
            events.add(new Event.ConsentRefused(
                    request.agent(),
                    request.run(),
                    request.key(),
                    request.kind().word(),
                    refused.get().code(),
                    refused.get().reason(),
                    dropped));
        }
        return refused;
    }
}

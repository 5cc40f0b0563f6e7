package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.consent.AskRecord;
import dev.agentos.agentd.consent.ConsentService;
import dev.agentos.agentd.consent.ConsentService.Reply;
import dev.agentos.agentd.consent.ConsentStats;
import dev.agentos.bridge.wire.ConsentWire;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.GrantView;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.consent.Consent.Answer;
import dev.agentos.domain.consent.Consent.Grant;
import dev.agentos.domain.consent.Consent.Scope;
import dev.agentos.domain.consent.DisplayText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Operations on what waits for a person, on answers and on standing permissions. */
final class ConsentRoutes {

    private static final int MAX_GROUP = 200;
    private static final int MAX_CLIENT = 80;

    private final ConsentService consent;

    ConsentRoutes(ConsentService consent) {
        this.consent = consent;
    }

    List<Route> routes() {
        return List.of(
                get(
                        "/v1/consents",
                        "listConsents",
                        "What waits for a person, oldest first",
                        List.of(),
                        ConsentWire.Asks.class,
                        _ -> new ConsentWire.Asks(
                                consent.pending().stream().map(Views::ask).toList())),
                get(
                        "/v1/consents/{id}",
                        "showConsent",
                        "One ask, with its full content",
                        List.of(),
                        ConsentWire.AskView.class,
                        call -> Views.ask(consent.get(call.id()))),
                post(
                        "/v1/consents/{id}/answer",
                        "answerConsent",
                        "Allow it or not",
                        List.of(),
                        AnswerRequest.class,
                        ConsentWire.Answered.class,
                        this::answer),
                get(
                        "/v1/consent-stats",
                        "readConsentStats",
                        "How many asks there were, how they were answered and what grants saved",
                        List.of(),
                        ConsentWire.Stats.class,
                        _ -> ConsentStats.of(consent.all(), grants())),
                get(
                        "/v1/grants",
                        "listGrants",
                        "Standing permissions",
                        List.of(),
                        ConsentWire.Grants.class,
                        _ -> new ConsentWire.Grants(grants())),
                post(
                        "/v1/grants/{id}/revoke",
                        "revokeGrant",
                        "Take a permission back",
                        List.of(),
                        Void.class,
                        ServiceWire.Done.class,
                        call -> {
                            consent.revoke(call.trace(), call.id(), call.by());
                            return new ServiceWire.Done(true);
                        }));
    }

    private List<GrantView> grants() {
        return consent.grants().stream()
                .map(grant -> Views.grant(grant, consent.openUses(grant.id())))
                .toList();
    }

    private ConsentWire.Answered answer(Call call) {
        AnswerRequest request = call.body(AnswerRequest.class);
        boolean allow = switch (request.decision()) {
            case "allow" -> true;
            case "deny" -> false;
            default -> throw wrong("decision", request.decision(), "use allow or deny");
        };
        Scope scope = Scope.of(request.scope().isEmpty() ? "once" : request.scope())
                .orElseThrow(() -> wrong("scope", request.scope(), "use once, run, restart or 30d"));
        String by = call.by() + request.client().map(ConsentRoutes::client).orElse("");
        List<Reply> replies = new ArrayList<>();
        replies.add(
                new Reply(call.id(), new Answer(allow, scope, by, request.shown(), request.word(), request.seen())));
        for (ConsentWire.Member member : request.others().orElse(List.of())) {
            if (replies.size() >= MAX_GROUP) {
                throw wrong("others", "more than " + MAX_GROUP, "answer fewer at a time");
            }
            replies.add(new Reply(
                    member.ask(), new Answer(allow, scope, by, member.shown(), Optional.empty(), member.seen())));
        }
        ConsentService.Closed closed = consent.answer(call.trace(), replies, false);
        List<String> grants = closed.grants().stream().map(Grant::id).toList();
        return new ConsentWire.Answered(
                call.id(),
                closed.record().status(),
                closed.record().by(),
                grants.stream().findFirst(),
                grants,
                closed.also().stream().map(AskRecord::ask).map(ask -> ask.id()).toList());
    }

    private static String client(String name) {
        String shown = DisplayText.line(name).text();
        return " with " + (shown.length() > MAX_CLIENT ? shown.substring(0, MAX_CLIENT) : shown);
    }

    private static ServiceException wrong(String field, String value, String next) {
        return new ServiceException(
                ServiceException.Kind.BAD_REQUEST, "request.value", field + " cannot be " + value, field, next);
    }
}

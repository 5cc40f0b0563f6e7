package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.language.LanguageService;
import dev.agentos.bridge.wire.LanguageWire;
import java.util.List;

/** Operations on sentences. */
final class LanguageRoutes {

    private static final int LONGEST = 2_000;

    private final LanguageService language;

    LanguageRoutes(LanguageService language) {
        this.language = language;
    }

    List<Route> routes() {
        return List.of(
                post(
                        "/v1/language",
                        "understandSentence",
                        "The command that a sentence means; nothing is run",
                        List.of(),
                        LanguageWire.Sentence.class,
                        LanguageWire.Reading.class,
                        call -> understand(call.body(LanguageWire.Sentence.class))),
                get(
                        "/v1/language",
                        "readLanguageReadiness",
                        "Whether sentences are compared by meaning yet",
                        List.of(),
                        LanguageWire.Readiness.class,
                        _ -> language.readiness()));
    }

    private LanguageWire.Reading understand(LanguageWire.Sentence sentence) {
        if (sentence.text() == null || sentence.text().length() > LONGEST) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST,
                    "request.value",
                    "text must be a sentence of at most " + LONGEST + " characters",
                    "text",
                    "say it shorter");
        }
        return language.understand(sentence);
    }
}

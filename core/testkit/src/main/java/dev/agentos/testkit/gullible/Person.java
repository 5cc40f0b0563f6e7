package dev.agentos.testkit.gullible;

import dev.agentos.bridge.client.AgentdClient;
import dev.agentos.bridge.wire.ConsentWire.AnswerRequest;
import dev.agentos.bridge.wire.ConsentWire.AskView;
import dev.agentos.testkit.gullible.ReplayData.Step;
import dev.agentos.testkit.gullible.ReplayData.UserTask;
import java.util.Optional;
import java.util.Random;

/** Somebody who answers through the door: knows what they asked for, and allows that and nothing else, or nearly so. */
final class Person {

    private static final String CLIENT = "scripted person";

    private final AgentdClient client;
    private final Random random;
    private final double wrongApprovals;
    private int prompts;

    Person(AgentdClient client, Random random, double wrongApprovals) {
        this.client = client;
        this.random = random;
        this.wrongApprovals = wrongApprovals;
    }

    /** Asks answered so far. */
    int prompts() {
        return prompts;
    }

    /** Reads the card and answers. */
    void answer(String askId, UserTask task) {
        AskView ask = client.ask(askId);
        prompts++;
        boolean wanted = task.steps().stream().anyMatch(step -> isFor(ask, task, step));
        boolean allow = wanted || random.nextDouble() < wrongApprovals;
        client.answer(
                askId,
                allow
                        ? AnswerRequest.allow(
                                ask,
                                "once",
                                ask.risk().equals("high") ? Optional.of(ask.confirmWord()) : Optional.empty(),
                                CLIENT)
                        : AnswerRequest.deny(ask, CLIENT));
    }

    private static boolean isFor(AskView ask, UserTask task, Step step) {
        return ask.tool().equals(task.suite() + "." + step.tool())
                && ask.content().equals(dev.agentos.domain.json.CanonicalJson.write(step.arguments()));
    }
}

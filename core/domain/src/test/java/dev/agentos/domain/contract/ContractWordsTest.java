package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContractWordsTest {
    @Test
    void theSmallestContractAllowsLittleAndSaysSo() {
        assertEquals(
                List.of(
                        "test retrieves and summarises, with the tools that it has.",
                        "It may use no tools.",
                        "It sees none of your files, only its own workspace.",
                        "It may connect to no site.",
                        "It may use local/extractive, 16,000 tokens of context at most, running on your own machines or"
                                + " at the edge.",
                        "It may read no labelled data.",
                        "It remembers in \"test\" for 30 days, and answers only with a source.",
                        "Nobody waits for it: it runs when the machine has time and may be paused for others.",
                        "It gets at most 1 CPU, 512MiB of memory, no GPU and 128 processes; its files"
                                + " may take 1GiB.",
                        "It stops after 50 turns, 200,000 tokens, 1 US dollar, 200 tool calls or 30m, whichever comes"
                                + " first.",
                        "When it stops, it stays stopped.",
                        "A question waits up to 1d for an answer; no answer means no.",
                        "If this machine cannot keep any part of this, it does not start."),
                ContractWords.describe(Contracts.contract("")));
    }

    @Test
    void whatItMayDoIsNamed() {
        List<String> words = ContractWords.describe(Contracts.contract("""
                class: { latency: HRT }
                capabilities: [fs.write, email.send]
                security: { consent_for: [email.send, phone.call], data_scopes: [public] }
                filesystem: { read: [/data], write: [/srv/a, /srv/b], hold: [/srv/b] }
                egress: { domains: [example.org] }
                modelPolicy: { allow: [] }
                memory: { retention_days: 0, rag: { require_grounding: false } }
                binding: flexible
                runtime: { process: { command: [python3, agent.py] } }
                schedule: { period_ms: 20, deadline_ms: 10, wcet_ms: 2.5 }
                supervision: { heartbeat_ms: 5000, restart: { policy: on-failure, max: 1 } }
                consent: { unattended: refuse }
                observability: { log_fields: [prompt, model] }
                """));

        assertEquals(
                List.of(
                        "test runs the command python3 agent.py.",
                        "It may use these tools and no others: fs.write and email.send.",
                        "It asks a person before each use of email.send.",
                        "Of your files it may read /data, /srv/a and /srv/b.",
                        "It may change /srv/a and /srv/b; changes are kept only after they are granted.",
                        "A write to /srv/b is held until a person answers.",
                        "It may connect to example.org, and to no other site.",
                        "It may use no model.",
                        "Of labelled data it may read public.",
                        "It remembers nothing after a run, and may answer without a source.",
                        "It has hard deadlines: 2.5 ms of CPU in every 20 ms are reserved for it.",
                        "It gets at most 1 CPU, 512MiB of memory, no GPU and 128 processes; its files"
                                + " may take 1GiB.",
                        "It stops after 50 turns, 200,000 tokens, 1 US dollar, 200 tool calls or 30m, whichever comes"
                                + " first.",
                        "After a failure it is started again, 1 time at most. Silence of 5s counts as a failure.",
                        "While nobody is there, every question is answered no.",
                        "What this machine lacks may be substituted within these limits, and each time is recorded.",
                        "Each record of it holds prompt and model."),
                words);
    }

    @Test
    void aPlanIsToldStepByStep() {
        assertEquals(
                "summarise-folder follows a fixed plan of 3 steps: fs.read, then summarize, then fs.write.",
                ContractWords.describe(Contracts.accepted(ContractParser.parse(
                                        Contracts.read(Contracts.root().resolve("examples/summarise-folder.yaml")),
                                        "summarise-folder.yaml"))
                                .document()
                                .contract())
                        .getFirst());
    }
}

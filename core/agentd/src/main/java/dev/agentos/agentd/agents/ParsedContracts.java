package dev.agentos.agentd.agents;

import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ParseOutcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The last contracts that were parsed. Parsing is a pure function of text and source name, so a fleet that spawns one
 * contract a thousand times validates it once; what is kept is the outcome, good or bad.
 */
final class ParsedContracts {

    private static final int KEPT = 64;

    private record Key(String text, String source) {}

    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<Key, ParseOutcome> OUTCOMES = new LinkedHashMap<>(KEPT, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ParseOutcome> eldest) {
            return size() > KEPT;
        }
    };

    private ParsedContracts() {}

    static ParseOutcome parse(String text, String source) {
        Key key = new Key(text, source);
        LOCK.lock();
        try {
            ParseOutcome known = OUTCOMES.get(key);
            if (known != null) {
                return known;
            }
        } finally {
            LOCK.unlock();
        }
        ParseOutcome outcome = ContractParser.parse(text, source);
        LOCK.lock();
        try {
            OUTCOMES.put(key, outcome);
            return outcome;
        } finally {
            LOCK.unlock();
        }
    }
}

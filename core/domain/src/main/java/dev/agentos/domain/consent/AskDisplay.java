package dev.agentos.domain.consent;

import dev.agentos.domain.consent.Consent.Ask;
import dev.agentos.domain.consent.DisplayText.Shown;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An ask exactly as every client displays it: each text has passed the one sanitiser. The digest of this is what the
 * audit keeps, so that it can be shown later what a person saw when they answered.
 *
 * @param escaped whether hidden or misleading characters were made visible: a warning is due
 */
public record AskDisplay(
        String title,
        String target,
        String agentReason,
        Map<String, Object> facts,
        String content,
        boolean escaped,
        String risk,
        String riskReason,
        boolean reversible,
        String contractLine,
        String grantTarget,
        List<String> options) {

    public AskDisplay {
        facts = Map.copyOf(facts);
        options = List.copyOf(options);
    }

    /** The display of an ask. */
    public static AskDisplay of(Ask ask) {
        Reading reading = new Reading();
        return new AskDisplay(
                reading.take(DisplayText.name(ask.title())),
                reading.take(DisplayText.name(ask.target())),
                reading.take(DisplayText.line(ask.agentReason())),
                reading.facts(ask.facts()),
                reading.take(DisplayText.block(ask.content())),
                reading.escaped,
                ask.risk().name().toLowerCase(java.util.Locale.ROOT),
                ask.riskReason(),
                ask.reversible(),
                reading.take(DisplayText.line(ask.contractLine())),
                reading.take(DisplayText.name(ask.grantTarget())),
                ask.options().stream()
                        .map(option -> reading.take(DisplayText.name(option.says())))
                        .toList());
    }

    /** SHA-256 of everything above in canonical form, in hexadecimal. */
    public String digest() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("title", title);
        shown.put("agent_reason", agentReason);
        shown.put("target", target);
        shown.put("facts", facts);
        shown.put("content", content);
        shown.put("escaped", escaped);
        shown.put("risk", risk);
        shown.put("risk_reason", riskReason);
        shown.put("reversible", reversible);
        shown.put("contract_line", contractLine);
        shown.put("grant_target", grantTarget);
        shown.put("options", options);
        return sha256(CanonicalJson.write(shown));
    }

    /** SHA-256 of the full content as displayed: what a client must have painted to its end, and hashes itself. */
    public String contentDigest() {
        return sha256(content);
    }

    private static String sha256(String text) {
        return Digests.sha256Hex(text);
    }

    /** Sanitises and remembers whether anything had to be made visible. */
    private static final class Reading {
        private boolean escaped;

        String take(Shown shown) {
            escaped |= shown.escaped();
            return shown.text();
        }

        Map<String, Object> facts(Map<?, ?> raw) {
            Map<String, Object> facts = new TreeMap<>();
            raw.forEach((name, value) -> facts.put(take(DisplayText.line(String.valueOf(name))), value(value)));
            return facts;
        }

        private Object value(Object raw) {
            return switch (raw) {
                case String text -> take(DisplayText.name(text));
                case Map<?, ?> map -> facts(map);
                case List<?> list -> {
                    List<Object> values = new ArrayList<>();
                    list.forEach(each -> values.add(value(each)));
                    yield values;
                }
                default -> raw;
            };
        }
    }
}

package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.EventWire.EventView;
import dev.agentos.bridge.wire.EventWire.Proof;
import dev.agentos.bridge.wire.WireJson;
import dev.agentos.domain.audit.MerkleTree;
import dev.agentos.domain.consent.DisplayText;
import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Digests;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Records of the audit trail as they were found, newest first, and the one that is looked at.
 *
 * @param whole whether there are no older ones that match
 */
public record AuditViewModel(AuditQuery query, List<EventView> records, boolean whole, Optional<EventView> open) {

    public AuditViewModel {
        records = List.copyOf(records);
    }

    /** Whether a record is under a signed root, checked here, and what was checked. */
    public record Proved(boolean holds, String says, List<TextLine> steps) {
        public Proved {
            steps = List.copyOf(steps);
        }
    }

    /** What a check of the whole trail found. {@code findings} is empty where it is verified. */
    public record Verdict(
            boolean verified,
            String source,
            String keyId,
            long records,
            long checkpoints,
            long uncovered,
            List<String> findings) {
        public Verdict {
            findings = List.copyOf(findings);
        }

        /** One sentence for every face. */
        public String sentence() {
            if (!verified) {
                return "broken: " + findings.size() + (findings.size() == 1 ? " finding" : " findings");
            }
            return Measures.exact(records) + " records verified, " + checkpoints
                    + (checkpoints == 1 ? " checkpoint" : " checkpoints") + " signed by key " + keyId
                    + (uncovered == 0
                            ? ", the last over everything"
                            : "; " + uncovered + " newer records are not under one yet");
        }
    }

    public static AuditViewModel start() {
        return new AuditViewModel(AuditQuery.all(), List.of(), false, Optional.empty());
    }

    /** Another search. */
    public AuditViewModel searched(AuditQuery next, List<EventView> found, int limit) {
        return new AuditViewModel(
                next,
                found,
                found.size() < limit,
                open.flatMap(old -> found.stream()
                        .filter(record -> record.seq() == old.seq())
                        .findFirst()));
    }

    /** Older records of the same search. */
    public AuditViewModel more(List<EventView> older, int limit) {
        List<EventView> all = new ArrayList<>(records);
        older.stream().filter(record -> record.seq() < oldest()).forEach(all::add);
        return new AuditViewModel(query, all, older.size() < limit, open);
    }

    public AuditViewModel opened(EventView record) {
        return new AuditViewModel(query, records, whole, Optional.of(record));
    }

    /** The number below which older ones are found. */
    public long oldest() {
        return records.isEmpty() ? Long.MAX_VALUE : records.getLast().seq();
    }

    /** A record in one line: its agent, and its title where it has one. Records keep what was said as it was said. */
    public static String title(EventView record) {
        String title = TimelineViewModel.entry(record)
                .map(entry -> entry.title() + (entry.detail().isEmpty() ? "" : ": " + entry.detail()))
                .orElse("");
        return DisplayText.line(record.agent() + (record.agent().isEmpty() || title.isEmpty() ? "" : "  ") + title)
                .text();
    }

    /** Everything that a record holds, a field a line. */
    public static List<TextLine> fields(EventView record) {
        List<TextLine> lines = new ArrayList<>();
        lines.add(TextLine.of("record       " + record.seq()));
        lines.add(TextLine.of("time         " + record.time()));
        lines.add(TextLine.of("kind         " + record.kind()));
        field(lines, "agent        ", DisplayText.line(record.agent()).text());
        field(lines, "run          ", record.run());
        field(lines, "correlation  ", record.correlation());
        new TreeMap<>(record.data())
                .forEach((name, value) -> DisplayText.block(name + ": " + plain(value))
                        .text()
                        .lines()
                        .forEach(line -> lines.add(TextLine.of(line))));
        return lines;
    }

    private static void field(List<TextLine> lines, String name, String value) {
        if (!value.isEmpty()) {
            lines.add(TextLine.of(name + value));
        }
    }

    private static String plain(Object value) {
        return value instanceof String text ? text : WireJson.write(value);
    }

    // ------------------------------------------------------------------ proofs

    /** Checks here, not at agentd, that the record is in the tree under the root, and that its payload is the one shown. */
    public static Proved check(EventView record, Proof proof) {
        byte[] leaf = proof.leaf().getBytes(StandardCharsets.UTF_8);
        boolean included = MerkleTree.verifyInclusion(leaf, proof.seq() - 1, proof.count(), proof.path(), proof.root());
        Map<?, ?> claimed = object(proof.leaf());
        boolean same = Long.valueOf(record.seq()).equals(claimed.get("seq"))
                && record.kind().equals(claimed.get("kind"))
                && record.time().equals(claimed.get("time"))
                && record.agent().equals(claimed.get("agent"));
        boolean payload = Digests.sha256Hex(CanonicalJson.write(record.data())).equals(claimed.get("payload_sha256"));
        List<TextLine> steps = new ArrayList<>();
        steps.add(step(same, "the record in the tree is the one shown: number, time, kind and agent"));
        steps.add(step(payload, "its payload has the digest that the record names"));
        steps.add(step(
                included,
                "leaf " + (proof.seq() - 1) + " of " + proof.count() + " leads to the root by "
                        + proof.path().size() + " hashes"));
        steps.add(TextLine.muted("leaf  " + proof.leafHash()));
        proof.path().forEach(hash -> steps.add(TextLine.muted("  +   " + hash)));
        steps.add(TextLine.muted("root  " + proof.root()));
        boolean holds = same && payload && included;
        return new Proved(
                holds,
                holds
                        ? "proved: record " + proof.seq() + " is under the root that was signed over " + proof.count()
                                + " records"
                        : "not proved",
                steps);
    }

    private static TextLine step(boolean good, String what) {
        return new TextLine(good ? Tone.OK : Tone.BAD, (good ? "✓ " : "✕ ") + what);
    }

    private static Map<?, ?> object(String json) {
        try {
            return Json.parse(json.strip()) instanceof Map<?, ?> map ? map : Map.of();
        } catch (JsonFormatException e) {
            // What is no record proves nothing about one, and what is no verdict is none.
            return Map.of();
        }
    }

    // ------------------------------------------------------------------ the whole trail

    /** Reads what {@code agentctl audit verify --json} printed; empty when that is no verdict. */
    public static Optional<Verdict> verdict(String json) {
        Map<?, ?> map = object(json);
        if (!(map.get("verified") instanceof Boolean verified)) {
            return Optional.empty();
        }
        List<String> findings = new ArrayList<>();
        if (map.get("findings") instanceof List<?> list) {
            for (Object one : list) {
                if (one instanceof Map<?, ?> finding) {
                    findings.add("record " + finding.get("seq") + ": " + finding.get("message") + " ["
                            + finding.get("code") + "]");
                }
            }
        }
        return Optional.of(new Verdict(
                verified,
                text(map, "source"),
                text(map, "key_id"),
                number(map, "records"),
                number(map, "checkpoints"),
                number(map, "uncovered"),
                findings));
    }

    private static String text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    private static long number(Map<?, ?> map, String name) {
        return map.get(name) instanceof Number number ? number.longValue() : 0;
    }
}

package dev.agentos.domain.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns a contract of an older apiVersion into the present shape, and says each change. */
final class Migration {
    static final String V01 = "agentos/v0.1";
    static final List<String> SUPPORTED = List.of(AgentContract.API_VERSION, V01);

    private Migration() {}

    /** The document in the present shape; nothing where the version cannot be read. */
    static Optional<YamlTree.Mapping> toCurrent(YamlTree.Mapping root, Findings findings) {
        Optional<YamlTree.Entry> version = root.entry("apiVersion");
        String next =
                "write apiVersion: " + AgentContract.API_VERSION + "; supported are " + String.join(", ", SUPPORTED);
        if (version.isEmpty()) {
            findings.error("apiVersion", root.position(), "missing-key", "\"apiVersion\" is missing", next);
            return Optional.of(root);
        }
        if (!(version.get().value() instanceof YamlTree.Text text)) {
            YamlTree value = version.get().value();
            findings.error(
                    "apiVersion",
                    value.position(),
                    "wrong-type",
                    "apiVersion must be text, not " + value.described(),
                    next);
            return Optional.of(root);
        }
        return switch (text.value()) {
            case AgentContract.API_VERSION -> Optional.of(root);
            case V01 -> Optional.of(fromV01(root, findings));
            default -> {
                // What the fields of an unknown version mean is unknown too: no further problem would be true.
                findings.error(
                        "apiVersion",
                        text.position(),
                        "unknown-version",
                        "the version " + FieldRules.shown(text.value()) + " is not known",
                        next);
                yield Optional.empty();
            }
        };
    }

    private static YamlTree.Mapping fromV01(YamlTree.Mapping root, Findings findings) {
        List<YamlTree.Entry> entries = new ArrayList<>();
        for (YamlTree.Entry entry : root.entries()) {
            SourcePosition at = entry.keyPosition();
            switch (entry.key()) {
                case "apiVersion" ->
                    migrated("apiVersion", V01 + " was read as " + AgentContract.API_VERSION, at, findings);
                case "latency" -> {
                    entries.add(nested("class", "latency", entry));
                    migrated("class.latency", "latency was read as class.latency", at, findings);
                }
                case "tools" -> {
                    entries.add(new YamlTree.Entry("capabilities", at, entry.value()));
                    migrated("capabilities", "tools was read as capabilities", at, findings);
                }
                case "models" -> {
                    entries.add(nested("modelPolicy", "allow", entry));
                    migrated("modelPolicy.allow", "models was read as modelPolicy.allow", at, findings);
                }
                default -> {
                    if (ContractKeys.V01.contains(entry.key())) {
                        entries.add(entry);
                    } else {
                        unknown(entry, findings);
                    }
                }
            }
        }
        return new YamlTree.Mapping(root.position(), entries);
    }

    private static YamlTree.Entry nested(String section, String key, YamlTree.Entry entry) {
        YamlTree.Entry inner = new YamlTree.Entry(key, entry.keyPosition(), entry.value());
        return new YamlTree.Entry(
                section, entry.keyPosition(), new YamlTree.Mapping(entry.keyPosition(), List.of(inner)));
    }

    private static void unknown(YamlTree.Entry entry, Findings findings) {
        boolean newer = ContractKeys.of("").contains(entry.key());
        String next = newer
                ? "write apiVersion: " + AgentContract.API_VERSION + " to use it"
                : Suggestions.didYouMean(entry.key(), ContractKeys.V01)
                        .orElse("the keys here are " + String.join(", ", ContractKeys.V01));
        findings.error(
                entry.key(),
                entry.keyPosition(),
                "unknown-key",
                "a contract of version " + V01 + " has no " + FieldRules.shown(entry.key()),
                next);
    }

    private static void migrated(String path, String message, SourcePosition at, Findings findings) {
        findings.warning(
                path, at, "migrated", message, "rename it in the file; the old spelling will not be read for ever");
    }
}

package dev.agentos.bridge.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records about the catalog. */
public final class CatalogWire {

    private CatalogWire() {}

    /**
     * An input of an entry.
     *
     * @param kind {@code text}, {@code number}, {@code path} or {@code url}
     * @param otherwise the value when none is given; absent: one must be given
     * @param choices the only values; empty: any
     */
    public record EntryInput(String name, String kind, String about, Optional<String> otherwise, List<String> choices) {
        public EntryInput {
            choices = List.copyOf(choices);
        }
    }

    /** A program that an entry needs. */
    public record EntryNeed(String program, String why, boolean here) {}

    /**
     * One version of an entry.
     *
     * @param kind {@code agent}, {@code plan} or {@code tool}
     * @param state {@code ready}, {@code lacking} (a needed program is not here) or {@code refused}
     * @param reason why it is not ready, or empty
     * @param next what to do about that, or empty
     * @param signer the name of the key that signed it, or empty
     * @param shipped whether it came with the installation
     * @param shows the field of a step's result that answers the person, or empty
     * @param mayDo what its contract lets it do, one sentence each
     * @param contract the contract's text, or empty
     */
    public record EntryView(
            String name,
            String version,
            String kind,
            String title,
            String summary,
            String publisher,
            String state,
            String reason,
            String next,
            String signer,
            boolean shipped,
            List<EntryInput> inputs,
            List<EntryNeed> needs,
            String shows,
            String example,
            List<String> mayDo,
            String contract) {
        public EntryView {
            inputs = List.copyOf(inputs);
            needs = List.copyOf(needs);
            mayDo = List.copyOf(mayDo);
        }
    }

    public record Entries(List<EntryView> entries) {
        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /** The files of an entry, base64 by path, its manifest among them. */
    public record EntryFiles(Map<String, String> files) {
        public EntryFiles {
            files = Map.copyOf(files);
        }
    }

    /** Versions that were removed. */
    public record EntriesRemoved(String name, List<String> versions) {
        public EntriesRemoved {
            versions = List.copyOf(versions);
        }
    }

    /** A key to trust: X.509 in base64, with or without PEM's lines. */
    public record TrustRequest(String name, String key) {}

    /** A key whose signatures count. */
    public record TrustedKeyView(String name, String id, boolean shipped) {}

    public record TrustedKeys(List<TrustedKeyView> keys) {
        public TrustedKeys {
            keys = List.copyOf(keys);
        }
    }
}

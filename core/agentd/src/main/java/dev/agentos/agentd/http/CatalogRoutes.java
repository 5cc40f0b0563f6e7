package dev.agentos.agentd.http;

import static dev.agentos.agentd.http.AgentRoutes.get;
import static dev.agentos.agentd.http.AgentRoutes.post;

import dev.agentos.agentd.ServiceException;
import dev.agentos.agentd.catalog.Catalog;
import dev.agentos.agentd.catalog.Catalog.Found;
import dev.agentos.bridge.wire.CatalogWire;
import dev.agentos.bridge.wire.ServiceWire;
import dev.agentos.domain.catalog.CatalogEntry;
import dev.agentos.domain.catalog.EntryManifest.Verdict;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Operations on the catalog and on the keys that it trusts. */
final class CatalogRoutes {

    private final Catalog catalog;

    CatalogRoutes(Catalog catalog) {
        this.catalog = catalog;
    }

    List<Route> routes() {
        return List.of(
                get(
                        "/v1/catalog",
                        "listCatalog",
                        "Every version of every entry, with the check of its signature",
                        List.of(),
                        CatalogWire.Entries.class,
                        _ -> new CatalogWire.Entries(
                                catalog.list().stream().map(CatalogRoutes::view).toList())),
                get(
                        "/v1/catalog/{id}",
                        "showCatalogEntry",
                        "One entry: its inputs, what it may do, its contract",
                        List.of("version"),
                        CatalogWire.EntryView.class,
                        call -> view(catalog.find(call.id(), call.text("version"))
                                .orElseThrow(() -> ServiceException.notFound(
                                        "catalog entry", call.id(), "see agentctl catalog list")))),
                post(
                        "/v1/catalog",
                        "installCatalogEntry",
                        "Install an entry that a trusted key signed",
                        List.of(),
                        CatalogWire.EntryFiles.class,
                        CatalogWire.EntryView.class,
                        call -> view(catalog.install(
                                call.trace(),
                                decoded(call.body(CatalogWire.EntryFiles.class).files()),
                                call.by()))),
                post(
                        "/v1/catalog/{id}/remove",
                        "removeCatalogEntry",
                        "Remove what was installed under a name",
                        List.of("version"),
                        Void.class,
                        CatalogWire.EntriesRemoved.class,
                        call -> new CatalogWire.EntriesRemoved(
                                call.id(), catalog.remove(call.trace(), call.id(), call.text("version"), call.by()))),
                get(
                        "/v1/trust",
                        "listTrustedKeys",
                        "Keys whose signatures count",
                        List.of(),
                        CatalogWire.TrustedKeys.class,
                        _ -> trusted()),
                post(
                        "/v1/trust",
                        "trustKey",
                        "Trust a key",
                        List.of(),
                        CatalogWire.TrustRequest.class,
                        CatalogWire.TrustedKeys.class,
                        call -> {
                            CatalogWire.TrustRequest request = call.body(CatalogWire.TrustRequest.class);
                            catalog.trust(call.trace(), request.name(), request.key(), call.by());
                            return trusted();
                        }),
                post(
                        "/v1/trust/{id}/remove",
                        "distrustKey",
                        "Stop trusting a key",
                        List.of(),
                        Void.class,
                        ServiceWire.Done.class,
                        call -> {
                            catalog.distrust(call.trace(), call.id(), call.by());
                            return new ServiceWire.Done(true);
                        }));
    }

    private CatalogWire.TrustedKeys trusted() {
        return new CatalogWire.TrustedKeys(catalog.trusted().stream()
                .map(key -> new CatalogWire.TrustedKeyView(key.name(), key.id(), key.shipped()))
                .toList());
    }

    static Map<String, byte[]> decoded(Map<String, String> files) {
        Map<String, byte[]> decoded = new LinkedHashMap<>();
        try {
            files.forEach(
                    (path, content) -> decoded.put(path, Base64.getDecoder().decode(content)));
        } catch (IllegalArgumentException e) {
            throw new ServiceException(
                    ServiceException.Kind.BAD_REQUEST, "request.body", "a file is not base64", "files", "encode it");
        }
        return decoded;
    }

    private static CatalogWire.EntryView view(Found found) {
        Optional<CatalogEntry> entry = found.entry();
        String state = !found.isTrusted() ? "refused" : found.lacks().isEmpty() ? "ready" : "lacking";
        String reason = "";
        String next = "";
        String signer = "";
        switch (found.verdict()) {
            case Verdict.Trusted trusted -> signer = trusted.signer();
            case Verdict.Refused refused -> {
                reason = refused.reason();
                next = refused.next();
            }
        }
        if (state.equals("lacking")) {
            String programs =
                    found.lacks().stream().map(CatalogEntry.Need::program).collect(Collectors.joining(", "));
            reason = "it needs " + programs + ", which is not on this machine";
            next = "install " + programs + " (Debian and Ubuntu: apt-get install " + programs.replace(",", "") + ")";
        }
        return new CatalogWire.EntryView(
                found.name(),
                found.version(),
                entry.map(e -> e.kind().name().toLowerCase(Locale.ROOT)).orElse("agent"),
                entry.map(CatalogEntry::title).orElse(""),
                entry.map(CatalogEntry::summary).orElse(""),
                entry.map(CatalogEntry::publisher).orElse(""),
                state,
                reason,
                next,
                signer,
                found.shipped(),
                entry.map(CatalogEntry::inputs).orElse(List.of()).stream()
                        .map(input -> new CatalogWire.EntryInput(
                                input.name(),
                                input.kind().name().toLowerCase(Locale.ROOT),
                                input.about(),
                                input.otherwise(),
                                input.choices()))
                        .toList(),
                entry.map(CatalogEntry::needs).orElse(List.of()).stream()
                        .map(need -> new CatalogWire.EntryNeed(
                                need.program(), need.why(), !found.lacks().contains(need)))
                        .toList(),
                entry.map(CatalogEntry::shows).orElse(""),
                entry.map(CatalogEntry::example).orElse(""),
                found.mayDo(),
                found.contractText());
    }
}

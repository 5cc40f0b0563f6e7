package dev.agentos.agentd.language;

import dev.agentos.bridge.wire.LanguageWire;
import dev.agentos.bridge.wire.LanguageWire.ProposalView;
import dev.agentos.bridge.wire.LanguageWire.Reading;
import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.extractive.SentenceVectors.VectorsUnavailableException;
import dev.agentos.domain.language.Catalogue;
import dev.agentos.domain.language.Names;
import dev.agentos.domain.language.Router;
import dev.agentos.domain.language.Understanding;
import dev.agentos.domain.language.Understanding.Proposal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What a sentence means, as both faces ask it. The examples' vectors are made in the background at the first question;
 * until they are there, and where the model worker cannot run, word statistics do, and the answer says so.
 */
public final class LanguageService {

    /** The worker answers in batches so that a question in between does not wait for all of them. */
    private static final int BATCH = 16;

    private static final long RETRY_NANOS = 60_000_000_000L;

    private final Router router;
    private final SentenceVectors vectors;
    private final Path cache;
    private final Supplier<Names> names;
    private final AtomicBoolean warming = new AtomicBoolean();
    private volatile Optional<Router.Meaning> meaning = Optional.empty();
    private volatile String unavailable = "";
    private volatile long triedAt;
    private final Supplier<Router.Meaning> words;

    /**
     * @param vectors the model worker's
     * @param cache the file in which the examples' vectors are kept
     * @param names what exists now
     */
    public LanguageService(SentenceVectors vectors, Path cache, Supplier<Names> names) {
        this.router = new Router(catalogue());
        this.vectors = vectors;
        this.cache = cache;
        this.names = names;
        this.words = new Supplier<>() {
            private volatile Optional<Router.Meaning> made = Optional.empty();

            @Override
            public Router.Meaning get() {
                Router.Meaning present = made.orElseGet(router::withoutModel);
                made = Optional.of(present);
                return present;
            }
        };
    }

    /** The catalogue of this build. */
    public static Catalogue catalogue() {
        try (InputStream in = Catalogue.class.getResourceAsStream(Catalogue.RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(Catalogue.RESOURCE + " is missing from this build");
            }
            return Catalogue.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether meanings can be compared; makes it so in the background where they cannot yet. */
    public LanguageWire.Readiness readiness() {
        warm();
        String state = meaning.isPresent() ? "ready" : warming.get() ? "warming" : "words-only";
        return new LanguageWire.Readiness(
                state,
                meaning.isPresent() ? vectors.method() : "tf-idf",
                meaning.isPresent() ? "" : note(),
                router.catalogue().intents().size(),
                router.exampleTexts().size());
    }

    private String note() {
        return unavailable.isEmpty() ? "the model worker is being started" : unavailable;
    }

    /** What a sentence means. Nothing is run. */
    public Reading understand(LanguageWire.Sentence sentence) {
        warm();
        Names known = withKnown(names.get(), sentence);
        Optional<Router.Meaning> ready = meaning;
        if (ready.isPresent()) {
            try {
                return reading(router.route(sentence.text(), known, ready.get()), "");
            } catch (VectorsUnavailableException e) {
                unavailable = String.valueOf(e.getMessage());
                meaning = Optional.empty();
            }
        }
        return reading(router.route(sentence.text(), known, words.get()), note());
    }

    private static Names withKnown(Names own, LanguageWire.Sentence sentence) {
        LanguageWire.Known more =
                sentence.known().orElse(new LanguageWire.Known(List.of(), List.of(), List.of(), List.of()));
        return new Names(
                union(own.agents(), more.agents()),
                union(own.live(), more.agents()),
                union(own.catalog(), more.catalog()),
                union(own.tools(), more.tools()),
                union(own.models(), more.models()),
                own.asks(),
                own.grants(),
                sentence.focus().orElse(""));
    }

    private static List<String> union(List<String> own, List<String> more) {
        Set<String> all = new LinkedHashSet<>(own);
        all.addAll(more);
        return new ArrayList<>(all);
    }

    // ------------------------------------------------------------------ getting ready

    private void warm() {
        boolean failedLately = !unavailable.isEmpty() && System.nanoTime() - triedAt < RETRY_NANOS;
        if (meaning.isEmpty() && !failedLately && warming.compareAndSet(false, true)) {
            Thread.ofVirtual().name("language").start(() -> {
                try {
                    meaning = Optional.of(new Router.Meaning(examples(), vectors));
                    unavailable = "";
                } catch (VectorsUnavailableException e) {
                    unavailable = String.valueOf(e.getMessage());
                    triedAt = System.nanoTime();
                } finally {
                    warming.set(false);
                }
            });
        }
    }

    private List<float[]> examples() {
        List<String> texts = router.exampleTexts();
        String key = ExampleVectors.key(vectors.method(), texts);
        Optional<List<float[]>> kept = ExampleVectors.read(cache, key);
        if (kept.isPresent() && kept.get().size() == texts.size()) {
            // The first sentence is to find a worker that is awake.
            vectors.vectors(List.of(texts.getFirst()));
            return kept.get();
        }
        List<float[]> made = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += BATCH) {
            made.addAll(vectors.vectors(texts.subList(from, Math.min(texts.size(), from + BATCH))));
        }
        ExampleVectors.write(cache, key, made);
        return made;
    }

    // ------------------------------------------------------------------ wire

    private static Reading reading(Understanding understanding, String note) {
        return switch (understanding) {
            case Understanding.Understood u ->
                new Reading(
                        "understood",
                        "",
                        List.of(view(u.proposal())),
                        u.method(),
                        u.method().equals("grammar") ? "" : note);
            case Understanding.Unsure u ->
                new Reading(
                        "unsure",
                        u.question(),
                        u.choices().stream().map(LanguageService::view).toList(),
                        u.method(),
                        note);
            case Understanding.NotUnderstood n ->
                new Reading(
                        "not-understood",
                        n.reason(),
                        n.nearest().stream().map(LanguageService::view).toList(),
                        n.method(),
                        note);
        };
    }

    private static ProposalView view(Proposal proposal) {
        return new ProposalView(
                proposal.command(),
                proposal.shell() ? "agentsh" : "agentctl",
                proposal.effect().word(),
                proposal.about(),
                Math.round(proposal.confidence() * 1000) / 1000.0);
    }
}

package dev.agentos.domain.language;

import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.extractive.TfIdfVectors;
import dev.agentos.domain.language.Intent.Cue;
import dev.agentos.domain.language.Intent.Sign;
import dev.agentos.domain.language.SlotFiller.Filled;
import dev.agentos.domain.language.Understanding.NotUnderstood;
import dev.agentos.domain.language.Understanding.Proposal;
import dev.agentos.domain.language.Understanding.Understood;
import dev.agentos.domain.language.Understanding.Unsure;
import dev.agentos.domain.language.Words.Token;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * From a sentence to a command. Layers: the exact grammar ({@link Grammar}); then signs in the words and nearness to the
 * catalogue's examples, weighed together; then the arguments. What is not sure becomes one question, never a guess.
 */
public final class Router {

    /** Weights of the signs and of the nearness to examples. */
    private static final double SIGNS = 0.62;

    private static final double NEARNESS = 0.38;

    /** Weight of the nearness where there is no sign: enough for a question, never for being sure. */
    private static final double NEAR_ALONE = 0.72;

    /** Cosines below this say nothing. */
    private static final double UNLIKE = 0.25;

    private static final double SURE = 0.62;
    private static final double SURE_BY_SIGNS = 0.9;
    /** A sign that is not strong by itself needs an example this near beside it. */
    private static final double NEAR_ENOUGH = 0.55;

    private static final double MARGIN = 0.07;
    /** How much nearer another command's example may be before the signs alone are not trusted. */
    private static final double DISAGREEMENT = 0.14;

    private static final double NOTHING = 0.34;
    private static final int CHOICES = 4;

    private final Catalogue catalogue;
    private final List<Catalogue.Example> examples;

    public Router(Catalogue catalogue) {
        this.catalogue = catalogue;
        this.examples = catalogue.examples();
    }

    public Catalogue catalogue() {
        return catalogue;
    }

    /** The texts whose vectors {@link #route} wants, in their order. */
    public List<String> exampleTexts() {
        return examples.stream().map(Catalogue.Example::text).toList();
    }

    /** Vectors of the examples, and what makes vectors of the same kind. */
    public record Meaning(List<float[]> examples, SentenceVectors vectors) {
        public Meaning {
            examples = List.copyOf(examples);
        }
    }

    /** Word statistics instead of meaning: needs nothing, knows no synonyms beyond the catalogue's. */
    public Meaning withoutModel() {
        List<String> texts = exampleTexts();
        SentenceVectors together = asked -> {
            List<String> all = new ArrayList<>(texts);
            all.addAll(asked);
            List<float[]> vectors = new TfIdfVectors().vectors(all);
            return vectors.subList(texts.size(), all.size());
        };
        return new Meaning(new TfIdfVectors().vectors(texts), SentenceVectors.named("tf-idf", together));
    }

    /** What the sentence means. */
    public Understanding route(String sentence, Names names, Meaning meaning) {
        String text = Politeness.strip(sentence);
        if (text.isEmpty()) {
            return new NotUnderstood("nothing was said", List.of(), "none");
        }
        Optional<String> exact = Grammar.exact(catalogue, text, names);
        if (exact.isPresent()) {
            String line = exact.get();
            Intent intent = Grammar.intent(catalogue, line).orElseThrow();
            return new Understood(proposal(intent, line, 1), "grammar");
        }
        List<Token> tokens = Words.tokens(text);
        List<Mention> mentions = Mentions.find(text, names, catalogue.concepts());
        // What is said to an agent is the agent's business: its words are no signs of a command.
        int end = Question.begins(text, mentions).orElse(text.length());
        List<Mention> ours = mentions.stream().filter(m -> m.to() <= end).toList();
        boolean toAgent = end < text.length();
        Set<String> concepts = catalogue
                .concepts()
                .in(outside(tokens, ours).stream().filter(t -> t.to() <= end).toList());
        if (toAgent) {
            mentions = java.util.stream.Stream.concat(
                            ours.stream(), mentions.stream().filter(m -> m.kind() == Kind.TEXT))
                    .distinct()
                    .toList();
        }
        Map<String, Double> nearness = nearness(
                toAgent ? masked(text.substring(0, end), ours) + " something" : masked(text, mentions), meaning);
        SlotFiller slots = new SlotFiller(text, tokens, mentions, concepts, names);
        List<Scored> scored = new ArrayList<>();
        for (Intent intent : catalogue.intents()) {
            double signs = signs(intent, concepts, mentions, text);
            double near = nearness.getOrDefault(intent.command(), 0.0);
            Filled filled = slots.fill(intent);
            // Words that no sign knows can still be near to an example: near enough to be asked about.
            double score =
                    Math.max(SIGNS * signs + NEARNESS * near, NEAR_ALONE * near) - misfit(intent, mentions, filled);
            scored.add(new Scored(intent, filled, signs, near, score));
        }
        scored.sort(Comparator.comparingDouble(Scored::score).reversed());
        Scored best = scored.getFirst();
        List<Token> heard = tokens.stream().filter(t -> t.to() <= end).toList();
        Optional<String> doubt = negated(tokens, best.intent())
                ? Optional.of("the “not”")
                : new Doubts(text.substring(0, end), heard, ours, catalogue)
                        .about(best.intent(), best.filled().line());
        return decide(scored, names, mentions, doubt, meaning.vectors().method());
    }

    private record Scored(Intent intent, Filled filled, double signs, double near, double score) {}

    // ------------------------------------------------------------------ signs

    private static double signs(Intent intent, Set<String> concepts, List<Mention> mentions, String text) {
        double best = 0;
        for (Cue cue : intent.cues()) {
            boolean all = true;
            for (Sign sign : cue.signs()) {
                boolean there = sign.isKind()
                        ? sign.name().equals("command")
                                ? CommandInSentence.find(text).isPresent()
                                : sign.name().equals("operation")
                                        ? !new SlotFiller(text, List.of(), mentions, concepts, Names.none())
                                                .fill(EXPLAIN)
                                                .line()
                                                .equals("x")
                                        : mentions.stream()
                                                .anyMatch(m -> m.kind()
                                                        .name()
                                                        .toLowerCase(Locale.ROOT)
                                                        .equals(sign.name()))
                        : concepts.contains(sign.name());
                if (there == sign.absent()) {
                    all = false;
                    break;
                }
            }
            if (all && cue.weight() > best) {
                best = cue.weight();
            }
        }
        return best;
    }

    /** Asks only for the operation, to see whether a sentence names one. */
    private static final Intent EXPLAIN = new Intent(
            "x",
            true,
            Effect.READS,
            "",
            List.of(new Parameter(Kind.OPERATION, "", false, false, "")),
            List.of(),
            List.of());

    /** Words outside of names: an agent called "list-keeper" asks for no list. */
    private static List<Token> outside(List<Token> tokens, List<Mention> mentions) {
        return tokens.stream()
                .filter(token -> mentions.stream()
                        .noneMatch(m -> NAMES.contains(m.kind()) && m.from() <= token.from() && token.to() <= m.to()))
                .toList();
    }

    private static final Set<Kind> NAMES = Set.of(
            Kind.AGENT, Kind.FILE, Kind.TEXT, Kind.JSON, Kind.MODEL, Kind.TOOL, Kind.DOMAIN, Kind.NAME, Kind.PAIR);

    // ------------------------------------------------------------------ nearness

    private Map<String, Double> nearness(String masked, Meaning meaning) {
        float[] asked = meaning.vectors().vectors(List.of(masked)).getFirst();
        Map<String, double[]> best = new LinkedHashMap<>();
        for (int i = 0; i < examples.size(); i++) {
            double cosine = cosine(asked, meaning.examples().get(i));
            double[] two = best.computeIfAbsent(examples.get(i).intent().command(), _ -> new double[2]);
            if (cosine > two[0]) {
                two[1] = two[0];
                two[0] = cosine;
            } else if (cosine > two[1]) {
                two[1] = cosine;
            }
        }
        // One near example may be chance; a second beside it is a sign.
        return best.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        e -> Math.clamp(
                                (0.75 * e.getValue()[0] + 0.25 * e.getValue()[1] - UNLIKE) / (1 - UNLIKE), 0, 1)));
    }

    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            lengthA += (double) a[i] * a[i];
            lengthB += (double) b[i] * b[i];
        }
        return lengthA == 0 || lengthB == 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
    }

    /** The sentence with what it names replaced by what any such name would be. */
    static String masked(String text, List<Mention> mentions) {
        StringBuilder masked = new StringBuilder(text);
        for (Mention mention : mentions.reversed()) {
            if (!mention.kind().stand().isEmpty() && mention.to() <= masked.length()) {
                masked.replace(mention.from(), mention.to(), mention.kind().stand());
            }
        }
        return masked.toString()
                .toLowerCase(Locale.ROOT)
                .replace("the the ", "the ")
                .replace("agent the agent", "the agent")
                .strip();
    }

    // ------------------------------------------------------------------ fit

    /** What speaks against a command: names that it has no place for, and arguments that it lacks. */
    private static double misfit(Intent intent, List<Mention> mentions, Filled filled) {
        double misfit = 0;
        for (Mention mention : mentions) {
            boolean counts = switch (mention.kind()) {
                case AGENT, FILE, ASK, GRANT, MODEL, TOOL, JSON, DOMAIN -> true;
                default -> false;
            };
            boolean alsoName = mention.kind() == Kind.AGENT && intent.takes(Kind.NAME);
            if (counts && !intent.takes(mention.kind()) && !alsoName) {
                misfit += 0.12;
            }
        }
        return misfit + (filled.missing().isPresent() ? 0.08 : 0);
    }

    // ------------------------------------------------------------------ decision

    /** "Do not …" in front of a change: whatever is meant, it is not to be done unasked. */
    private static boolean negated(List<Token> tokens, Intent intent) {
        boolean not =
                tokens.stream().anyMatch(t -> t.text().equals("not") || t.text().equals("never"));
        boolean isAnAnswer = intent.command().startsWith("consent answer")
                || intent.command().endsWith("remove");
        return not && intent.effect() != Effect.READS && !isAnAnswer;
    }

    private static Understanding decide(
            List<Scored> scored, Names names, List<Mention> mentions, Optional<String> doubt, String method) {
        Scored best = scored.getFirst();
        Scored second = scored.get(1);
        List<Proposal> choices = scored.stream()
                .limit(CHOICES)
                .filter(s -> s.score() > NOTHING && s.score() > best.score() - 0.25)
                .map(s -> proposal(s.intent(), s.filled().line(), s.score()))
                .toList();
        if (best.score() < NOTHING) {
            return new NotUnderstood(
                    "no command says that",
                    scored.stream()
                            .limit(3)
                            .map(s -> proposal(s.intent(), s.filled().line(), s.score()))
                            .toList(),
                    method);
        }
        boolean clear = best.score() - second.score() >= MARGIN;
        double nearest = scored.stream().mapToDouble(Scored::near).max().orElse(0);
        // Word statistics know too little to contradict a sign.
        boolean agreed = method.equals("tf-idf") || best.near() >= nearest - DISAGREEMENT;
        boolean sure = clear
                && agreed
                && doubt.isEmpty()
                && (best.signs() >= SURE_BY_SIGNS || best.near() >= NEAR_ENOUGH)
                && (best.score() >= SURE || (best.signs() >= SURE_BY_SIGNS && best.score() >= SURE - 0.06));
        if (best.filled().missing().isPresent()) {
            if (best.score() < SURE - 0.15) {
                return new Unsure(question(doubt), choices, method);
            }
            return missing(best, best.filled().missing().get(), names, choices, method);
        }
        Optional<Understanding> several = ambiguousAgent(best, names, mentions, method);
        if (several.isPresent()) {
            return several.get();
        }
        return sure
                ? new Understood(proposal(best.intent(), best.filled().line(), best.score()), method)
                : new Unsure(question(doubt), choices, method);
    }

    private static String question(Optional<String> doubt) {
        return "What do you mean?"
                + doubt.map(what -> " This leaves out " + what + ".").orElse("");
    }

    private static Understanding missing(
            Scored best, Parameter missing, Names names, List<Proposal> choices, String method) {
        List<String> values = switch (missing.kind()) {
            case AGENT -> names.live().isEmpty() ? names.agents() : names.live();
            case ASK -> names.asks();
            case GRANT -> names.grants();
            case NAME -> names.catalog();
            case TOOL -> names.tools();
            case MODEL -> names.models();
            default -> List.of();
        };
        List<Proposal> filled = values.reversed().stream()
                .limit(CHOICES)
                .map(value ->
                        proposal(best.intent(), best.filled().line() + " " + CommandText.quoted(value), best.score()))
                .toList();
        return new Unsure(missing.kind().question(), filled.isEmpty() ? choices : filled, method);
    }

    /** A name that several live agents have: which of them is asked, never guessed. */
    private static Optional<Understanding> ambiguousAgent(
            Scored best, Names names, List<Mention> mentions, String method) {
        if (best.intent().takes(Kind.NAME)) {
            return Optional.empty();
        }
        for (Mention mention : mentions) {
            if (mention.kind() != Kind.AGENT || names.agents().contains(mention.value())) {
                continue;
            }
            List<String> same = names.live().stream()
                    .filter(id -> Names.called(id).equals(mention.value()))
                    .toList();
            if (same.size() > 1) {
                List<Proposal> which = same.reversed().stream()
                        .limit(CHOICES)
                        .map(id -> proposal(
                                best.intent(),
                                best.filled()
                                        .line()
                                        .replaceFirst(
                                                "(?<= )" + java.util.regex.Pattern.quote(mention.value()) + "(?= |$)",
                                                id),
                                best.score()))
                        .toList();
                return Optional.of(new Unsure("Which " + mention.value() + "?", which, method));
            }
        }
        return Optional.empty();
    }

    private static Proposal proposal(Intent intent, String line, double confidence) {
        return new Proposal(line, intent.shell(), intent.effect(), intent.about(), Math.clamp(confidence, 0, 1));
    }
}

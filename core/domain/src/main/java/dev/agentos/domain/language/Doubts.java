package dev.agentos.domain.language;

import dev.agentos.domain.language.Words.Token;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What in a sentence a command leaves out. A command that fits a part of a sentence is a guess about the rest, and a guess
 * is asked about: two wishes, an exception, a time, an amount, a question whether to do it, words that nothing explains.
 */
final class Doubts {

    /** A change with this many words that nothing explains is asked about; reading may leave one more unexplained. */
    private static final int UNEXPLAINED_IN_A_CHANGE = 2;

    private static final double UNEXPLAINED_SHARE = 0.5;

    private static final Pattern EXCEPTION = Pattern.compile(
            "\\b(?:except|excluding|apart from|other than|besides|but|unless|only if|as long as|instead of|rather than|whatever is not)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SCHEDULE = Pattern.compile(
            "\\b(?:at (?:\\d|noon|midnight|night)|every (?:\\w+ )?(?:second|minute|hour|day|night|morning|evening|week|month|monday|time)|daily|hourly|weekly|tomorrow|tonight|next (?:week|month|monday|morning)|in (?:\\d+|an?|half an?|two|three|five|ten) (?:second|minute|hour|day|week)s?|(?:as soon as|when|once|after|before|whenever|if) (?:it|he|she|they|the|this|that|i|we|you|all|[a-z]+-[a-z-]+|[a-z]+ (?:is|has|finishes|ends|stops)))\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern DELIBERATION = Pattern.compile(
            "^(?:should|shall|would|could i|can i|may i|must|do i|do we|does|did|is|are|was|were|has|have|had|what|why|when|where|who|whom|whose|which|how|i wonder|any idea|am i|will)\\b",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern SECOND_WISH = Pattern.compile(
            "\\b(?:and then|, then|then|and also|and afterwards|and after that|as well as)\\b|;",
            Pattern.CASE_INSENSITIVE);

    private final String text;
    private final List<Token> tokens;
    private final List<Mention> mentions;
    private final Catalogue catalogue;

    /** @param text what is said to us, without what is said to an agent */
    Doubts(String text, List<Token> tokens, List<Mention> mentions, Catalogue catalogue) {
        this.text = text;
        this.tokens = tokens;
        this.mentions = mentions;
        this.catalogue = catalogue;
    }

    /** What the command leaves out, in words that end "this leaves out …"; empty where it says all of it. */
    Optional<String> about(Intent intent, String line) {
        boolean change = intent.effect() != Effect.READS;
        if (change && EXCEPTION.matcher(text).find()) {
            return Optional.of("the exception");
        }
        if (change && SCHEDULE.matcher(text).find()) {
            return Optional.of("the time");
        }
        if (intent.effect() == Effect.CHANGES && DELIBERATION.matcher(text).find()) {
            return Optional.of("that it is a question");
        }
        if (change && SECOND_WISH.matcher(text).find()) {
            return Optional.of("the second wish");
        }
        Optional<Mention> left = leftOut(intent, line, change);
        if (left.isPresent()) {
            return Optional.of(left.get().value());
        }
        List<String> words = unexplained(intent, line);
        long content = Math.max(1, tokens.stream().filter(this::isContent).count());
        boolean many = words.size() >= (change ? UNEXPLAINED_IN_A_CHANGE : UNEXPLAINED_IN_A_CHANGE + 1);
        boolean most = (double) words.size() / content >= UNEXPLAINED_SHARE;
        return many || most ? Optional.of("“" + String.join(" ", words) + "”") : Optional.empty();
    }

    /** Something that was named and has no place in the command. */
    private Optional<Mention> leftOut(Intent intent, String line, boolean change) {
        Set<String> said = new HashSet<>();
        CommandText.split(line).orElse(List.of()).forEach(word -> said.add(word.toLowerCase(Locale.ROOT)));
        String whole = line.toLowerCase(Locale.ROOT);
        return mentions.stream()
                .filter(m -> switch (m.kind()) {
                    case AGENT, ASK, GRANT, FILE, MODEL, TOOL, DOMAIN, PAIR, JSON, CLASS, BINDING, SCOPE -> true;
                    case NUMBER -> change;
                    default -> false;
                })
                .filter(m -> !said.contains(m.value().toLowerCase(Locale.ROOT))
                        && !whole.contains(m.value().toLowerCase(Locale.ROOT))
                        && !whole.contains(Names.called(m.value()).toLowerCase(Locale.ROOT)))
                .filter(m -> !(m.kind() == Kind.CLASS && !intent.takes(Kind.CLASS) && !change))
                .findFirst();
    }

    private boolean isContent(Token token) {
        return !SAID_ANYWAY.contains(token.text())
                && !SAID_ANYWAY.contains(token.stem())
                && !token.text().startsWith("-")
                && mentions.stream().noneMatch(m -> m.from() < token.to() && token.from() < m.to());
    }

    /** Words of the sentence that neither the command's signs nor its examples have. */
    List<String> unexplained(Intent intent, String line) {
        Set<String> known = catalogue.vocabulary(intent);
        String whole = line.toLowerCase(Locale.ROOT);
        return tokens.stream()
                .filter(this::isContent)
                .filter(token -> !known.contains(token.stem())
                        && !known.contains(catalogue.concepts().corrected(token)))
                .filter(token -> !whole.contains(token.text()))
                .map(Token::text)
                .toList();
    }

    /** Words that change nothing about what is wanted. */
    private static final Set<String> SAID_ANYWAY = Set.of(
            ("a an the this that these those some any my your our their his her its it i me we us you they them he she "
                            + "to of in on at for from with by as into onto about and or but so if than then there here now just only "
                            + "please kindly ok okay well hey hi thanks thank pls right really quickly quick fast finally actually "
                            + "is are was were be been being am do does did done have has had having will would can could shall should "
                            + "may might must let want wants wanted need needs like love wish try go going get got give take make put set "
                            + "s t re ve ll d m not no yes one ones thing things stuff bit little moment minute while time today tonight "
                            + "again still already yet ever never ago soon later currently presently momentarily immediately "
                            + "what which who whom whose where when why how whether because since until till "
                            + "all every each both other another same own such very too also much many more most "
                            + "up down out off over under back away through between around near after before during "
                            + "mind even read round fine good anyway instead else together alone "
                            + "agent agents assistant bot program job process instance called named "
                            + "dear friend buddy folks guys everyone everybody anybody somebody someone people person boss "
                            + "see look looks know tell say says said show shows think guess believe suppose hope mean means "
                            + "exactly simply basically properly fully completely entirely totally absolutely instantly straight "
                            + "possible able help something anything everything nothing way kind sort lot bunch couple few last next first "
                            + "using use used via per upon toward towards within without inside against along")
                    .split(" "));
}

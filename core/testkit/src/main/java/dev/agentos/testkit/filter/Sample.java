package dev.agentos.testkit.filter;

import dev.agentos.domain.extractive.SentenceVectors;
import dev.agentos.domain.filter.Channel;
import dev.agentos.domain.filter.Features;
import dev.agentos.domain.filter.Head;
import dev.agentos.domain.filter.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A labelled text as the heads see it.
 *
 * @param vectors one for each passage; empty where there are none to be had
 * @param weight how much it counts in training
 */
record Sample(LabelledText text, List<Features> features, List<float[]> vectors, float weight) {

    /** Looks at every text once. */
    static List<Sample> of(List<LabelledText> texts, Optional<SentenceVectors> vectors) {
        List<List<Passage>> passages =
                texts.stream().map(text -> Passage.of(text.text())).toList();
        List<float[]> made = vectors.map(source -> source.vectors(passages.stream()
                        .flatMap(List::stream)
                        .map(Passage::text)
                        .toList()))
                .orElse(List.of());
        List<Sample> samples = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < texts.size(); i++) {
            int count = passages.get(i).size();
            samples.add(new Sample(
                    texts.get(i),
                    passages.get(i).stream().map(Features::of).toList(),
                    made.isEmpty() ? List.of() : made.subList(from, from + count),
                    1));
            from += count;
        }
        return samples;
    }

    boolean attack() {
        return text.attack();
    }

    /** The same words on another channel, where they may mean something else. */
    Sample on(Channel channel, boolean attack, float counts) {
        LabelledText moved = new LabelledText(
                text.id(),
                text.source(),
                text.category(),
                channel,
                attack,
                text.ambiguous(),
                text.group(),
                text.text());
        return new Sample(moved, features, vectors, counts);
    }

    /** The score of each passage. */
    double[] scores(Head head) {
        double[] scores = new double[features.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = head.score(features.get(i), head.usesVectors() ? vectors.get(i) : new float[0], text.channel());
        }
        return scores;
    }
}

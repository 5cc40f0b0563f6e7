package dev.agentos.domain.extractive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class LexRankTest {

    /**
     * A star: node 0 is like the other three by 0.5, these are unlike each other. With p for the centre and q for a leaf:
     * p = 0.15/4 + 0.85 (p · 1/2.5 + 3q · 0.5/1.5) and p + 3q = 1, so p = 0.3208333 / 0.9433333.
     */
    @Test
    void theCentreOfAStarRanksAsComputedByHand() {
        float[][] star = {
            {1, 0.5f, 0.5f, 0.5f},
            {0.5f, 1, 0, 0},
            {0.5f, 0, 1, 0},
            {0.5f, 0, 0, 1}
        };
        double centre = 0.32083333333 / 0.94333333333;
        double leaf = (1 - centre) / 3;
        assertArrayEquals(new double[] {centre, leaf, leaf, leaf}, LexRank.rank(star), 1e-8);
    }

    @Test
    void similaritiesBelowTheEdgeCountForNothing() {
        float[][] faint = {{1, 0.09f}, {0.09f, 1}};
        assertArrayEquals(new double[] {0.5, 0.5}, LexRank.rank(faint), 1e-9);
    }

    @Test
    void aPriorPullsTheWalkTowardsIt() {
        float[][] apart = {{1, 0}, {0, 1}};
        assertArrayEquals(new double[] {0.75, 0.25}, LexRank.rank(apart, new double[] {3, 1}, 0.5), 1e-9);
    }

    @Test
    void cosinesAreOfAnglesNotLengths() {
        float[][] similarities =
                LexRank.similarities(List.of(new float[] {2, 0}, new float[] {3, 3}, new float[] {0, 0}));
        assertEquals(Math.sqrt(0.5), similarities[0][1], 1e-6);
        assertEquals(0, similarities[0][2]);
        assertEquals(1, similarities[2][2]);
    }

    @Test
    void nothingRanksAsNothing() {
        assertArrayEquals(new double[0], LexRank.rank(new float[0][0]));
    }

    @Test
    void vectorsOfDifferentDimensionsAreRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> LexRank.similarities(List.of(new float[] {1}, new float[] {1, 2})));
    }
}

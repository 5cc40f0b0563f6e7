package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    private static final List<String> KEYS = List.of("capabilities", "modelPolicy", "max_context_tokens", "mem", "slo");

    @ParameterizedTest
    @CsvSource({
        "capabilites, capabilities",
        "Capabilities, capabilities",
        "capabilities_, capabilities",
        "model_policy, modelPolicy",
        "model-policy, modelPolicy",
        "maxContextTokens, max_context_tokens",
        "memory, mem",
        "sol, slo"
    })
    void aTypingErrorIsForgiven(String written, String meant) {
        assertEquals(Optional.of(meant), Suggestions.nearest(written, KEYS));
    }

    @Test
    void whatIsNowhereNearIsNotGuessed() {
        assertEquals(Optional.empty(), Suggestions.nearest("zzz", KEYS));
        assertEquals(Optional.empty(), Suggestions.nearest("", KEYS));
        assertEquals(Optional.empty(), Suggestions.nearest("m".repeat(100_000), KEYS));
    }

    @Test
    void aSwapOfNeighboursIsOneError() {
        assertEquals(1, Suggestions.distance("fs.raed", "fs.read"));
        assertEquals(0, Suggestions.distance("", ""));
        assertEquals(3, Suggestions.distance("", "abc"));
        assertEquals(3, Suggestions.distance("kitten", "sitting"));
    }
}

package dev.agentos.testkit.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.language.LanguageService;
import dev.agentos.domain.language.Catalogue;
import dev.agentos.testkit.prove.LanguageData;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LanguageDataTest {

    @Test
    void fourHundredGoalsAreSaidInFourWordingsEach() throws Exception {
        List<LanguageData.Item> items = LanguageData.own();
        var byGoal = items.stream().collect(Collectors.groupingBy(LanguageData.Item::goal, Collectors.counting()));
        assertTrue(byGoal.size() >= 380, byGoal.size() + " goals");
        assertTrue(items.size() >= 1500, items.size() + " sentences");
        assertEquals(Set.of(4L), Set.copyOf(byGoal.values()));
    }

    @Test
    void noSentenceIsAnExampleOfTheCatalogue() throws Exception {
        Set<String> examples = LanguageService.catalogue().examples().stream()
                .map(Catalogue.Example::text)
                .collect(Collectors.toSet());
        List<String> twins = LanguageData.own().stream()
                .map(item -> item.text().toLowerCase(Locale.ROOT).replaceFirst("[.?!]$", ""))
                .filter(examples::contains)
                .toList();
        assertTrue(twins.size() <= 8, twins.toString());
    }

    @Test
    void commandsAreComparedByWhatTheySay() {
        assertTrue(LanguageData.same("agentctl pause agent-rag-planner-001", "pause rag-planner"));
        assertTrue(LanguageData.same("list --state failed --all", "list --all --state=failed"));
        assertFalse(LanguageData.same("pause rag-planner", "kill rag-planner"));
        assertFalse(LanguageData.same("logs a", "logs a --follow"));
    }
}

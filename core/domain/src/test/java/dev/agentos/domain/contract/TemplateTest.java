package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    @Test
    void aTextIsLiteralsAndReferences() {
        assertEquals(
                new Template(List.of(
                        new Template.Literal("a $ ${b "),
                        new Template.InputReference("folder"),
                        new Template.Literal("/"),
                        new Template.StepReference("read", List.of("documents", "0", "text")))),
                Template.parse("a $ $${b ${input.folder}/${steps.read.documents.0.text}"));
        assertEquals(new Template(List.of()), Template.parse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${",
                "${}",
                "${input}",
                "${input.}",
                "${input.a",
                "${steps.a}",
                "${steps.A.b}",
                "${env.HOME}",
                "${ input.a }",
                "${input.a.b}",
                "${steps..b}",
                "${steps.a.}"
            })
    void whatIsNoReferenceIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Template.parse(text));
    }

    @Test
    void aTextThatIsOneReferenceBecomesTheValueItself() {
        Object resolved = Template.resolve(
                Map.of("documents", "${steps.read.documents}", "paths", List.of("${input.folder}"), "n", 3L),
                reference -> switch (reference) {
                    case Template.InputReference input -> "/data/" + input.name();
                    case Template.StepReference step -> List.of(step.step(), step.field());
                    case Template.SecretReference secret -> secret.toString();
                });

        assertEquals(
                Map.of("documents", List.of("read", List.of("documents")), "paths", List.of("/data/folder"), "n", 3L),
                resolved);
    }

    @Test
    void aReferenceInsideTextBecomesText() {
        assertEquals(
                "n=3, list=[1,\"x\"], name=A ${literal}",
                Template.resolve(
                        "n=${input.n}, list=${input.list}, name=${input.name} $${literal}",
                        reference -> switch (reference.toString()) {
                            case "${input.n}" -> 3L;
                            case "${input.list}" -> List.of(1L, "x");
                            default -> "A";
                        }));
    }

    @Test
    void aValueThatLooksLikeAReferenceIsNotFollowed() {
        assertEquals("${input.secret}", Template.resolve("${input.a}", _ -> "${input.secret}"));
        assertEquals("x${input.secret}", Template.resolve("x${input.a}", _ -> "${input.secret}"));
    }
}

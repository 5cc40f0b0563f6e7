package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Text that nobody wrote in good faith gets an answer, soon, and never an exception. */
class HostileTextTest {
    private static List<String> lines(String text) {
        return Contracts.lines(ContractParser.parse(text, Contracts.SOURCE));
    }

    @Test
    void aSyntaxErrorIsOneProblemAtItsPlace() {
        assertEquals(
                List.of(
                        "c.yaml:2:1: error: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB)"
                                + " for indentation) (while scanning for the next token) [yaml-syntax]; indent with spaces"),
                lines("class:\n\tlatency: SRT\n"));
        assertEquals(
                List.of("c.yaml:3:1: error: expected ',' or ']', but got <stream end> (while parsing a flow sequence)"
                        + " [yaml-syntax]; check indentation, quotes and brackets at and above this line"),
                lines("kind: x\ncapabilities: [a, b\n"));
    }

    @Test
    void whatAContractNeedNotHaveIsRefused() {
        assertEquals(
                List.of("c.yaml:2:1: error: a second document begins here [yaml-syntax]; keep one contract in a file"),
                lines("kind: x\n---\nkind: y\n"));
        assertEquals(
                List.of("c.yaml:1:1: error: the contract is empty [empty]; begin with apiVersion: agentos/v0.2"),
                lines("# nothing\n"));
        assertEquals(
                List.of(
                        "c.yaml:1:1: error: a contract must be a mapping, not a list [wrong-type]; begin with apiVersion:"
                                + " agentos/v0.2"),
                lines("- a\n"));
        assertEquals(
                List.of("c.yaml:1:3: error: the character U+0007 is not allowed [yaml-syntax]; remove it"),
                lines("a:\u0007 1\n"));
        assertEquals(
                List.of(
                        "c.yaml:4:17: error: the tag \"!python/object:os.system\" does not belong in a contract [yaml-tag];"
                                + " write the plain value"),
                Contracts.problems("capabilities: [ !python/object:os.system x ]\n"));
        assertEquals(
                List.of(
                        "c.yaml:4:1: error: a key must be text [key-not-text]; write \"7\" in quotes",
                        "c.yaml:5:3: error: a key must be text [key-not-text]; write a plain name before the colon"),
                Contracts.problems("7: x\n? [a]\n: x\n"));
        assertEquals(
                List.of("c.yaml:6:3: error: a contract has no \"budget.<<\" [unknown-key]; YAML 1.2 has no merge keys:"
                        + " write the fields out"),
                Contracts.problems("consent: &a { unattended: wait }\nbudget:\n  <<: *a\n"));
    }

    @Test
    void numbersThatAreNoNumbersAreRefused() {
        assertEquals(
                List.of(
                        "c.yaml:4:21: error: the number .nan cannot be represented [out-of-range]; write a finite number,"
                                + " whole ones up to 2^53 - 1",
                        "c.yaml:4:35: error: the number -.inf cannot be represented [out-of-range]; write a finite"
                                + " number, whole ones up to 2^53 - 1",
                        "c.yaml:4:49: error: the number 9007199254740993 cannot be represented [out-of-range]; write a"
                                + " finite number, whole ones up to 2^53 - 1"),
                Contracts.problems("budget: { cost_usd: .nan, tokens: -.inf, turns: 9007199254740993 }\n").stream()
                        .filter(line -> line.contains("represented"))
                        .toList());
        assertEquals(
                255, Contracts.contract("budget: { turns: 0xff }\n").budget().turns());
        assertTrue(Contracts.problems("budget: { turns: " + "9".repeat(100_000) + " }\n")
                .getFirst()
                .contains("cannot be represented"));
        assertTrue(Contracts.problems("budget: { cost_usd: 1e999999999 }\n")
                .getFirst()
                .contains("cannot be represented"));
        assertTrue(Contracts.problems("budget: { cost_usd: 1e-999999999 }\n")
                .getFirst()
                .contains("cannot be represented"));
    }

    @Test
    void halfASurrogatePairCannotReachTheDigest() {
        assertEquals(
                List.of("c.yaml:4:31: error: the text holds half of a surrogate pair [bad-value]; remove the escape"),
                Contracts.problems("runtime: { managed: { prompt: \"\\uD800\" } }\n"));
        assertInstanceOf(
                ParseOutcome.Invalid.class, ContractParser.parse(Contracts.HEAD + "\"\\uD800\": 1\n", "c.yaml"));
        assertInstanceOf(ParseOutcome.Invalid.class, ContractParser.parse("a: \ud800\n", "c.yaml"));
    }

    @Test
    void anchorsAreResolved() {
        AgentContract contract = Contracts.contract("capabilities: &tools [a, b]\nsecurity: { consent_for: *tools }\n");

        assertEquals(List.of("a", "b"), contract.security().consentFor());
    }

    @Test
    void anAliasBombIsRefusedAtOnce() {
        StringBuilder bomb = new StringBuilder(Contracts.HEAD + "x0: &x0 [a, a, a, a, a, a, a, a, a]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("x%d: &x%d [*x%d, *x%d]\n".formatted(i, i, i - 1, i - 1));
        }
        assertTimeout(Duration.ofSeconds(5), () -> {
            List<Problem> problems = Contracts.refused(ContractParser.parse(bomb.toString(), "bomb.yaml"));
            assertEquals(1, problems.size());
        });
        String wide = Contracts.HEAD + "a: &a [" + "1,".repeat(2000) + "]\nb: [" + "*a,".repeat(40) + "]\n";
        assertEquals(
                List.of("too-large"),
                Contracts.refused(ContractParser.parse(wide, "wide.yaml")).stream()
                        .map(Problem::code)
                        .toList());
    }

    @Test
    void aDocumentThatContainsItselfIsRefused() {
        List<String> problems = Contracts.problems("a: &a [*a]\n");
        List<String> keys = Contracts.problems("a: &a { b: *a }\n");

        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().contains("too-large"), problems.getFirst());
        assertTrue(keys.getFirst().contains("too-large"), keys.getFirst());
    }

    @Test
    void deepNestingIsRefusedBeforeItCostsAStack() {
        for (String open : List.of("[", "{a: ", "- ", "? ", "[{a: ")) {
            ParseOutcome outcome = ContractParser.parse("a: " + open.repeat(20_000), "deep.yaml");
            assertEquals(1, Contracts.refused(outcome).size(), open);
        }
        StringBuilder block = new StringBuilder();
        for (int i = 0; i < 600; i++) {
            block.append(" ".repeat(i)).append("a:\n");
        }
        assertEquals(
                "too-large",
                Contracts.refused(ContractParser.parse(block.toString(), "deep.yaml"))
                        .getFirst()
                        .code());
    }

    @Test
    void aMegabyteOfJunkIsRefusedUnread() {
        byte[] junk = new byte[1 << 20];
        new Random(1).nextBytes(junk);

        assertEquals(
                List.of(
                        "c.yaml:1:1: error: the contract is larger than 256 KiB [too-large]; a contract is a page or two:"
                                + " move data to files and memory"),
                lines(new String(junk, StandardCharsets.ISO_8859_1)));
    }

    @Test
    void junkJustBelowTheLimitIsAnsweredSoon() {
        List<String> units = List.of(
                "a", "a: ", "- ", "\"", "'", "#", "[", "&a ", "*a,", "? ", "!", "|\n", "a:\n ", "\n", "%", ": ", ",");
        for (String unit : units) {
            String text = unit.repeat(YamlReader.MAX_CHARS / unit.length());
            assertTimeout(
                    Duration.ofSeconds(20), () -> Contracts.refused(ContractParser.parse(text, "junk.yaml")), unit);
        }
    }

    /** 20,000 damaged contracts: each gets an outcome, and what is accepted has a digest that holds. */
    @Test
    void damagedContractsGetAnOutcome() {
        List<String> seeds = new ArrayList<>();
        for (String name : List.of("shell", "summarise-folder", "hrt-guard", "five-mistakes")) {
            seeds.add(Contracts.read(Contracts.root().resolve("examples/" + name + ".yaml")));
        }
        List<String> tokens = List.of(
                ": ",
                "- ",
                "\n",
                "  ",
                "[",
                "]",
                "{",
                "}",
                "\"",
                "'",
                "*",
                "&a ",
                "*a",
                "!!int ",
                "!x ",
                "|",
                ">",
                "#",
                "%",
                "---\n",
                "...\n",
                "? ",
                "<<: ",
                "${",
                "}",
                "\t",
                "\0",
                "\uFEFF",
                "\ud83d",
                "😀",
                ".inf",
                "1e9999",
                "0x",
                "0o9",
                "~",
                "null",
                "true",
                "-1",
                "99999999999999999999",
                "../",
                "/",
                "..",
                "\\u",
                "%YAML 99999999999.1\n",
                "@",
                "`");
        Random random = new Random(20_000);
        int accepted = 0;
        long start = System.nanoTime();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
            int edits = 1 + random.nextInt(4);
            for (int j = 0; j < edits; j++) {
                damage(text, tokens, random);
            }
            ParseOutcome outcome = ContractParser.parse(text.toString(), "fuzz.yaml");
            if (outcome instanceof ParseOutcome.Parsed(ContractDocument document, List<Problem> _)) {
                accepted++;
                assertEquals(
                        document.digest(),
                        Contracts.accepted(ContractParser.parse(document.canonicalJson(), "again"))
                                .document()
                                .digest());
                assertTrue(!ContractWords.describe(document.contract()).isEmpty());
            }
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        assertTrue(accepted > 500 && accepted < 19_000, "the damage was neither nothing nor everything: " + accepted);
        assertTrue(seconds < 120, "a contract is read in milliseconds: " + seconds);
    }

    private static void damage(StringBuilder text, List<String> tokens, Random random) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + 1 + random.nextInt(12));
        switch (random.nextInt(6)) {
            case 0 -> text.insert(at, tokens.get(random.nextInt(tokens.size())));
            case 1 -> text.delete(at, end);
            case 2 -> text.setCharAt(at, (char) random.nextInt(0x180));
            case 3 -> text.insert(random.nextInt(text.length()), text.substring(at, end));
            case 4 -> {
                int line = text.indexOf("\n", at);
                int next = line < 0 ? -1 : text.indexOf("\n", line + 1);
                if (next > 0) {
                    text.insert(random.nextInt(text.length()), text.substring(line, next));
                }
            }
            default -> text.replace(at, end, tokens.get(random.nextInt(tokens.size())));
        }
    }
}

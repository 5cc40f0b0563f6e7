package dev.agentos.domain.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.policy.Origin.Role;
import dev.agentos.domain.policy.Origins.Check;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OriginsTest {

    private static final Knowledge KNOWN = Knowledge.of(
                    "Mail the report to boss@example.org. Also book a table on May 3rd, titled 'Team dinner'.")
            .with(Knowledge.sight(
                    "r1 (page)",
                    Map.of("text", "Dine at Chez Eve. Ask evil@example.net, or www.evil.example/x. Zip 75002."),
                    ResultLabels.UNTRUSTED,
                    Labels.TRUSTED,
                    List.of()));

    private static final ToolDescriptor MAIL = ToolDescriptor.named("mail", Effect.CHANGES, "")
            .input(InputSchema.object()
                    .required("to", "string", "")
                    .optional("cc", "string", "")
                    .optional("amount", "number", "")
                    .optional("text", "string", "")
                    .optional("urgent", "boolean", ""))
            .destinations("to", "cc")
            .sensitive("amount")
            .build();

    private static final ToolDescriptor EVENT = ToolDescriptor.named("event", Effect.CHANGES, "")
            .input(InputSchema.object()
                    .required("title", "string", "")
                    .required("start", "string", "")
                    .optional("place", "string", "")
                    .optional("guests", "array", ""))
            .destinations("guests")
            .build();

    private static List<String> found(ToolDescriptor tool, Map<String, Object> arguments, Check check) {
        return Origins.of(tool, arguments, KNOWN, List.of(), check).stream()
                .map(o -> o.role() + " " + o.argument() + " " + o.value() + " " + o.provenance())
                .toList();
    }

    private static Map<String, Object> arguments(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    @Test
    void destinationsAndSensitiveValuesAreAlwaysLookedAt() {
        assertEquals(
                List.of(
                        "DESTINATION to boss@example.org PERSON",
                        "DESTINATION cc evil@example.net UNTRUSTED",
                        "SENSITIVE amount 7.5 UNKNOWN"),
                found(
                        MAIL,
                        arguments(
                                "to",
                                "boss@example.org",
                                "cc",
                                List.of("evil@example.net"),
                                "amount",
                                7.5,
                                "text",
                                "Dine at Chez Eve",
                                "urgent",
                                true),
                        Check.DESTINATIONS));
    }

    @Test
    void theTaintGateLooksAtEverything() {
        assertEquals(
                List.of("DESTINATION to boss@example.org PERSON", "CONTENT text Chez Eve UNTRUSTED"),
                found(MAIL, arguments("to", "boss@example.org", "text", "Chez Eve"), Check.EVERYTHING));
    }

    @Test
    void offLooksAtNothingAndReadersWithoutDestinationsHaveNone() {
        assertEquals(List.of(), found(MAIL, arguments("to", "evil@example.net"), Check.OFF));
        ToolDescriptor reader = ToolDescriptor.named("read", Effect.READS, "").build();
        assertEquals(List.of(), found(reader, arguments("q", "evil@example.net"), Check.EVERYTHING));
        ToolDescriptor fetch = ToolDescriptor.named("fetch", Effect.READS, "")
                .destinations("url")
                .build();
        assertEquals(
                List.of("DESTINATION url www.evil.example/x UNTRUSTED"),
                found(fetch, arguments("url", "www.evil.example/x"), Check.DESTINATIONS));
        assertEquals(
                List.of(), found(fetch, arguments("q", "anything"), Check.DESTINATIONS), "a reader has no anchors");
    }

    @Test
    void addressesInsideContentAreLookedAt() {
        assertEquals(
                List.of(
                        "DESTINATION to boss@example.org PERSON",
                        "LINK text www.evil.example/x UNTRUSTED",
                        "LINK text http://other.example/q?d=1 UNKNOWN"),
                found(
                        MAIL,
                        arguments(
                                "to",
                                "boss@example.org",
                                "text",
                                "See www.evil.example/x, or http://other.example/q?d=1."),
                        Check.DESTINATIONS));
        assertEquals(
                List.of("DESTINATION to boss@example.org PERSON", "LINK text boss@example.org PERSON"),
                found(MAIL, arguments("to", "boss@example.org", "text", "from boss@example.org"), Check.DESTINATIONS));
    }

    @Test
    void disguisedAddressesAreAddresses() {
        for (String text : List.of(
                "evil[at]example[.]net",
                "evil@example(dot)net",
                "www dot evil dot example",
                "e\u200bvil@example.net",
                "ZXZpbEBleGFtcGxlLm5ldA==",
                "\uff45vil@example.net",
                "account DE89370400440532013000",
                "files.example.com/get")) {
            assertTrue(
                    Origins.of(
                                    MAIL,
                                    arguments("to", "boss@example.org", "text", text),
                                    KNOWN,
                                    List.of(),
                                    Check.DESTINATIONS)
                            .stream()
                            .anyMatch(origin -> origin.role() == Role.LINK
                                    && !origin.provenance().isVouched()),
                    text);
        }
    }

    @Test
    void numbersOfDocumentsOutOfNowhereAreLookedAtAndThoseOfAReaderAreNot() {
        assertEquals(
                List.of("DESTINATION to boss@example.org PERSON", "LINK text HGK137803 UNKNOWN"),
                found(MAIL, arguments("to", "boss@example.org", "text", "passport HGK137803"), Check.DESTINATIONS));
        assertEquals(
                List.of("DESTINATION to boss@example.org PERSON", "LINK text 4237-4252-7456-2574 UNKNOWN"),
                found(
                        MAIL,
                        arguments("to", "boss@example.org", "text", "card 4237-4252-7456-2574"),
                        Check.DESTINATIONS));
        for (String harmless :
                List.of("Zip 75002", "2024-05-01 09:00", "12:30", "three words only", "2024-05-01T09:00:00Z")) {
            assertEquals(
                    List.of("DESTINATION to boss@example.org PERSON"),
                    found(MAIL, arguments("to", "boss@example.org", "text", harmless), Check.DESTINATIONS),
                    harmless);
        }
    }

    @Test
    void withoutADestinationWhatTheSchemaRequiresStandsIn() {
        assertEquals(
                List.of("ANCHOR title Team dinner PERSON", "ANCHOR start 2025-05-03 19:00 PERSON"),
                found(
                        EVENT,
                        arguments("title", "Team dinner", "start", "2025-05-03 19:00", "place", "Chez Eve"),
                        Check.DESTINATIONS));
        assertEquals(
                List.of("ANCHOR title Team dinner at Chez Eve PERSON", "ANCHOR start 2025-06-03 UNKNOWN"),
                found(EVENT, arguments("title", "Team dinner at Chez Eve", "start", "2025-06-03"), Check.DESTINATIONS));
        assertEquals(
                List.of("ANCHOR title Chez Eve UNTRUSTED", "ANCHOR start 2025-05-03 PERSON"),
                found(
                        EVENT,
                        arguments("title", "Chez Eve", "start", "2025-05-03", "guests", List.of()),
                        Check.DESTINATIONS));
        assertEquals(
                List.of("DESTINATION guests boss@example.org PERSON"),
                found(
                        EVENT,
                        arguments("title", "Chez Eve", "start", "2025-06-03", "guests", List.of("boss@example.org")),
                        Check.DESTINATIONS));
        assertEquals(
                "the task's own words",
                Origins.of(EVENT, arguments("title", "x", "start", "2025-05-03"), KNOWN, List.of(), Check.DESTINATIONS)
                        .getLast()
                        .source());
    }

    @Test
    void twoShortWordsAnchorNothing() {
        assertEquals(
                List.of("ANCHOR title on May UNKNOWN"),
                found(EVENT, arguments("title", "on May"), Check.DESTINATIONS).stream()
                        .map(text -> text.replace("PERSON", "UNKNOWN"))
                        .toList());
        assertEquals(
                List.of("ANCHOR title a table UNKNOWN"),
                found(EVENT, arguments("title", "a table of wood".substring(0, 7)), Check.DESTINATIONS).stream()
                        .map(text -> text.replace("PERSON", "UNKNOWN"))
                        .toList());
        assertEquals(
                List.of("ANCHOR title to me on it UNKNOWN"),
                found(EVENT, arguments("title", "to me on it"), Check.DESTINATIONS));
    }

    @Test
    void aToolThatRequiresNothingIsAnchoredByAllItsArguments() {
        ToolDescriptor tool = ToolDescriptor.named("free", Effect.ASKS, "").build();
        assertEquals(
                List.of("ANCHOR a Chez Eve UNTRUSTED", "ANCHOR b boss@example.org PERSON"),
                found(tool, arguments("a", "Chez Eve", "b", "boss@example.org"), Check.DESTINATIONS));
    }

    @Test
    void pathsInTheContractsFoldersAreVouchedForAndTheirContentIsFollowedByNobody() {
        ToolDescriptor write = ToolDescriptor.named("write", Effect.CHANGES, "")
                .paths(new PathArgument("path", Access.WRITE))
                .destinations("path")
                .build();
        Map<String, Object> arguments = arguments("path", "out/evil.txt", "content", "see www.evil.example/x");
        assertEquals(
                List.of(new Origin(
                        "path", "out/evil.txt", Role.DESTINATION, Provenance.CONTRACT, "the contract's folders")),
                Origins.of(
                        write,
                        arguments,
                        KNOWN,
                        List.of(new Target("/w/out/evil.txt", Access.WRITE)),
                        Check.DESTINATIONS));
        assertEquals(
                Provenance.UNKNOWN,
                Origins.of(write, arguments, KNOWN, List.of(), Check.DESTINATIONS)
                        .getFirst()
                        .provenance());
    }

    @Test
    void unvouchedValuesAndSecretsAreFoundInEveryArgument() {
        assertEquals(
                List.of("evil@example.net", "nobody"),
                Origins.unvouched(
                                arguments(
                                        "a", Map.of("report", List.of("evil@example.net")), "b", "nobody", "c", false),
                                KNOWN)
                        .stream()
                        .map(Origin::value)
                        .toList());
        Knowledge secret = KNOWN.with(Knowledge.sight(
                "r2 (vault)", Map.of("k", "hunter2"), ResultLabels.of(Labels.SECRET), Labels.TRUSTED, List.of()));
        assertEquals(
                List.of("r2 (vault)"), Origins.secrets(arguments("a", "hunter2", "b", List.of("hunter2")), secret));
        assertEquals(List.of(), Origins.secrets(arguments("a", "hunter"), secret));
    }

    @Test
    void sentencesSayWhereAValueCameFrom() {
        assertEquals(
                List.of(
                        "goes to to \"x\", given by the person",
                        "uses to \"x\", read from s",
                        "makes to \"x\", allowed by s",
                        "carries the address to \"x\", from untrusted text of s",
                        "carries to \"x\", of unknown origin"),
                List.of(
                        new Origin("to", "x", Role.DESTINATION, Provenance.PERSON, "s").sentence(),
                        new Origin("to", "x", Role.SENSITIVE, Provenance.TRUSTED, "s").sentence(),
                        new Origin("to", "x", Role.ANCHOR, Provenance.CONTRACT, "s").sentence(),
                        new Origin("to", "x", Role.LINK, Provenance.UNTRUSTED, "s").sentence(),
                        new Origin("to", "x", Role.CONTENT, Provenance.UNKNOWN, "s").sentence()));
        String long1 = "y".repeat(81);
        assertEquals(
                "carries to \"" + "y".repeat(79) + "…\", of unknown origin",
                new Origin("to", long1, Role.CONTENT, Provenance.UNKNOWN, "").sentence());
        assertEquals(
                "carries to \"" + "y".repeat(80) + "\", of unknown origin",
                new Origin("to", "y".repeat(80), Role.CONTENT, Provenance.UNKNOWN, "").sentence());
    }
}

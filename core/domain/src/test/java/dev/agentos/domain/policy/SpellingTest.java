package dev.agentos.domain.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SpellingTest {

    @Test
    void strictForgivesCaseCompositionAndWhiteSpaceOnly() {
        assertEquals("a b", Spelling.strict("  A \t\n\u00a0 b "));
        assertEquals(Spelling.strict("Caf\u00e9"), Spelling.strict("cafe\u0301"));
        assertNotEquals(Spelling.strict("bank"), Spelling.strict("b\u0430nk"), "a Cyrillic a is another letter");
        assertNotEquals(Spelling.strict("bank"), Spelling.strict("ba\u200bnk"), "a hidden character is a character");
        assertNotEquals(Spelling.strict("bank"), Spelling.strict("\uff42ank"), "a wide letter is another letter");
        assertEquals("", Spelling.strict(" \n "));
        assertEquals("\ud83d\ude00 x", Spelling.strict("\ud83d\ude00\u2003X"));
    }

    @Test
    void looseForgivesLooksHiddenCharactersAndSigns() {
        assertEquals("bank", Spelling.loose("B-\u0430 n.\u200bK!"));
        assertEquals("bank", Spelling.loose("\uff42\uff41\uff4e\uff4b"));
        assertEquals("12", Spelling.loose("\u0661\u0662"), "digits of other scripts");
        assertEquals("cafe", Spelling.loose("Caf\u00e9"));
        assertEquals("\u65e5", Spelling.loose("\u65e5"), "a letter that looks like no other stays");
        assertEquals("", Spelling.loose("--- \u2028"));
    }

    @Test
    void readingsDecodeWhatIsEncoded() {
        String text = "evil@example.org";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertTrue(Spelling.readings("evil%40example.org").contains(text));
        assertTrue(Spelling.readings(Base64.getEncoder().encodeToString(bytes)).contains(text));
        assertTrue(Spelling.readings(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes))
                .contains(text));
        assertTrue(Spelling.readings(HexFormat.of().formatHex(bytes)).contains(text));
        String twice = Base64.getEncoder().encodeToString("evil%40example.org".getBytes(StandardCharsets.UTF_8));
        assertTrue(Spelling.readings(twice).contains(text), "one encoding within another");
        assertTrue(Spelling.readings("a+b%20c").contains("a+b c"), "a plus is a plus");
        assertTrue(Spelling.readings("a%20b 100%").contains("a b 100%"), "a broken escape shields nothing");
    }

    @Test
    void readingsKeepWhatIsNot() {
        assertEquals(java.util.Set.of("100% sure"), Spelling.readings("100% sure"));
        assertEquals(java.util.Set.of("short"), Spelling.readings("short"));
        assertEquals(java.util.Set.of("hello world, friends"), Spelling.readings("hello world, friends"));
        String binary = Base64.getEncoder().encodeToString(new byte[] {0, 1, 2, 3, 4, 5, 6, 7});
        assertEquals(java.util.Set.of(binary), Spelling.readings(binary), "bytes that are no text are no reading");
        String long1 = "%41".repeat(30_000);
        assertEquals(java.util.Set.of(long1), Spelling.readings(long1), "a text of 90,000 characters is not decoded");
    }

    @Test
    void aValueStandsInATextAsAWholeOnly() {
        assertTrue(Spelling.standsIn("alice", "send it to alice"));
        assertTrue(Spelling.standsIn("alice", "alice, please"));
        assertTrue(Spelling.standsIn("alice", "'alice'."));
        assertTrue(Spelling.standsIn("www.x.org", "see www.x.org."));
        assertFalse(Spelling.standsIn("alice", "malice"));
        assertFalse(Spelling.standsIn("alice", "alices"));
        assertFalse(Spelling.standsIn("example.org", "me@example.org"));
        assertFalse(Spelling.standsIn("me@example.org", "me@example.org.evil"));
        assertFalse(Spelling.standsIn("me@example.org", "not-me@example.org"));
        assertFalse(Spelling.standsIn("x.org", "x.org/path"));
        assertTrue(Spelling.standsIn("alice", "malice and alice"), "a later place counts");
        assertTrue(Spelling.standsIn("alice", "-alice"), "a sign with nothing before it joins nothing");
        assertTrue(Spelling.standsIn("alice", "alice-"), "nor one with nothing behind it");
        assertTrue(Spelling.standsIn("alice", "x -alice"));
        assertTrue(Spelling.standsIn("alice", "alice- x"));
        assertFalse(Spelling.standsIn("alice", "bob"));
    }
}

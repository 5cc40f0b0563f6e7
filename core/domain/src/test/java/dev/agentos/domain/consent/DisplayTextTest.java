package dev.agentos.domain.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.agentos.domain.consent.DisplayText.Shown;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayTextTest {

    /** Code points that draw nothing, or that change the order of what is drawn. */
    private static final List<Integer> HIDDEN = List.of(
            0x0000, 0x0007, 0x001B, 0x007F, 0x0085, // controls, escape, delete, next line
            0x00A0, 0x1680, 0x2000, 0x2003, 0x200A, 0x202F, 0x205F, 0x3000, // spaces that are not the space
            0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x180E, 0x3164, 0xFFA0, 0xFEFF, // fillers and joiners
            0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x1D159, // marks and signs that draw nothing
            0x200B, 0x200C, 0x200D, 0x2060, 0x2063, 0x206A, // zero width
            0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, // bidirectional
            0x2028, 0x2029, // line and paragraph separators
            0xFE00, 0xFE0F, 0xE0100, 0xE01EF, // variation selectors
            0xE0001, 0xE0041, 0xE007F, // tags
            0xD800, 0xDFFF, // halves of a surrogate pair
            0xE000, 0xF8FF, 0xF0000, 0x10FFFD, // private use
            0x0378, 0xFFFF); // not assigned

    @Test
    void everyHiddenCharacterBecomesVisibleAndIsReported() {
        for (int point : HIDDEN) {
            String raw = "a" + text(point) + "b";
            assertEquals(
                    new Shown("a\\u{" + Integer.toHexString(point).toUpperCase(java.util.Locale.ROOT) + "}b", true),
                    DisplayText.line(raw));
        }
    }

    private static String text(int point) {
        // A lone surrogate is no code point that a builder takes, but a string can hold it.
        return point >= 0xD800 && point <= 0xDFFF ? String.valueOf((char) point) : Character.toString(point);
    }

    @Test
    void whatPeopleWriteStaysAsItIs() {
        for (String plain : List.of(
                "",
                "summary.md",
                "Übergröße naïve",
                "данные",
                "数据 資料",
                "نص عربي",
                "שלום",
                "नमस्ते",
                "한국어",
                "e\u0301",
                "👍",
                "€ 10 – «ok»")) {
            assertEquals(new Shown(plain, false), DisplayText.line(plain));
        }
    }

    @Test
    void lineBreaksAndTabsStayInABlockOnly() {
        assertEquals(new Shown("a\n\tb\\u{D}", true), DisplayText.block("a\n\tb\r"));
        assertEquals(new Shown("a\\u{A}\\u{9}b", true), DisplayText.line("a\n\tb"));
    }

    @Test
    void aReversedFileNameCannotPoseAsAnother() {
        assertEquals(new Shown("report\\u{202E}cod.exe", true), DisplayText.line("report\u202Ecod.exe"));
    }

    @Test
    void everyCodePointIsShownOnceOrEscaped() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            String raw = text(point);
            Shown shown = DisplayText.line(raw);
            String expected = shown.escaped() ? "\\u{%X}".formatted(point) : raw;
            if (!expected.equals(shown.text())) {
                assertEquals(expected, shown.text());
            }
        }
    }

    @Test
    void lettersThatPoseAsLatinAreEscapedWhereTheyMislead() {
        assertEquals(new Shown("p\\u{430}ypal.com", true), DisplayText.line("p\u0430ypal.com"), "one Cyrillic letter");
        assertEquals(
                new Shown("\\u{440}\\u{430}\\u{443}.com", true),
                DisplayText.name("\u0440\u0430\u0443.com"),
                "a word of nothing else, in a name");
        assertEquals(
                new Shown("\u0440\u0430\u0443", false), DisplayText.line("\u0440\u0430\u0443"), "but not in prose");
        assertEquals(new Shown("a\\u{2215}b\\u{FF0E}c", true), DisplayText.name("a\u2215b\uFF0Ec"), "dividers");
        assertEquals(new Shown("данные.md", false), DisplayText.name("данные.md"));
        assertEquals(new Shown("Übersicht/数据.md", false), DisplayText.name("Übersicht/数据.md"));
    }
}

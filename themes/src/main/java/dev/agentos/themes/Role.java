package dev.agentos.themes;

import java.util.Locale;

/** What a colour is for. */
public enum Role {
    BACKGROUND(Use.SURFACE),
    PANEL(Use.SURFACE),
    RAISED(Use.SURFACE),
    /** Borders. Decoration: what they separate is separated by space too. */
    LINE(Use.DECORATION),
    TEXT(Use.TEXT),
    MUTED(Use.TEXT),
    /** Never information. */
    FAINT(Use.MARK),
    ACCENT(Use.TEXT),
    OK(Use.TEXT),
    NEEDS(Use.TEXT),
    BAD(Use.TEXT),
    HRT(Use.TEXT),
    SRT(Use.TEXT),
    DT(Use.TEXT);

    /** How a role is seen, which decides the contrast it needs (WCAG 2.2, 1.4.3 and 1.4.11). */
    public enum Use {
        SURFACE,
        DECORATION,
        TEXT,
        MARK
    }

    private final Use use;

    Role(Use use) {
        this.use = use;
    }

    public Use use() {
        return use;
    }

    /** The role's name in the token file. */
    public String token() {
        return name().toLowerCase(Locale.ROOT);
    }
}

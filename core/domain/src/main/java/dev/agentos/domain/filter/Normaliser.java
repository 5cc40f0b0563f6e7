package dev.agentos.domain.filter;

/** Takes the disguise off a text in one pass: compatibility forms, look-alikes, invisible characters, stacked marks. */
final class Normaliser {

    /** Fewer are an emoji's: a flag is written with tags, a heart with one selector. */
    private static final int SMUGGLED = 8;

    /** Of the letters of a line, the part that must be Latin for its look-alikes to pose as Latin. */
    private static final int LATIN_PART = 3;

    private final String raw;
    private final MappedText out;
    private int invisible;
    private int smuggled;
    private int disguised;
    private int marks;

    private Normaliser(String raw) {
        this.raw = raw;
        this.out = new MappedText(raw.length());
    }

    static Normalised normalise(String raw) {
        if (isAscii(raw)) {
            return new Normalised(raw, new int[0], 0, 0, 0, 0);
        }
        Normaliser normaliser = new Normaliser(raw);
        int from = 0;
        while (from < raw.length()) {
            int end = raw.indexOf('\n', from);
            int to = end < 0 ? raw.length() : end + 1;
            normaliser.line(from, to);
            from = to;
        }
        return new Normalised(
                normaliser.out.text(),
                normaliser.out.origins(),
                normaliser.invisible,
                normaliser.smuggled,
                normaliser.disguised,
                normaliser.marks);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private void line(int from, int to) {
        boolean latin = isLatin(from, to);
        int i = from;
        while (i < to) {
            char c = raw.charAt(i);
            if (c < 0x80) {
                out.append(c, i++);
            } else if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(raw.charAt(i + 1))) {
                i = beyond(i, to);
            } else if (isSelector(c)) {
                i = selectors(i, to);
            } else {
                plain(c, i++, latin);
            }
        }
    }

    /** Whether enough of a line's letters are Latin, so that look-alikes in it are not simply another language. */
    private boolean isLatin(int from, int to) {
        int latin = 0;
        int posing = 0;
        int other = 0;
        for (int i = from; i < to; i++) {
            // Without a branch: text that is made to be guessed wrong makes each of them slow.
            int kinds = Kinds.of(raw.charAt(i));
            int ascii = kinds / Kinds.ASCII_LETTER;
            int poses = kinds / Kinds.POSES & 1;
            latin += ascii;
            posing += poses;
            other += kinds / Kinds.LETTER & 1 & ~(ascii | poses);
        }
        return posing > 0 && latin * LATIN_PART >= latin + other && latin > 0;
    }

    private void plain(char c, int at, boolean latin) {
        if (!Kinds.is(c, Kinds.INVISIBLE | Kinds.POSES | Kinds.FOLDS)) {
            out.append(c, at);
            return;
        }
        if (Kinds.is(c, Kinds.INVISIBLE)) {
            invisible++;
            return;
        }
        char posing = latin ? Folding.latin(c) : 0;
        if (posing != 0) {
            disguised++;
            out.append(posing, at);
            return;
        }
        char one = Folding.one(c);
        if (one == 0) {
            String longer = Folding.longer(c);
            out.append(longer == null ? String.valueOf(c) : longer, at);
        } else if (one >= 0x300 && Character.getType(one) == Character.NON_SPACING_MARK && isLatinLetter(out.last())) {
            marks++;
        } else {
            out.append(one, at);
        }
    }

    private static boolean isLatinLetter(char c) {
        return c < 0x250 && Character.isLetter(c);
    }

    /** A code point beyond the first plane; gives where to go on. */
    private int beyond(int at, int to) {
        int point = raw.codePointAt(at);
        if (point >= 0xE0000 && point <= 0xE007F) {
            return tags(at, to);
        }
        if (point >= 0xE0100 && point <= 0xE01EF) {
            return selectors(at, to);
        }
        String folded = Folding.longer(point);
        if (folded == null) {
            out.append(raw.charAt(at), at);
            out.append(raw.charAt(at + 1), at + 1);
        } else {
            out.append(folded, at);
        }
        return at + 2;
    }

    /** A run of tag characters, which spell ASCII that nobody sees. */
    private int tags(int at, int to) {
        int end = at;
        while (end + 1 < to
                && raw.charAt(end) == '\uDB40'
                && raw.charAt(end + 1) >= '\uDC00'
                && raw.charAt(end + 1) <= '\uDC7F') {
            end += 2;
        }
        int count = (end - at) / 2;
        invisible += count;
        if (count >= SMUGGLED) {
            smuggled += count;
            for (int i = at; i < end; i += 2) {
                char hidden = (char) (raw.charAt(i + 1) - '\uDC00');
                if (hidden >= ' ' && hidden < 0x7F) {
                    out.append(hidden, i);
                }
            }
        }
        return Math.max(end, at + 2);
    }

    private static boolean isSelector(char c) {
        return c >= 0xFE00 && c <= 0xFE0F;
    }

    /** A run of variation selectors, of which each can carry a byte. */
    private int selectors(int at, int to) {
        MappedText bytes = new MappedText(16);
        int i = at;
        int count = 0;
        while (i < to) {
            int point = raw.codePointAt(i);
            int value = point >= 0xFE00 && point <= 0xFE0F
                    ? point - 0xFE00
                    : point >= 0xE0100 && point <= 0xE01EF ? point - 0xE0100 + 16 : -1;
            if (value < 0) {
                break;
            }
            count++;
            if (value >= ' ' && value < 0x7F) {
                bytes.append((char) value, i);
            }
            i += Character.charCount(point);
        }
        invisible += count;
        if (count >= SMUGGLED) {
            smuggled += count;
            String hidden = bytes.text();
            for (int k = 0; k < hidden.length(); k++) {
                out.append(hidden.charAt(k), at);
            }
        }
        return i;
    }
}

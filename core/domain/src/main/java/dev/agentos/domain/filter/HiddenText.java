package dev.agentos.domain.filter;

import dev.agentos.domain.filter.Reading.How;
import dev.agentos.domain.filter.Readings.Span;
import java.util.List;
import java.util.Locale;

/** Text that a page or a document holds and does not show: comments, hidden elements, titles and texts of links. */
final class HiddenText {

    private static final List<String> HIDING = List.of(
            "display:none",
            "display: none",
            "visibility:hidden",
            "visibility: hidden",
            "font-size:0",
            "font-size: 0",
            "font-size:1px",
            "opacity:0",
            "opacity: 0",
            "color:white",
            "color: white",
            "color:#fff",
            "color: #fff",
            "left:-9",
            "text-indent:-9",
            "aria-hidden",
            " hidden");

    private static final int MAX_TAG = 600;

    private HiddenText() {}

    static void find(String text, List<Span> out) {
        between(text, "<!--", "-->", How.HIDDEN, out);
        between(text, "[//]: # (", ")", How.HIDDEN, out);
        between(text, "[comment]: <> (", ")", How.HIDDEN, out);
        elements(text, out);
        titles(text, out);
    }

    private static void between(String text, String open, String close, How how, List<Span> out) {
        int at = text.indexOf(open);
        while (at >= 0) {
            int from = at + open.length();
            int to = text.indexOf(close, from);
            if (to < 0) {
                add(text, from, text.length(), how, out);
                return;
            }
            add(text, from, to, how, out);
            at = text.indexOf(open, to + close.length());
        }
    }

    private static void add(String text, int from, int to, How how, List<Span> out) {
        if (to - from >= 12) {
            out.add(new Span(how, text.substring(from, to), from, to));
        }
    }

    /** What stands after a tag that hides it, up to the next tag that ends something. */
    private static void elements(String text, List<Span> out) {
        int close = -1;
        int at = text.indexOf('<');
        while (at >= 0) {
            int end = at + 1;
            int limit = Math.min(text.length(), at + MAX_TAG);
            while (end < limit && text.charAt(end) != '>' && text.charAt(end) != '<') {
                end++;
            }
            if (end < limit && text.charAt(end) == '>' && hides(text, at, end)) {
                if (close <= end) {
                    close = text.indexOf("</", end);
                    close = close < 0 ? text.length() : close;
                }
                add(text, end + 1, close, How.HIDDEN, out);
                at = text.indexOf('<', Math.max(end, close));
            } else {
                at = text.indexOf('<', Math.max(end, at + 1));
            }
        }
    }

    private static boolean hides(String text, int from, int to) {
        if (to - from < 8) {
            return false;
        }
        String tag = text.substring(from, to).toLowerCase(Locale.ROOT);
        return HIDING.stream().anyMatch(tag::contains);
    }

    /** The title of a Markdown link, which is shown to nobody who does not point at it. */
    private static void titles(String text, List<Span> out) {
        int at = text.indexOf("](");
        while (at >= 0) {
            int end = at + 2;
            int quote = -1;
            int limit = Math.min(text.length(), at + 2000);
            while (end < limit && text.charAt(end) != '\n' && !(text.charAt(end) == ')' && quote < 0)) {
                char c = text.charAt(end);
                if (c == '"' && quote < 0) {
                    quote = end + 1;
                } else if (c == '"') {
                    add(text, quote, end, How.LINK, out);
                    break;
                }
                end++;
            }
            at = text.indexOf("](", Math.max(end, at + 2));
        }
    }
}

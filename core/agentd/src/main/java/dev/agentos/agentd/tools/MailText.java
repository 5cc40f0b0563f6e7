package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.EmailSendTool.Letter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;

/**
 * A message as it goes out (RFC 5322): its headers from checked values alone, its text as UTF-8 in base64, so that no line
 * of it can be taken for anything else on the way.
 */
final class MailText {

    private static final int BYTES_PER_WORD = 45;

    private MailText() {}

    static byte[] of(String from, Letter letter, String id, Instant now) {
        StringBuilder out = new StringBuilder();
        header(out, "From", from);
        recipients(out, "To", letter.to());
        recipients(out, "Cc", letter.cc());
        header(out, "Subject", subject(letter.subject()));
        header(out, "Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)));
        header(out, "Message-ID", id);
        header(out, "Auto-Submitted", "auto-generated");
        header(out, "MIME-Version", "1.0");
        header(out, "Content-Type", "text/plain; charset=UTF-8");
        header(out, "Content-Transfer-Encoding", "base64");
        out.append("\r\n");
        String text = letter.text().replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
        out.append(Base64.getMimeEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)))
                .append("\r\n");
        return out.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void header(StringBuilder out, String name, String value) {
        out.append(name).append(": ").append(value).append("\r\n");
    }

    private static void recipients(StringBuilder out, String name, List<String> all) {
        if (!all.isEmpty()) {
            header(out, name, String.join(",\r\n ", all));
        }
    }

    /** As it is where that is short ASCII, else in encoded words (RFC 2047) that never cut a character in two. */
    static String subject(String text) {
        boolean plain = text.length() <= 60 && text.chars().allMatch(c -> c >= ' ' && c < 0x7f) && !text.contains("=?");
        if (plain) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        StringBuilder word = new StringBuilder();
        text.codePoints().forEach(point -> {
            String next = Character.toString(point);
            int bytes = (word + next).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > BYTES_PER_WORD) {
                encoded(out, word);
            }
            word.append(next);
        });
        encoded(out, word);
        return out.toString();
    }

    private static void encoded(StringBuilder out, StringBuilder word) {
        out.append(out.isEmpty() ? "" : "\r\n ")
                .append("=?UTF-8?B?")
                .append(Base64.getEncoder().encodeToString(word.toString().getBytes(StandardCharsets.UTF_8)))
                .append("?=");
        word.setLength(0);
    }
}

package dev.agentos.bridge.view;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of a YAML text that an editor colours. It colours; what the text means is the contract reader's to say. */
public final class YamlTokens {

    private static final Pattern TOKEN = Pattern.compile(
            "(?<comment>(?:^|(?<=\\s))#[^\\n]*)"
                    + "|(?<key>[A-Za-z_][A-Za-z0-9_.-]*(?=\\s*:(?:\\s|$)))"
                    + "|(?<text>\"(?:[^\"\\\\\\n]|\\\\.)*\"?|'(?:[^'\\n]|'')*'?)"
                    + "|(?<value>(?<![\\w.-])(?:-?[0-9][0-9_.]*[A-Za-z%]*|true|false|null)(?![\\w.-]))"
                    + "|(?<sign>[\\[\\]{},]|^\\s*-(?=\\s)|:(?=\\s|$))",
            Pattern.MULTILINE);

    private static final List<String> KINDS = List.of("comment", "key", "text", "value", "sign");

    private YamlTokens() {}

    /** A part of the text, from {@code start} to before {@code end}; its kind is comment, key, text, value or sign. */
    public record Token(int start, int end, String kind) {}

    /** The parts in order, never overlapping. */
    public static List<Token> of(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        while (matcher.find()) {
            for (String kind : KINDS) {
                if (matcher.group(kind) != null) {
                    tokens.add(new Token(matcher.start(), matcher.end(), kind));
                    break;
                }
            }
        }
        return tokens;
    }
}

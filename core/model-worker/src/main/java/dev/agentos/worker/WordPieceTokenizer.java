package dev.agentos.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * BERT's uncased tokenizer: clean, split, then the longest known pieces first (Devlin et al. 2019; Wu et al. 2016,
 * section 4.1). A text never yields the special tokens, whatever it spells.
 */
final class WordPieceTokenizer {

    private static final int MAX_WORD = 100;

    private final Map<String, Integer> vocabulary;
    private final int unknown;
    private final int begin;
    private final int end;

    private WordPieceTokenizer(Map<String, Integer> vocabulary) throws IOException {
        this.vocabulary = vocabulary;
        this.unknown = special("[UNK]");
        this.begin = special("[CLS]");
        this.end = special("[SEP]");
    }

    /** Reads a vocabulary of one piece a line; the line number, from 0, is the piece's id. */
    static WordPieceTokenizer load(Path vocabularyFile) throws IOException {
        String text = Files.readString(vocabularyFile, StandardCharsets.UTF_8);
        Map<String, Integer> vocabulary = HashMap.newHashMap(32_768);
        int id = 0;
        int from = 0;
        for (int to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
            vocabulary.put(text.substring(from, to), id++);
            from = to + 1;
        }
        return new WordPieceTokenizer(vocabulary);
    }

    /** Token ids with the frame that the model expects around them. */
    @SuppressWarnings("ArrayRecordComponent") // handed straight to the runtime, never compared or kept
    record Tokens(long[] ids, boolean truncated) {}

    /** At most {@code maxTokens} ids, the two special ones included. */
    Tokens tokenize(String text, int maxTokens) {
        long[] ids = new long[maxTokens];
        int used = 0;
        ids[used++] = begin;
        boolean truncated = false;
        for (String word : words(text)) {
            List<Integer> pieces = pieces(word);
            for (int piece : pieces) {
                if (used == maxTokens - 1) {
                    truncated = true;
                    break;
                }
                ids[used++] = piece;
            }
            if (truncated) {
                break;
            }
        }
        ids[used++] = end;
        return new Tokens(Arrays.copyOf(ids, used), truncated);
    }

    private static List<String> words(String text) {
        String cleaned = clean(text);
        String decomposed = isAscii(cleaned) ? cleaned : Normalizer.normalize(cleaned, Normalizer.Form.NFD);
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        for (int i = 0; i < decomposed.length(); ) {
            int c = decomposed.codePointAt(i);
            i += Character.charCount(c);
            if (Character.getType(c) == Character.NON_SPACING_MARK) {
                continue;
            }
            if (c == ' ') {
                flush(word, words);
            } else if (isPunctuation(c)) {
                flush(word, words);
                words.add(Character.toString(c));
            } else {
                word.appendCodePoint(Character.toLowerCase(c));
            }
        }
        flush(word, words);
        return words;
    }

    private static void flush(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    private static String clean(String text) {
        var out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\t' || c == '\n' || c == '\r' || isSpace(c)) {
                out.append(' ');
            } else if (isCjk(c)) {
                out.append(' ').appendCodePoint(c).append(' ');
            } else if (c != 0xFFFD && !isOther(c)) {
                out.appendCodePoint(c);
            }
        }
        return out.toString();
    }

    private List<Integer> pieces(String word) {
        if (word.codePointCount(0, word.length()) > MAX_WORD) {
            return List.of(unknown);
        }
        var pieces = new ArrayList<Integer>();
        for (int from = 0; from < word.length(); ) {
            int to = word.length();
            Integer id = null;
            while (to > from) {
                String piece = word.substring(from, to);
                id = vocabulary.get(from == 0 ? piece : "##" + piece);
                if (id != null) {
                    break;
                }
                to--;
            }
            if (id == null) {
                return List.of(unknown);
            }
            pieces.add(id);
            from = to;
        }
        return pieces;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSpace(int c) {
        return Character.isSpaceChar(c) || c == 0x0B || c == 0x0C || c == 0x85;
    }

    private static boolean isOther(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static boolean isPunctuation(int c) {
        if (c < 128) {
            return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    private static boolean isCjk(int c) {
        return (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x20000 && c <= 0x2A6DF)
                || (c >= 0x2A700 && c <= 0x2B73F)
                || (c >= 0x2B740 && c <= 0x2B81F)
                || (c >= 0x2B920 && c <= 0x2CEAF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }

    private int special(String token) throws IOException {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new IOException("the vocabulary has no " + token);
        }
        return id;
    }
}

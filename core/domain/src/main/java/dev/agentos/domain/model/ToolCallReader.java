package dev.agentos.domain.model;

import dev.agentos.domain.json.CanonicalJson;
import dev.agentos.domain.json.Json;
import dev.agentos.domain.json.JsonFormatException;
import dev.agentos.domain.model.ModelMessage.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds calls of tools in what a model says, piece by piece: JSON between {@code <tool_call>} and {@code </tool_call>}
 * anywhere, or an answer that is nothing but JSON from its beginning (also in a fence, after {@code [TOOL_CALLS]} or
 * {@code <|python_tag|>}). An object is a call where it has a {@code name} that is offered, and {@code arguments} or
 * {@code parameters} that are an object or text of one. What may become a call is held back until it is decided; what is
 * none is text, as it was said. Used by one thread.
 */
public final class ToolCallReader {

    /** What a call stands between. */
    public static final String OPEN = "<tool_call>";

    public static final String CLOSE = "</tool_call>";

    /** More than this is no call that anybody wants to wait for. */
    private static final int LONGEST = 1 << 20;

    private static final int MOST_CALLS = 64;
    private static final List<String> BEFORE_JSON = List.of("<|python_tag|>", "[TOOL_CALLS]", "```json", "```");
    private static final Set<String> FIRST_KEYS = Set.of(
            "name", "type", "id", "function", "arguments", "parameters", "tool_call", "tool_calls", "description");

    private enum Where {
        /** Nothing was said yet but space, or what may begin JSON. */
        BEGINNING,
        TEXT,
        TAG,
        /** All of the answer may be JSON. */
        JSON
    }

    private enum Guess {
        YES,
        NO,
        PERHAPS
    }

    private final Set<String> names;
    private final IntFunction<String> ids;
    private final StringBuilder held = new StringBuilder();
    private Where where;
    private int calls;
    /** How much of what is held was looked through for the end of a call. */
    private int searched;

    /**
     * Begins to read.
     *
     * @param names tools that are offered
     * @param fresh whether nothing of the answer was said before; an answer that began as text is not JSON
     * @param ids the id of a call, by its number from 0
     */
    public ToolCallReader(Set<String> names, boolean fresh, IntFunction<String> ids) {
        this.names = Set.copyOf(names);
        this.ids = ids;
        this.where = fresh ? Where.BEGINNING : Where.TEXT;
    }

    /** Whether a whole call was found. */
    public boolean hasCalls() {
        return calls > 0;
    }

    /** Takes the next piece and gives what is decided by it. */
    public List<ModelChunk> add(String piece) {
        held.append(piece);
        List<ModelChunk> out = new ArrayList<>();
        while (step(out)) {
            // Until nothing more is decided.
        }
        return out;
    }

    /** The answer is over: what was held back is a call or text. */
    public List<ModelChunk> end() {
        List<ModelChunk> out = new ArrayList<>();
        switch (where) {
            case TAG -> {
                if (!found(inside(held.indexOf(OPEN) + OPEN.length(), held.length()), out)) {
                    text(held.toString(), out);
                }
            }
            case JSON -> {
                if (!found(held.toString(), out)) {
                    text(held.toString(), out);
                }
            }
            case BEGINNING, TEXT -> text(held.toString(), out);
        }
        held.setLength(0);
        return out;
    }

    /** One decision; false where more has to be said first. */
    private boolean step(List<ModelChunk> out) {
        return switch (where) {
            case BEGINNING ->
                switch (guess(held.toString().stripLeading())) {
                    case YES -> go(Where.JSON);
                    case NO -> go(Where.TEXT);
                    case PERHAPS -> false;
                };
            case TEXT -> inText(out);
            case TAG -> inTag(out);
            case JSON -> held.length() > LONGEST && release(held.length(), out);
        };
    }

    private boolean go(Where next) {
        where = next;
        searched = 0;
        return true;
    }

    private boolean release(int length, List<ModelChunk> out) {
        text(held.substring(0, length), out);
        held.delete(0, length);
        return go(Where.TEXT);
    }

    private boolean inText(List<ModelChunk> out) {
        int open = held.indexOf(OPEN);
        int end = open >= 0 ? open : held.length() - beginningOf(OPEN);
        while (end > 0 && Character.isWhitespace(held.charAt(end - 1))) {
            end--;
        }
        if (end > 0) {
            text(held.substring(0, end), out);
            held.delete(0, end);
        }
        return open >= 0 && go(Where.TAG);
    }

    /** How many characters at the end may be the beginning of the word. */
    private int beginningOf(String word) {
        for (int length = Math.min(word.length() - 1, held.length()); length > 0; length--) {
            if (word.startsWith(held.substring(held.length() - length))) {
                return length;
            }
        }
        return 0;
    }

    private boolean inTag(List<ModelChunk> out) {
        int from = held.indexOf(OPEN) + OPEN.length();
        int close = held.indexOf(CLOSE, Math.max(from, searched));
        searched = close < 0 ? Math.max(from, held.length() - CLOSE.length()) : 0;
        if (close < 0) {
            return held.length() > LONGEST && release(held.length(), out);
        }
        if (!found(inside(from, close), out)) {
            return release(close + CLOSE.length(), out);
        }
        held.delete(0, close + CLOSE.length());
        return go(Where.TEXT);
    }

    private String inside(int from, int to) {
        return held.substring(from, to);
    }

    private void text(String text, List<ModelChunk> out) {
        // Space between and after calls says nothing.
        if (!text.isEmpty() && !(calls > 0 && text.isBlank())) {
            out.add(new ModelChunk.Text(text));
        }
    }

    // ------------------------------------------------------------------ an answer that is JSON

    /** Whether an answer that begins so is the JSON of a call. */
    private static Guess guess(String beginning) {
        String rest = beginning;
        for (String marker : BEFORE_JSON) {
            if (rest.startsWith(marker)) {
                rest = rest.substring(marker.length()).stripLeading();
            } else if (marker.startsWith(rest)) {
                return Guess.PERHAPS;
            }
        }
        if (rest.startsWith("[")) {
            rest = rest.substring(1).stripLeading();
        }
        if (!rest.startsWith("{")) {
            return rest.isEmpty() ? Guess.PERHAPS : Guess.NO;
        }
        rest = rest.substring(1).stripLeading();
        if (rest.isEmpty()) {
            return Guess.PERHAPS;
        }
        int end = rest.indexOf('"', 1);
        if (rest.charAt(0) != '"' || (end < 0 && rest.length() > 20)) {
            return Guess.NO;
        }
        return end < 0 ? Guess.PERHAPS : FIRST_KEYS.contains(rest.substring(1, end)) ? Guess.YES : Guess.NO;
    }

    /** Gives the calls of a text; nothing and false where it holds anything that is none. */
    private boolean found(String text, List<ModelChunk> out) {
        String rest = text.strip();
        for (String marker : BEFORE_JSON) {
            rest = rest.startsWith(marker) ? rest.substring(marker.length()).stripLeading() : rest;
        }
        List<ToolCall> all = new ArrayList<>();
        while (rest.startsWith("{") || rest.startsWith("[")) {
            int end = balanced(rest);
            if (end < 0 || !read(rest.substring(0, end), all) || calls + all.size() > MOST_CALLS) {
                return false;
            }
            rest = rest.substring(end).stripLeading();
            rest = rest.startsWith(",") || rest.startsWith(";")
                    ? rest.substring(1).stripLeading()
                    : rest;
        }
        if (all.isEmpty()) {
            return false;
        }
        for (ToolCall call : all) {
            out.add(new ModelChunk.Call(calls, ids.apply(calls), call.name(), call.arguments()));
            calls++;
        }
        text(rest.startsWith("```") ? rest.substring(3).strip() : rest, out);
        return true;
    }

    /** Where the object or list that the text begins with ends; -1 for nowhere. */
    private static int balanced(String text) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return i + 1;
            }
        }
        return -1;
    }

    private boolean read(String json, List<ToolCall> all) {
        try {
            return read(Json.parse(json), all, 0);
        } catch (JsonFormatException | IllegalArgumentException _) {
            // No JSON, or numbers that nobody else would read the same.
            return false;
        }
    }

    private boolean read(@Nullable Object value, List<ToolCall> all, int depth) throws JsonFormatException {
        if (value instanceof List<?> list && depth < 3) {
            for (Object one : list) {
                if (!read(one, all, depth + 1)) {
                    return false;
                }
            }
            return !list.isEmpty();
        }
        if (!(value instanceof Map<?, ?> map) || depth > 3) {
            return false;
        }
        for (String wrapper : List.of("tool_calls", "tool_call", "function")) {
            if (map.get(wrapper) instanceof Map<?, ?> || map.get(wrapper) instanceof List<?>) {
                return read(map.get(wrapper), all, depth + 1);
            }
        }
        Optional<String> arguments = arguments(map);
        if (!(map.get("name") instanceof String name) || !names.contains(name) || arguments.isEmpty()) {
            return false;
        }
        all.add(new ToolCall("", name, arguments.get()));
        return true;
    }

    private static Optional<String> arguments(Map<?, ?> call) throws JsonFormatException {
        Object given = call.containsKey("arguments") ? call.get("arguments") : call.get("parameters");
        if (given instanceof String text) {
            given = text.isBlank() ? Map.of() : Json.parse(text);
        }
        if (given == null) {
            return Optional.of("{}");
        }
        return given instanceof Map<?, ?> ? Optional.of(CanonicalJson.write(given)) : Optional.empty();
    }
}

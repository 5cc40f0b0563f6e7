package dev.agentos.tui.ctl;

import java.util.List;
import java.util.Map;

/** An error of agentctl itself, in the form of every error: a code, a place and a next step. */
public final class CtlException extends RuntimeException {

    private final int exit;
    private final String code;
    private final String place;
    private final String next;
    private final List<Map<String, Object>> items;

    public CtlException(int exit, String code, String message, String place, String next) {
        this(exit, code, message, place, next, List.of());
    }

    public CtlException(
            int exit, String code, String message, String place, String next, List<Map<String, Object>> items) {
        super(message);
        this.exit = exit;
        this.code = code;
        this.place = place;
        this.next = next;
        this.items = List.copyOf(items);
    }

    public int exit() {
        return exit;
    }

    public String code() {
        return code;
    }

    public String place() {
        return place;
    }

    public String next() {
        return next;
    }

    public List<Map<String, Object>> items() {
        return items;
    }
}

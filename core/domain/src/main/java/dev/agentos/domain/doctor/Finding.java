package dev.agentos.domain.doctor;

import java.util.List;

/**
 * One thing about a host.
 *
 * @param code stable, for scripts
 * @param state {@code ok}; {@code gap} where contracts cannot be honoured as written; {@code note} where something is
 *     weaker and still honoured
 * @param mechanisms those of the sandbox that it is about
 * @param what what was found, and why
 * @param consequence what follows for agents
 * @param contractLines fields of contracts that cannot be honoured, or are honoured less well
 * @param fix the command that repairs it, or what to do; empty where nothing is to be done
 */
public record Finding(
        String code,
        String state,
        List<String> mechanisms,
        String what,
        String consequence,
        List<String> contractLines,
        String fix) {

    public static final String OK = "ok";
    public static final String GAP = "gap";
    public static final String NOTE = "note";

    public Finding {
        mechanisms = List.copyOf(mechanisms);
        contractLines = List.copyOf(contractLines);
    }

    public boolean isGap() {
        return state.equals(GAP);
    }
}

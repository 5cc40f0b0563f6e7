package dev.agentos.domain.contract;

/**
 * One thing that is wrong with a contract.
 *
 * @param code stable name of the kind of problem, such as {@code unknown-key}; all are in docs/contract.md
 * @param severity whether it refuses the contract
 * @param source name of the file
 * @param line from 1
 * @param column from 1, in Unicode code points
 * @param path the field, such as {@code compute.gpu_mem}; empty for the document as a whole
 * @param message what is wrong
 * @param next what to do about it
 */
public record Problem(
        String code, Severity severity, String source, int line, int column, String path, String message, String next) {

    /** {@code file:line:col: error: message [code]; next}. */
    @Override
    public String toString() {
        return source + ":" + line + ":" + column + ": " + severity.word() + ": " + message + " [" + code + "]; "
                + next;
    }
}

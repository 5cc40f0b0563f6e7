package dev.agentos.bridge.view;

import dev.agentos.bridge.wire.ModelWire.Pull;
import dev.agentos.bridge.wire.ModelWire.PullPlan;
import java.util.Locale;

/** Fetching a model, in words that every face shows. */
public final class PullText {

    private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

    private PullText() {}

    /** Bytes as a person reads them, in powers of 1000 as disks are sold: {@code 523 MB}. */
    public static String size(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, value < 9.95 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }

    /** How large the model is: {@code 523 MB, as registry.ollama.ai says}. */
    public static String size(PullPlan plan) {
        return plan.bytes() < 0 ? "not known: " + plan.words() : size(plan.bytes()) + ", " + plan.words();
    }

    /** How much room there is: {@code 41 GB free where / is}. */
    public static String free(PullPlan plan) {
        return plan.freeBytes() < 0
                ? "not known: " + plan.freeWords()
                : size(plan.freeBytes()) + " free " + plan.freeWords();
    }

    /** From 0 to 100; -1 while the whole is not known. */
    public static int percent(Pull pull) {
        return pull.totalBytes() <= 0 ? -1 : (int) Math.min(100, pull.completedBytes() * 100 / pull.totalBytes());
    }

    /** One line: {@code 41 % · 215 MB of 523 MB · pulling 7f4030143c1c}. */
    public static String progress(Pull pull) {
        int percent = percent(pull);
        return (percent < 0
                        ? ""
                        : percent + " % · " + size(pull.completedBytes()) + " of " + size(pull.totalBytes()) + " · ")
                + pull.status();
    }

    /** How it ended, as a sentence. */
    public static String end(Pull pull) {
        String name = pull.provider() + "/" + pull.model();
        return switch (pull.state()) {
            case Pull.DONE -> name + " is there.";
            case Pull.CANCELLED ->
                name + " was not fetched. What had come stays with " + pull.provider()
                        + " until its next start, and is gone on from when it is asked for again.";
            case Pull.FAILED -> name + " was not fetched: " + pull.trouble();
            default -> progress(pull);
        };
    }
}

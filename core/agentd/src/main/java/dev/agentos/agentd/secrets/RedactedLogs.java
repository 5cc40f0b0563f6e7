package dev.agentos.agentd.secrets;

import dev.agentos.domain.secret.Redactor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Takes secrets out of every line of the log, whoever writes it; the formatters of before come back at the end. */
public final class RedactedLogs implements AutoCloseable {

    private record Dressed(Handler handler, Formatter before) {}

    private final List<Dressed> dressed = new ArrayList<>();

    private RedactedLogs() {}

    /** Begins with the handlers of the root logger. */
    public static RedactedLogs begin(Supplier<Redactor> redactor) {
        RedactedLogs logs = new RedactedLogs();
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            Formatter before = handler.getFormatter();
            logs.dressed.add(new Dressed(handler, before));
            handler.setFormatter(new Clean(before, redactor));
        }
        return logs;
    }

    @Override
    public void close() {
        dressed.forEach(one -> one.handler().setFormatter(one.before()));
    }

    private static final class Clean extends Formatter {
        private final Formatter plain;
        private final Supplier<Redactor> redactor;

        Clean(Formatter plain, Supplier<Redactor> redactor) {
            this.plain = plain;
            this.redactor = redactor;
        }

        @Override
        public String format(LogRecord record) {
            return redactor.get().redact(plain.format(record));
        }

        @Override
        public String getHead(Handler handler) {
            return plain.getHead(handler);
        }

        @Override
        public String getTail(Handler handler) {
            return plain.getTail(handler);
        }
    }
}

package dev.agentos.domain.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.report.LogTriage.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogTriageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-11-20 10:00:01 INFO started | INFO",
                "2026-11-20 10:00:01 INFO retry after connection refused | INFO",
                "Nov 20 10:00:01 web1 kernel: Out of memory: Killed process 4711 (java) | ERROR",
                "Nov 20 10:00:01 web1 kernel: app[88]: segfault at 0 ip 00007f | ERROR",
                "Nov 20 10:00:01 web1 backup: write: No space left on device | ERROR",
                "Nov 20 10:00:01 web1 app: connect to 10.0.0.1: Connection refused | WARNING",
                "Nov 20 10:00:01 web1 sshd[1]: Accepted publickey for deploy | INFO",
                "level=error msg=\"no route\" | ERROR",
                "[FATAL] cannot bind | FATAL",
                "192.0.2.7 - - [20/Nov/2026:10:00:01 +0000] \"GET /a HTTP/1.1\" 502 17 | ERROR",
                "192.0.2.7 - - [20/Nov/2026:10:00:01 +0000] \"GET /error HTTP/1.1\" 200 17 | INFO"
            })
    void aLineIsAsBadAsItSays(String line, Severity severity) {
        assertEquals(severity, LogTriage.severityOf(line));
    }

    @Test
    void whatBrokeWithoutALevelIsToldFirst() {
        LogTriage triage = new LogTriage();
        triage.read(
                "syslog",
                "Nov 20 10:00:01 web1 sshd[1]: Accepted publickey for deploy\n".repeat(50)
                        + "Nov 20 10:05:00 web1 kernel: Out of memory: Killed process 12 (java)\n"
                        + "Nov 20 10:06:00 web1 kernel: Out of memory: Killed process 99 (java)\n");
        String report = triage.markdown("Log triage", 5);
        assertTrue(report.contains("1. **error**, 2 times"), report);
        assertTrue(report.contains("`syslog:51` to `syslog:52`"), report);
    }
}

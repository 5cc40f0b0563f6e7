package dev.agentos.domain.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({"2, 2000", "0.5, 500", "1.5, 1500", "1.125, 1125", "500m, 500", "1500m, 1500", "0, 0"})
    void cpuIsReadAsThousandths(String text, long millis) {
        assertEquals(millis, Quantities.cpuMillis(text).orThrow());
    }

    @ParameterizedTest
    @CsvSource({
        "0B, 0",
        "1B, 1",
        "4KiB, 4096",
        "512MiB, 536870912",
        "4GiB, 4294967296",
        "1TiB, 1099511627776",
        "1KB, 1000",
        "1MB, 1000000",
        "1GB, 1000000000",
        "2TB, 2000000000000"
    })
    void sizesHaveBinaryAndDecimalUnits(String text, long bytes) {
        assertEquals(bytes, Quantities.bytes(text).orThrow());
    }

    @ParameterizedTest
    @CsvSource({"250ms, PT0.25S", "30s, PT30S", "30m, PT30M", "24h, PT24H", "7d, PT168H"})
    void durationsHaveUnits(String text, Duration duration) {
        assertEquals(duration, Quantities.duration(text).orThrow());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "|4GB |, write \"4GB\"",
                "| 4GiB|, write \"4GiB\"",
                "4 GiB, write \"4GiB\"",
                "4gib, write \"4GiB\"",
                "4Gi, write \"4GiB\"",
                "4g, write \"4GiB\"",
                "4gb, write \"4GB\"",
                "1.5GiB, write \"1536MiB\"",
                "1.5GB, write \"1500MB\"",
                "0.3GiB, |the units are B, KiB, MiB, GiB, TiB, KB, MB, GB, TB|",
                "4parsec, |the units are B, KiB, MiB, GiB, TiB, KB, MB, GB, TB|",
                "lots, |write a number and a unit, such as \"512MiB\", \"4GiB\"|",
                "-4GiB, |write a number and a unit, such as \"512MiB\", \"4GiB\"|",
                "512, |add one of B, KiB, MiB, GiB, TiB, KB, MB, GB, TB, such as \"512MiB\", \"4GiB\"|",
                "999999999999999TiB, write a smaller size"
            })
    void aSizeThatIsNoneSaysWhatToWrite(String text, String next) {
        assertEquals(next, nextOf(Quantities.bytes(text)));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "30 min, write \"30m\"",
                "1hour, write \"1h\"",
                "90sec, write \"90s\"",
                "2days, write \"2d\"",
                "1.5h, write \"90m\"",
                "30M, write \"30m\"",
                "1h30m, |write a number and a unit, such as \"250ms\", \"30m\", \"24h\"|",
                "30, |add one of ms, s, m, h, d, such as \"250ms\", \"30m\", \"24h\"|"
            })
    void aDurationThatIsNoneSaysWhatToWrite(String text, String next) {
        assertEquals(next, nextOf(Quantities.duration(text)));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        for (long amount : new long[] {0, 1, 10, 999, 1000, 1500, 1024, 4096, 536870912L, 1_000_000_000L, 1L << 52}) {
            assertEquals(
                    amount, Quantities.bytes(Quantities.formatBytes(amount)).orThrow());
            assertEquals(
                    Duration.ofMillis(amount),
                    Quantities.duration(Quantities.formatDuration(Duration.ofMillis(amount)))
                            .orThrow());
        }
        for (long millis : new long[] {10, 500, 1000, 1500, 1_024_000}) {
            assertEquals(
                    millis, Quantities.cpuMillis(Quantities.formatCpu(millis)).orThrow());
        }
        assertEquals("4GiB", Quantities.formatBytes(4L << 30));
        assertEquals("90m", Quantities.formatDuration(Duration.ofMinutes(90)));
    }

    @Test
    void whoeverAsksForTheAmountOfNoneGetsTheMessage() {
        assertEquals(
                "\"x\" is no size; write a number and a unit, such as \"512MiB\", \"4GiB\"",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Quantities.bytes("x").orThrow())
                        .getMessage());
    }

    private static String nextOf(Reading<?> reading) {
        return switch (reading) {
            case Reading.Amount<?>(Object value) -> "read as " + value;
            case Reading.Unreadable<?>(String _, String next) -> next;
        };
    }
}

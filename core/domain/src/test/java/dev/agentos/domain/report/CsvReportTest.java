package dev.agentos.domain.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.report.CsvReport.NoSuchColumnException;
import dev.agentos.domain.report.CsvReport.Wish;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CsvReportTest {

    private static final String SALES = """
            date,region,amount
            2026-01-03,North,"1,200.50"
            2026-01-09,South,830
            2026-02-02,North,440.25
            2026-02-11,East,95
            2026-03-05,West,2100
            2026-03-17,Centre,
            2026-03-28,East,310.75
            """;

    private static CsvReport report(String text, String group) throws NoSuchColumnException {
        return CsvReport.of(
                CsvTable.parse(text),
                new Wish("Sales", Optional.of(group).filter(name -> !name.isEmpty()), Optional.empty(), "chart.svg"));
    }

    @Test
    void scatteredDaysAreAddedUpByMonth() throws Exception {
        CsvReport report = report(SALES, "");
        assertEquals("date", report.group());
        assertEquals("amount", report.value());
        assertTrue(report.markdown().contains("| 2026-01 | 2,030.50 |"), report.markdown());
        assertTrue(
                report.markdown().contains("Highest in 2026-03 with 2,410.75, lowest in 2026-02 with 535.25"),
                report.markdown());
        assertTrue(report.svg().contains("each month") && report.svg().contains("2026-03: 2,410.75"), report.svg());
    }

    @Test
    void daysThatFollowOneAnotherStayDays() throws Exception {
        CsvReport report = report("day,amount\n2026-01-01,5\n2026-01-02,7\n2026-01-03,6\n", "");
        assertTrue(report.markdown().contains("| 2026-01-02 | 7 |"), report.markdown());
    }

    @Test
    void aMissingFigureIsNoZero() throws Exception {
        String report = report(SALES, "region").markdown();
        assertFalse(report.contains("Centre | 0"), report);
        assertTrue(report.contains("West is highest with 2,100 (42.2 % of all), East lowest with 405.75"), report);
        assertTrue(report.contains("amount is empty in 1 row (14.3 %)"), report);
    }

    @Test
    void aColumnThatIsNotThereIsToldWithThoseThatAre() {
        NoSuchColumnException no = assertThrows(NoSuchColumnException.class, () -> report(SALES, "land"));
        assertEquals("there is no column \"land\"; the columns are date, region, amount", no.getMessage());
    }
}

package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import dev.agentos.domain.report.CsvReport;
import dev.agentos.domain.report.CsvTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code csv.report}: a table in words, figures and one picture (SVG). */
final class CsvReportTool implements Tool.Pure {

    private static final long MAX_BYTES = 32L * 1024 * 1024;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "csv.report", Effect.READS, "Reports on a CSV file: columns, one figure by one group, a chart.")
            .input(InputSchema.object()
                    .required("path", "string", "The CSV file.")
                    .optional("group", "string", "The column to group by; chosen unless said.")
                    .optional("value", "string", "The column to add up; chosen unless said.")
                    .optional("title", "string", "The heading; made from the file's name unless said.")
                    .optional(
                            "picture",
                            Map.of("type", "string", "pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$"),
                            "The name under which the report refers to the chart; chart.svg unless said."))
            .paths(new PathArgument("path", Access.READ))
            .build();

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        return List.of(new Target(Paths.real(place.host(arguments.text("path"))).toString(), Access.READ));
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        Path file = Path.of(decided.getFirst().path());
        CsvTable table;
        try {
            table = CsvTable.parse(new String(ConfinedFiles.read(file, MAX_BYTES), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw FsReadTool.unreadable(file, e);
        }
        if (table.rows().isEmpty()) {
            throw new ToolException(
                    "csv.empty", file + " holds no table with a row", "name a CSV file with a header and rows");
        }
        String title =
                arguments.optionalText("title").filter(text -> !text.isBlank()).orElse(titleOf(file));
        try {
            CsvReport report = CsvReport.of(
                    table,
                    new CsvReport.Wish(
                            title,
                            arguments.optionalText("group").filter(text -> !text.isBlank()),
                            arguments.optionalText("value").filter(text -> !text.isBlank()),
                            arguments.optionalText("picture").orElse("chart.svg")));
            return ToolResult.of(Event.fields(
                    "markdown",
                    report.markdown(),
                    "svg",
                    report.svg(),
                    "rows",
                    (long) report.rows(),
                    "columns",
                    table.names(),
                    "group",
                    report.group(),
                    "value",
                    report.value(),
                    "findings",
                    report.findings()));
        } catch (CsvReport.NoSuchColumnException e) {
            throw new ToolException("csv.column", String.valueOf(e.getMessage()), "name one of them");
        }
    }

    private static String titleOf(Path file) {
        String name = String.valueOf(file.getFileName()).replaceFirst("\\.[A-Za-z]{1,4}$", "");
        String words = name.replaceAll("[_-]+", " ").strip();
        return words.isEmpty() ? "Report" : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}

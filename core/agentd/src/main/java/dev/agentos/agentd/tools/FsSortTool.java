package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import dev.agentos.domain.report.FolderSort;
import dev.agentos.domain.report.FolderSort.Loose;
import dev.agentos.domain.report.FolderSort.Move;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code fs.sort}: where the loose files of a folder belong, as moves that {@code fs.move} takes. It moves nothing. */
final class FsSortTool implements Tool.Pure {

    private static final int MAX_FILES = 5_000;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "fs.sort", Effect.READS, "Proposes which folder each loose file belongs into; moves nothing.")
            .input(InputSchema.object()
                    .required("folder", "string", "The folder.")
                    .optional(
                            "by",
                            Map.of("type", "string", "enum", List.of("kind", "month")),
                            "What the files are, or the month they are from; kind unless said."))
            .paths(new PathArgument("folder", Access.READ))
            .build();

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) throws ToolException {
        return List.of(
                new Target(Paths.real(place.host(arguments.text("folder"))).toString(), Access.READ));
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        Path folder = Path.of(decided.getFirst().path());
        List<Loose> loose = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        boolean complete;
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new ToolException("path.no-folder", folder + " is no folder", "name a folder");
            }
            List<ConfinedFiles.Entry> entries = ConfinedFiles.walk(folder, MAX_FILES);
            complete = entries.size() < MAX_FILES;
            for (ConfinedFiles.Entry entry : entries) {
                Path relative = folder.relativize(entry.path());
                taken.add(relative.toString());
                if (relative.getNameCount() == 1) {
                    String day = Files.getLastModifiedTime(entry.path(), LinkOption.NOFOLLOW_LINKS)
                            .toInstant()
                            .atZone(ZoneOffset.UTC)
                            .toLocalDate()
                            .toString();
                    loose.add(new Loose(relative.toString(), entry.bytes(), day));
                }
            }
        } catch (IOException e) {
            throw FsReadTool.unreadable(folder, e);
        }
        FolderSort.By by =
                arguments.optionalText("by").orElse("kind").equals("month") ? FolderSort.By.MONTH : FolderSort.By.KIND;
        List<Move> moves = FolderSort.plan(loose, taken, by);
        return ToolResult.of(Event.fields(
                "folder",
                folder.toString(),
                "moves",
                moves.stream()
                        .map(move -> Event.fields("from", move.from(), "to", move.to()))
                        .toList(),
                "count",
                (long) moves.size(),
                "staying",
                (long) (loose.size() - moves.size()),
                "complete",
                complete,
                "markdown",
                FolderSort.preview(String.valueOf(folder.getFileName()), moves, loose.size() - moves.size())));
    }
}

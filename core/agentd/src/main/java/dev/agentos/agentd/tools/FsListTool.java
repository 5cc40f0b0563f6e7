package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Access;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.policy.ToolDescriptor.PathArgument;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code fs.list}: names and sizes of the files below a folder. {@code path}, optional {@code glob}. */
final class FsListTool implements Tool.Pure {

    private static final int MAX_FILES = 5_000;

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "fs.list", Effect.READS, "Lists the files below a folder with their sizes.")
            .input(InputSchema.object()
                    .required("path", "string", "The folder.")
                    .optional("glob", "string", "Which files; all by default."))
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
        Path root = Path.of(decided.getFirst().path());
        PathMatcher glob = FsReadTool.glob(arguments.optionalText("glob").orElse("**"));
        List<Map<String, Object>> files = new ArrayList<>();
        try {
            List<ConfinedFiles.Entry> entries = ConfinedFiles.walk(root, MAX_FILES);
            for (ConfinedFiles.Entry entry : entries) {
                Path relative = entry.path().equals(root)
                        ? Path.of(String.valueOf(root.getFileName()))
                        : root.relativize(entry.path());
                if (glob.matches(relative)) {
                    files.add(Event.fields("name", relative.toString(), "bytes", entry.bytes()));
                }
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("files", files);
            result.put("complete", entries.size() < MAX_FILES);
            return ToolResult.of(result);
        } catch (IOException e) {
            throw FsReadTool.unreadable(root, e);
        }
    }
}

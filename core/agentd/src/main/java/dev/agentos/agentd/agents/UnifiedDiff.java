package dev.agentos.agentd.agents;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.List;

/** A change of a text file as a unified diff. */
final class UnifiedDiff {

    private static final int CONTEXT = 3;

    private UnifiedDiff() {}

    static String of(String path, String before, String after) {
        List<String> old = before.isEmpty() ? List.of() : before.lines().toList();
        List<String> fresh = after.isEmpty() ? List.of() : after.lines().toList();
        List<String> lines = UnifiedDiffUtils.generateUnifiedDiff(path, path, old, DiffUtils.diff(old, fresh), CONTEXT);
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}

package dev.agentos.agentd.tools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The built-in tools as this release approves them: a list of names and digests that is part of the release. A built-in
 * tool that is not on it as it is stands unapproved like anybody's; one that a newer release changed is on that
 * release's list.
 */
final class ReleaseTools {

    static final String FILE = "release-tools.txt";

    private ReleaseTools() {}

    /** Digests of pins by name. */
    static Map<String, String> digests() {
        try (InputStream in = ReleaseTools.class.getResourceAsStream(FILE)) {
            if (in == null) {
                return Map.of();
            }
            Map<String, String> digests = new LinkedHashMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] words = line.split(" ", -1);
                if (words.length == 2) {
                    digests.put(words[1], words[0]);
                }
            }
            return digests;
        } catch (IOException e) {
            // Without the list nothing is approved, which fails closed and says so at every call.
            System.getLogger(ReleaseTools.class.getName())
                    .log(System.Logger.Level.ERROR, "the release's list of tools cannot be read: " + e.getMessage());
            return Map.of();
        }
    }
}

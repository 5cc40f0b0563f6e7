package dev.agentos.testkit.prove;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What is free on the disk that the service is on.
 *
 * @param bytes free for users
 * @param files how many more files fit
 */
record HostSpace(long bytes, long files) {

    /** Others use the disk too: this much less is no finding. It is less than a bomb takes. */
    private static final long BYTES = 256L << 20;

    private static final long FILES = 40_000;

    private static final int SECONDS = 20;

    static HostSpace of(Path place) throws IOException, InterruptedException {
        String[] words = said(List.of("df", "--output=avail,iavail", "-B1", place.toString()))
                .strip()
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow()
                .strip()
                .split("\\s+");
        return new HostSpace(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    /** Whether as much is free again, within some seconds. */
    boolean isBack(Path place) throws IOException, InterruptedException {
        for (int i = 0; i < SECONDS; i++) {
            HostSpace now = of(place);
            if (now.bytes + BYTES > bytes && now.files + FILES > files) {
                return true;
            }
            Thread.sleep(1000);
        }
        return false;
    }

    /** Removes what an ended agent left in its workspace, however deep; answers how many MiB that was. */
    static long clear(String workspace) throws IOException, InterruptedException {
        String size = said(List.of("du", "-s", "-B1", workspace)).split("\\s+")[0];
        said(List.of("find", workspace, "-mindepth", "1", "-delete"));
        return Long.parseLong(Objects.requireNonNull(size)) >> 20;
    }

    private static String said(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }
}

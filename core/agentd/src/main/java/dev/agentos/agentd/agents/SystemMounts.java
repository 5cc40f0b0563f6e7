package dev.agentos.agentd.agents;

import dev.agentos.domain.port.Sandbox.Mount;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What every sandbox sees of the host. */
final class SystemMounts {

    private static final long TMP_BYTES = 256L * 1024 * 1024;

    /** Parts of the host's /etc that programs need and that hold no secret. */
    private static final List<String> HOST_ETC = List.of(
            "/etc/ssl/certs",
            "/etc/ld.so.cache",
            "/etc/alternatives",
            "/etc/localtime",
            "/etc/mime.types",
            "/etc/magic",
            "/etc/ca-certificates");

    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Seen(long at, List<Mount> mounts) {}

    private static volatile Seen seen = new Seen(System.nanoTime() - FRESH_NANOS, List.of());

    private SystemMounts() {}

    /** As the host was within the last second; a source that is gone by now is refused by the broker. */
    static List<Mount> now() {
        Seen last = seen;
        if (System.nanoTime() - last.at() >= FRESH_NANOS) {
            last = new Seen(System.nanoTime(), List.copyOf(lookedAt()));
            seen = last;
        }
        return last.mounts();
    }

    private static List<Mount> lookedAt() {
        List<Mount> mounts = new ArrayList<>();
        mounts.add(new Mount.Bind("/usr", "/usr", false));
        for (String name : List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32")) {
            Path path = Path.of("/", name);
            if (Files.isSymbolicLink(path)) {
                mounts.add(new Mount.Symlink("/" + name, "usr/" + name));
            } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                mounts.add(new Mount.Bind(path.toString(), path.toString(), false));
            }
        }
        for (String path : HOST_ETC) {
            // A link as the source of a bind would be followed out of the plan, so links are left out.
            if (Files.isReadable(Path.of(path)) && !Files.isSymbolicLink(Path.of(path))) {
                mounts.add(new Mount.Bind(path, path, false));
            }
        }
        mounts.add(new Mount.File(
                "/etc/passwd",
                "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nagent:x:1000:1000:agent:/workspace:/bin/sh\n"
                        + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"));
        mounts.add(new Mount.File("/etc/group", "root:x:0:\nagent:x:1000:\nnogroup:x:65534:\n"));
        mounts.add(new Mount.File("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"));
        mounts.add(new Mount.File("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"));
        mounts.add(new Mount.Proc("/proc"));
        mounts.add(new Mount.Dev("/dev"));
        mounts.add(new Mount.Tmpfs("/tmp", TMP_BYTES));
        return mounts;
    }
}

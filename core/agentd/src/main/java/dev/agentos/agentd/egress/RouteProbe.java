package dev.agentos.agentd.egress;

import dev.agentos.domain.port.Sandbox.Receipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether a sandbox has any way out but its doors, read from the kernel's own tables of its network namespace through the
 * id of its first process.
 */
final class RouteProbe {

    private static final String NAME = "egress.no_route";
    private static final String HOW = "own network namespace with loopback alone";

    private RouteProbe() {}

    /** The line of the receipt. Where the tables cannot be read, it stands and falls with the namespace's own line. */
    static Receipt.Line line(Receipt receipt) {
        boolean namespace = receipt.lines().stream()
                .anyMatch(line -> line.mechanism().equals("namespace.net")
                        && line.actual().equals("enforced"));
        Path process = Path.of("/proc", String.valueOf(receipt.pid()));
        Path net = process.resolve("net");
        if (!isInit(process)) {
            return new Receipt.Line(
                    NAME,
                    true,
                    namespace ? "enforced" : "missing",
                    HOW,
                    "by namespace.net; its tables are not readable for the service");
        }
        try {
            List<String> interfaces =
                    interfaces(Files.readString(net.resolve("dev")).lines().toList());
            long routes = routes(Files.readString(net.resolve("route")).lines().toList());
            boolean none = interfaces.equals(List.of("lo")) && routes == 0;
            return new Receipt.Line(
                    NAME,
                    true,
                    none ? "enforced" : "missing",
                    HOW,
                    "interfaces: " + String.join(", ", interfaces) + "; IPv4 routes: " + routes);
        } catch (IOException e) {
            return new Receipt.Line(
                    NAME, true, namespace ? "enforced" : "missing", HOW, "by namespace.net; " + e.getMessage());
        }
    }

    /** Whether the id is that of a first process in a namespace of its own, and not one that somebody else has by now. */
    private static boolean isInit(Path process) {
        try {
            String status = Files.readString(process.resolve("status"));
            int at = status.indexOf("\nNSpid:");
            return at >= 0
                    && status.substring(at + 1).lines().findFirst().orElse("").split("\\s+").length > 2;
        } catch (IOException e) {
            return false;
        }
    }

    static List<String> interfaces(List<String> table) {
        return table.stream()
                .filter(line -> line.indexOf(':') >= 0)
                .map(line -> line.substring(0, line.indexOf(':')).strip())
                .toList();
    }

    static long routes(List<String> table) {
        return table.stream().skip(1).filter(line -> !line.isBlank()).count();
    }
}

package dev.agentos.testkit.prove;

import dev.agentos.testkit.service.Figures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code ./agentos prove NAME [--json] [--rounds N | --long] [--seed N] [--data PATH] [--curve]}. Exit 1 when anything got through. */
public final class ProveMain {

    private ProveMain() {}

    /** A campaign. */
    interface Campaign {
        /** Runs it. {@code rounds} 0 means the usual number. */
        Result run(Path home, int rounds, long seed) throws Exception;
    }

    /** What a campaign found; {@code through} must be 0. */
    record Result(Figures figures, long through) {}

    /** Runs one campaign and prints what it saw. */
    public static void main(String[] arguments) throws Exception {
        List<String> rest = new ArrayList<>(List.of(arguments));
        boolean json = rest.remove("--json");
        long rounds = number(rest, "--rounds", 0);
        long seed = number(rest, "--seed", System.nanoTime());
        // Only one campaign has a long form; another is told that there is no such thing.
        boolean longForm = rest.contains("orphans") && rest.remove("--long");
        boolean curve = rest.remove("--curve");
        Optional<Path> data = path(rest, "--data");
        boolean misses = rest.remove("--misses");
        Campaign campaign = switch (rest.size() == 1 ? rest.getFirst() : "") {
            case "spine" -> new CrashCampaign();
            case "audit" -> new AuditCampaign();
            case "consent" -> new ConsentCampaign();
            case "sandbox" -> new SandboxCampaign();
            case "orphans" -> new OrphanCampaign(longForm);
            case "guest" -> new GuestCampaign();
            case "injection" ->
                new InjectionCampaign(
                        data.orElse(Path.of(System.getProperty("agentos.root", "."), "../shared/data/agentdojo")),
                        curve);
            case "policy" -> new PolicyCampaign();
            case "language" -> new LanguageCampaign(data, misses);
            default -> null;
        };
        if (campaign == null) {
            System.err.println(
                    "prove: there is no campaign " + String.join(" ", rest)
                            + "\n  → one of: spine, audit, sandbox, guest, orphans, injection, policy, consent, language; for example: ./agentos prove spine --rounds 200 --json");
            System.exit(2);
            return;
        }
        Result result = campaign.run(Path.of(System.getProperty("agentos.home")), (int) rounds, seed);
        result.figures().print(System.out, json);
        System.exit(result.through() == 0 ? 0 : 1);
    }

    private static Optional<Path> path(List<String> rest, String option) {
        int at = rest.indexOf(option);
        if (at < 0 || at + 1 >= rest.size()) {
            return Optional.empty();
        }
        Path value = Path.of(rest.get(at + 1));
        rest.subList(at, at + 2).clear();
        return Optional.of(value);
    }

    private static long number(List<String> rest, String option, long otherwise) {
        return Long.parseLong(text(rest, option, String.valueOf(otherwise)));
    }

    private static String text(List<String> rest, String option, String otherwise) {
        int at = rest.indexOf(option);
        if (at < 0 || at + 1 >= rest.size()) {
            return otherwise;
        }
        String value = rest.get(at + 1);
        rest.subList(at, at + 2).clear();
        return value;
    }
}

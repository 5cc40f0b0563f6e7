package dev.agentos.domain.admission;

import dev.agentos.domain.contract.Placement;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a model's name in a contract says: where it runs, its family, version and size. */
final class ModelNames {

    /** {@code local/llama-3.1-8B}: provider, family, major, minor, the rest (size, variant). */
    private static final Pattern VERSIONED =
            Pattern.compile("([^/]+)/([A-Za-z]+)-([0-9]{1,9})(?:\\.([0-9]{1,9}))?(-.*)?");

    private ModelNames() {}

    /** Whether the placements of a contract let this model be used. An empty list allows every place. */
    static boolean placementAllows(List<Placement> placements, String model) {
        return placements.isEmpty() || !model.startsWith("cloud/") || placements.contains(Placement.CLOUD);
    }

    /** The newest model here of the same provider, family, major version and size with a higher minor version. */
    static Optional<String> compatibleUpgrade(String wanted, Collection<String> here) {
        Matcher want = VERSIONED.matcher(wanted);
        if (!want.matches()) {
            return Optional.empty();
        }
        return here.stream()
                .filter(name -> {
                    Matcher have = VERSIONED.matcher(name);
                    return have.matches()
                            && have.group(1).equals(want.group(1))
                            && have.group(2).equals(want.group(2))
                            && have.group(3).equals(want.group(3))
                            && rest(have).equals(rest(want))
                            && minor(have) > minor(want);
                })
                .max(java.util.Comparator.comparingInt(name -> {
                    Matcher have = VERSIONED.matcher(name);
                    return have.matches() ? minor(have) : -1;
                }));
    }

    /** Why a name cannot be bound, in the words of its place. */
    static String whyMissing(String model) {
        return model.startsWith("cloud/") ? "no cloud provider is configured" : "not on this machine";
    }

    private static int minor(Matcher matcher) {
        String minor = matcher.group(4);
        return minor == null ? 0 : Integer.parseInt(minor);
    }

    private static String rest(Matcher matcher) {
        String rest = matcher.group(5);
        return rest == null ? "" : rest;
    }
}

package dev.agentos.domain.policy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a person's no means for the rest of a task: the value that was denied is not asked about again, in whatever
 * spelling and by whatever tool, and after a few denials nothing of doubtful origin is. Whoever keeps asking would
 * otherwise be allowed by mistake sooner or later.
 */
public final class Denials {

    /** After so many, a task's calls with values of doubtful origin are refused without asking. */
    public static final int ENOUGH = 3;

    private Denials() {}

    /** What to remember of a denied call. */
    public static Set<String> of(List<Origin> origins) {
        Set<String> denied = new LinkedHashSet<>();
        List<Origin> doubtful = origins.stream()
                .filter(origin -> !origin.provenance().isVouched())
                .toList();
        boolean places = doubtful.stream().anyMatch(Denials::isPlace);
        for (Origin origin : doubtful) {
            if (!places || isPlace(origin)) {
                denied.addAll(spelt(origin.value()));
            }
        }
        return denied;
    }

    /** Whether a value of the call was denied before. */
    static boolean covers(Set<String> denied, List<Origin> doubtful) {
        return doubtful.stream()
                .anyMatch(origin -> spelt(origin.value()).stream().anyMatch(denied::contains));
    }

    private static boolean isPlace(Origin origin) {
        return origin.role() == Origin.Role.DESTINATION || origin.role() == Origin.Role.LINK;
    }

    private static Set<String> spelt(String value) {
        Set<String> spellings = new LinkedHashSet<>();
        for (String reading : Spelling.readings(value)) {
            String loose = Spelling.loose(reading);
            if (loose.length() >= Spelling.MIN_LOOSE) {
                spellings.add(loose);
            }
        }
        return spellings;
    }
}

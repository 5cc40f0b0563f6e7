package dev.agentos.domain.policy;

/**
 * Where one value of a call came from.
 *
 * @param argument the name of the argument
 * @param value the value as text
 * @param source the step and tool that showed it, or what vouches for it; empty where nothing does
 */
public record Origin(String argument, String value, Role role, Provenance provenance, String source) {

    /** What the value does in the call, which says how much it matters where it came from. */
    public enum Role {
        /** It says where an effect goes. */
        DESTINATION("goes to"),
        /** The descriptor calls it sensitive: an amount, a password. */
        SENSITIVE("uses"),
        /** The call names no destination, so what it must have stands in for one. */
        ANCHOR("makes"),
        /** An address inside other content, which whoever reads it may follow. */
        LINK("carries the address"),
        /** Anything else. */
        CONTENT("carries");

        private final String words;

        Role(String words) {
            this.words = words;
        }
    }

    /** One sentence for people; the value is cut, never left out. */
    public String sentence() {
        String shown = value.length() > 80 ? value.substring(0, 79) + "…" : value;
        String where = switch (provenance) {
            case PERSON -> "given by the person";
            case TRUSTED -> "read from " + source;
            case CONTRACT -> "allowed by " + source;
            case UNTRUSTED -> "from untrusted text of " + source;
            case UNKNOWN -> "of unknown origin";
        };
        return role.words + " " + argument + " \"" + shown + "\", " + where;
    }
}

package dev.agentos.bridge.view;

/**
 * An answer that a card offers.
 *
 * @param letter the key that marks it
 * @param scope once, run, restart or 30d
 * @param says exactly what it would do; for an Allow, agentd's own words
 */
public record CardChoice(char letter, boolean allows, boolean forAll, String scope, String label, String says) {

    static CardChoice deny() {
        return new CardChoice('d', false, false, "once", "Don't allow", "refuse this once; no rule is made");
    }

    static CardChoice denyAll(int count) {
        return new CardChoice(
                'n',
                false,
                true,
                "once",
                "Don't allow any of the " + count,
                "refuse all " + count + " once; no rule is made");
    }

    static CardChoice allowAll(int count) {
        return new CardChoice(
                'a',
                true,
                true,
                "once",
                "Allow all " + count + ", once each",
                "allow all " + count + " that were shown, once each");
    }

    static CardChoice allow(char letter, String scope, String label, String says) {
        return new CardChoice(letter, true, false, scope, label, says);
    }
}

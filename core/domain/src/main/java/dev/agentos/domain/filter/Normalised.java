package dev.agentos.domain.filter;

/**
 * A text as a reader takes it in, without what hides or disguises it.
 *
 * @param origins for each character, where in the raw text it came from; empty where nothing was changed
 * @param invisible how many characters that are drawn as nothing were taken out
 * @param smuggled how many characters were written in code points that are drawn as nothing, and are in the text now
 * @param disguised how many letters of other scripts posed as Latin ones
 * @param marks how many combining marks were taken off Latin letters
 */
record Normalised(String text, int[] origins, int invisible, int smuggled, int disguised, int marks) {

    /** Where the character at {@code index} of the text stood in the raw one. */
    int origin(int index) {
        return origins.length == 0 ? index : index < origins.length ? origins[index] : end();
    }

    private int end() {
        return origins.length == 0 ? 0 : origins[origins.length - 1] + 1;
    }
}

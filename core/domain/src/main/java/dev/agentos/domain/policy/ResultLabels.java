package dev.agentos.domain.policy;

import java.util.Map;

/**
 * The labels that a tool writes on its result, before the labels of its arguments and what the tool itself found out
 * are added.
 *
 * @param whole of everything that {@code fields} does not name
 * @param fields of single fields, by dotted path with {@code *} for any item of a list or any name of a map, such as
 *     {@code accounts.*.iban}. They may be lower than {@code whole}: an account number out of the person's own list is
 *     trusted although the remarks beside it are not
 */
public record ResultLabels(Labels whole, Map<String, Labels> fields) {

    /** Made by the tool from its arguments alone. */
    public static final ResultLabels TRUSTED = of(Labels.TRUSTED);

    /** Text from outside. */
    public static final ResultLabels UNTRUSTED = of(Labels.UNTRUSTED);

    public ResultLabels {
        fields = Map.copyOf(fields);
        for (String path : fields.keySet()) {
            if (!path.matches("[^.]+(\\.[^.]+)*")) {
                throw new IllegalArgumentException("\"" + path + "\" is no path to a field");
            }
        }
    }

    public static ResultLabels of(Labels whole) {
        return new ResultLabels(whole, Map.of());
    }

    /** The labels of the field at a path, items of lists written as their number. */
    public Labels at(String path) {
        String[] given = path.split("\\.", -1);
        for (Map.Entry<String, Labels> field : fields.entrySet()) {
            if (matches(field.getKey().split("\\.", -1), given)) {
                return field.getValue();
            }
        }
        return whole;
    }

    private static boolean matches(String[] wanted, String[] given) {
        if (given.length < wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (!wanted[i].equals("*") && !wanted[i].equals(given[i])) {
                return false;
            }
        }
        return true;
    }
}

package dev.agentos.center.ui;

import java.util.List;
import java.util.function.Function;
import javafx.collections.ObservableList;

/** Brings an observable list to another state with as few changes as there are, so that selection and scroll stay. */
public final class Rows {

    private Rows() {}

    /** @param key what makes two rows the same thing */
    public static <T, K> void sync(ObservableList<T> shown, List<T> wanted, Function<T, K> key) {
        int i = 0;
        while (i < wanted.size()) {
            T next = wanted.get(i);
            if (i >= shown.size()) {
                shown.add(next);
            } else if (key.apply(shown.get(i)).equals(key.apply(next))) {
                if (!shown.get(i).equals(next)) {
                    shown.set(i, next);
                }
            } else if (i + 1 < shown.size() && key.apply(shown.get(i + 1)).equals(key.apply(next))) {
                shown.remove(i);
                continue;
            } else {
                shown.add(i, next);
            }
            i++;
        }
        if (shown.size() > wanted.size()) {
            shown.remove(wanted.size(), shown.size());
        }
    }
}

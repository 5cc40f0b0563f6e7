package dev.agentos.testkit.center;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.Labeled;
import javafx.scene.input.KeyCode;
import javafx.scene.robot.Robot;

/** What a person finds in a window, and the keys that it is given. All of it on the UI thread. */
final class SceneTree {

    private SceneTree() {}

    /** The first node that is seen and fits, from the top of the tree. */
    static Optional<Node> find(Node node, Predicate<Node> fits) {
        if (!node.isVisible()) {
            return Optional.empty();
        }
        if (fits.test(node)) {
            return Optional.of(node);
        }
        if (node instanceof Parent parent) {
            for (Node child : parent.getChildrenUnmodifiable()) {
                Optional<Node> found = find(child, fits);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** The first node that is seen and has this text, or whose name for assistive programs it is. */
    static Optional<Node> find(Node root, String text) {
        return find(
                root,
                node -> (node instanceof Labeled labeled && text.equals(labeled.getText()))
                        || text.equals(node.getAccessibleText()));
    }

    /** Every text that is seen, from the top of the tree. */
    static List<String> texts(Node root) {
        List<String> found = new ArrayList<>();
        find(root, node -> {
            if (node instanceof Labeled labeled
                    && labeled.getText() != null
                    && !labeled.getText().isEmpty()) {
                found.add(labeled.getText());
            }
            return false;
        });
        return found;
    }

    /** Presses keys together and lets go of them. */
    static void press(KeyCode... keys) {
        Robot robot = new Robot();
        for (KeyCode key : keys) {
            robot.keyPress(key);
        }
        for (int i = keys.length - 1; i >= 0; i--) {
            robot.keyRelease(keys[i]);
        }
    }
}

package dev.agentos.center.screen.contracts;

import dev.agentos.bridge.view.ContractDraft;
import dev.agentos.bridge.view.YamlTokens;
import dev.agentos.domain.contract.Problem;
import dev.agentos.domain.contract.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javafx.geometry.Side;
import javafx.scene.control.ContextMenu;
import javafx.scene.control.CustomMenuItem;
import javafx.scene.control.Label;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import org.fxmisc.flowless.VirtualizedScrollPane;
import org.fxmisc.richtext.CodeArea;
import org.fxmisc.richtext.model.StyleSpans;
import org.fxmisc.richtext.model.StyleSpansBuilder;

/** The text of a contract: coloured, problems underlined where they stand, keys of the schema on Ctrl-Space. */
final class ContractArea {

    private static final int OFFERED = 14;

    private final CodeArea area = new CodeArea();
    private final VirtualizedScrollPane<CodeArea> pane = new VirtualizedScrollPane<>(area);
    private final ContextMenu offers = new ContextMenu();
    private List<Problem> problems = List.of();

    ContractArea(Consumer<String> typed) {
        area.getStyleClass().add("contract-area");
        area.setParagraphGraphicFactory(line -> {
            Label number = new Label(String.valueOf(line + 1));
            number.getStyleClass().add("line-number");
            return number;
        });
        area.setAccessibleText("the contract");
        area.textProperty().addListener((_, _, text) -> {
            colour();
            typed.accept(text);
        });
        area.addEventFilter(KeyEvent.KEY_PRESSED, this::pressed);
        offers.setAutoHide(true);
        pane.getStyleClass().add("contract-pane");
    }

    Region node() {
        return pane;
    }

    String text() {
        return area.getText();
    }

    /** Another text; it can be undone like anything typed. */
    void replace(String text) {
        if (!text.equals(area.getText())) {
            area.replaceText(text);
            area.moveTo(0);
            area.requestFollowCaret();
        }
    }

    /** Forgets how it came to this text. */
    void forget() {
        area.getUndoManager().forgetHistory();
    }

    void show(List<Problem> next) {
        if (!next.equals(problems)) {
            problems = next;
            colour();
        }
    }

    /** Puts the caret at a place, counted from 1. */
    void go(int line, int column) {
        int paragraph = Math.clamp(line - 1, 0, area.getParagraphs().size() - 1);
        area.moveTo(paragraph, Math.clamp(column - 1, 0, area.getParagraphLength(paragraph)));
        area.requestFollowCaret();
        area.requestFocus();
    }

    // ------------------------------------------------------------------ colours

    private void colour() {
        String text = area.getText();
        if (text.isEmpty()) {
            return;
        }
        area.setStyleSpans(0, spans(text).overlay(faults(text), ContractArea::both));
    }

    private static Collection<String> both(Collection<String> one, Collection<String> other) {
        List<String> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }

    private static StyleSpans<Collection<String>> spans(String text) {
        StyleSpansBuilder<Collection<String>> spans = new StyleSpansBuilder<>();
        int at = 0;
        for (YamlTokens.Token token : YamlTokens.of(text)) {
            spans.add(List.of(), token.start() - at);
            spans.add(List.of("yaml-" + token.kind()), token.end() - token.start());
            at = token.end();
        }
        spans.add(List.of(), text.length() - at);
        return spans.create();
    }

    /** Each problem underlines from where it stands to the end of its line. */
    private StyleSpans<Collection<String>> faults(String text) {
        StyleSpansBuilder<Collection<String>> spans = new StyleSpansBuilder<>();
        int at = 0;
        for (Problem problem : problems) {
            int start = offset(text, problem.line(), problem.column());
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            if (start >= at && end > start) {
                spans.add(List.of(), start - at);
                spans.add(List.of(problem.severity() == Severity.ERROR ? "yaml-error" : "yaml-warning"), end - start);
                at = end;
            }
        }
        spans.add(List.of(), text.length() - at);
        return spans.create();
    }

    private static int offset(String text, int line, int column) {
        int at = 0;
        for (int i = 1; i < line; i++) {
            int next = text.indexOf('\n', at);
            if (next < 0) {
                return text.length();
            }
            at = next + 1;
        }
        int end = text.indexOf('\n', at);
        end = end < 0 ? text.length() : end;
        int points = text.codePointCount(at, end);
        int start = text.offsetByCodePoints(at, Math.clamp(column - 1, 0, points));
        // A problem of a whole line, or at its end, marks all that is written there.
        return start < end ? start : at;
    }

    // ------------------------------------------------------------------ completion

    private void pressed(KeyEvent event) {
        if (event.getCode() == KeyCode.SPACE && event.isControlDown()) {
            offer();
            event.consume();
        } else if (event.getCode() == KeyCode.TAB && !event.isShiftDown() && !event.isControlDown()) {
            area.replaceSelection("  ");
            event.consume();
        } else if (event.getCode() == KeyCode.ENTER && !offers.isShowing()) {
            area.replaceSelection("\n" + indent(area.getText(0, area.getCaretPosition())));
            event.consume();
        }
    }

    private static String indent(String before) {
        String line = before.substring(before.lastIndexOf('\n') + 1);
        String lead = line.substring(0, line.length() - line.stripLeading().length());
        return line.stripTrailing().endsWith(":") ? lead + "  " : lead;
    }

    /** The keys that can stand here, each with what it means. */
    void offer() {
        Map<String, String> keys = ContractDraft.completions(area.getText(0, area.getCaretPosition()));
        offers.getItems().clear();
        keys.entrySet().stream()
                .limit(OFFERED)
                .forEach(entry -> offers.getItems().add(item(entry.getKey(), entry.getValue())));
        if (keys.isEmpty()) {
            offers.hide();
            return;
        }
        area.getCaretBounds()
                .ifPresentOrElse(
                        bounds -> offers.show(area, bounds.getMinX(), bounds.getMaxY() + 2),
                        () -> offers.show(area, Side.BOTTOM, 0, 0));
    }

    /** The keys that are offered now, for who looks. */
    List<String> offered() {
        return offers.getItems().stream()
                .map(item -> String.valueOf(item.getUserData()))
                .toList();
    }

    private CustomMenuItem item(String key, String about) {
        Label name = new Label(key);
        name.getStyleClass().add("mono");
        name.setMinWidth(130);
        Label words = new Label(about);
        words.getStyleClass().add("muted");
        words.setMaxWidth(420);
        HBox row = new HBox(name, words);
        row.getStyleClass().add("row");
        CustomMenuItem item = new CustomMenuItem(row, true);
        item.setUserData(key);
        item.setOnAction(_ -> complete(key));
        return item;
    }

    private void complete(String key) {
        int caret = area.getCaretPosition();
        String before = area.getText(0, caret);
        String line = before.substring(before.lastIndexOf('\n') + 1);
        int typed = line.strip().length();
        area.replaceText(caret - typed, caret, key + ": ");
    }
}

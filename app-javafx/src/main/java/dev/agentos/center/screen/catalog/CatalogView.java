package dev.agentos.center.screen.catalog;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.bridge.view.CenterViewModel;
import dev.agentos.bridge.view.PanelState;
import dev.agentos.bridge.view.Place;
import dev.agentos.bridge.wire.CatalogWire.EntryView;
import dev.agentos.center.ui.Glyph;
import dev.agentos.center.ui.PanelView;
import dev.agentos.center.ui.Parts;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.util.List;
import java.util.Locale;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.TilePane;
import javafx.scene.layout.VBox;

/** Cards of signed entries, each with what it may do; one of them opened shows the form that starts it. */
public final class CatalogView implements Screen {

    private static final double CARD_WIDTH = 350;
    private static final double CARD_HEIGHT = 206;
    private static final int SENTENCES = 2;

    private final ScreenContext context;
    private final TilePane cards = new TilePane();
    private final TextField filter = new TextField();
    private final Label count = Parts.text("", "muted");
    private final PanelView<List<EntryView>> panel;
    private final StackPane root = new StackPane();
    private final VBox list;
    private final EntryPage page;
    private List<EntryView> entries = List.of();
    private String opened = "";

    public CatalogView(ScreenContext context) {
        this.context = context;
        page = new EntryPage(context);
        cards.getStyleClass().add("cards");
        cards.setPrefTileWidth(CARD_WIDTH);
        cards.setTileAlignment(javafx.geometry.Pos.TOP_LEFT);
        ScrollPane scroll = Parts.scroll(cards);
        scroll.widthProperty().subscribe(width -> fit(width.doubleValue() - 18));
        panel = new PanelView<>(scroll, this::fill);
        filter.setPromptText("Filter");
        filter.getStyleClass().add("filter");
        filter.textProperty().subscribe(_ -> fill(entries));
        list = new VBox(Parts.row(filter, count), panel);
        list.getStyleClass().add("page");
        VBox.setVgrow(panel, Priority.ALWAYS);
        root.getChildren().setAll(list);
    }

    /** As many cards in a row as fit, and all of the width used. */
    private void fit(double width) {
        if (width > 0) {
            int across = Math.max(1, (int) (width / CARD_WIDTH));
            cards.setPrefColumns(across);
            cards.setPrefTileWidth((width - (across - 1) * cards.getHgap()) / across);
        }
    }

    @Override
    public Node node() {
        return root;
    }

    @Override
    public void opened(String argument) {
        opened = argument;
        root.getChildren().setAll(argument.isEmpty() ? list : page.node());
        if (!argument.isEmpty()) {
            page.open(argument);
        }
        context.background()
                .read(
                        () -> {
                            List<EntryView> all = context.client().catalog().entries();
                            return all.isEmpty()
                                    ? new PanelState.Empty<List<EntryView>>(
                                            "The catalog is empty.",
                                            "Add a signed entry in a terminal: agentctl catalog install DIR")
                                    : PanelState.ready(all);
                        },
                        panel::show);
    }

    @Override
    public boolean back() {
        if (opened.isEmpty()) {
            return false;
        }
        context.go(Place.of(CenterTab.CATALOG));
        return true;
    }

    @Override
    public void show(CenterViewModel state) {
        page.show(state);
    }

    private void fill(List<EntryView> all) {
        entries = all;
        String wanted = filter.getText() == null ? "" : filter.getText().toLowerCase(Locale.ROOT);
        List<EntryView> shown = all.stream()
                .filter(entry -> (entry.name() + " " + entry.title() + " " + entry.summary())
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted))
                .toList();
        count.setText(shown.size() + " of " + all.size());
        cards.getChildren().setAll(shown.stream().map(this::card).toList());
    }

    private Button card(EntryView entry) {
        boolean ready = entry.state().equals("ready");
        HBox state = Parts.state(
                ready ? "✓" : "✕",
                ready ? "signed by " + entry.signer() : entry.state(),
                ready ? dev.agentos.bridge.view.Tone.OK : dev.agentos.bridge.view.Tone.BAD);
        Label title = Parts.prose(entry.title(), "strong", "card-title");
        HBox name = Parts.row(
                Parts.text(entry.name(), "mono", "muted"),
                Parts.text(entry.version(), "mono", "muted"),
                Parts.spring(),
                Parts.text(entry.kind(), "chip", "chip-plain"));
        VBox words = new VBox();
        words.getStyleClass().add("may-do");
        entry.mayDo().stream()
                .limit(SENTENCES)
                .forEach(sentence -> words.getChildren().add(sentence(sentence)));
        VBox content = new VBox(title, name, words, Parts.spring(), state);
        content.getStyleClass().add("card-content");
        Button card =
                Parts.button("", () -> context.go(new Place(CenterTab.CATALOG, entry.name())), "panel", "figure-panel");
        card.setGraphic(content);
        card.setContentDisplay(ContentDisplay.GRAPHIC_ONLY);
        card.setMinWidth(0);
        card.setMaxSize(Double.MAX_VALUE, Double.MAX_VALUE);
        card.setPrefHeight(CARD_HEIGHT);
        card.setAccessibleText(entry.title());
        content.prefWidthProperty().bind(card.widthProperty().subtract(34));
        content.prefHeightProperty().bind(card.heightProperty().subtract(30));
        return card;
    }

    /** One sentence of what an entry may do. */
    static HBox sentence(String text) {
        HBox sign = new HBox(new Glyph("·"));
        sign.getStyleClass().addAll("sign", "tone-muted");
        Label words = Parts.prose(text, "muted");
        HBox.setHgrow(words, Priority.ALWAYS);
        return new HBox(sign, words);
    }
}

package dev.agentos.center.screen;

import dev.agentos.bridge.view.CenterTab;
import dev.agentos.center.screen.agents.AgentsView;
import dev.agentos.center.screen.audit.AuditView;
import dev.agentos.center.screen.catalog.CatalogView;
import dev.agentos.center.screen.contracts.ContractsView;
import dev.agentos.center.screen.home.HomeView;
import dev.agentos.center.screen.inbox.InboxView;
import dev.agentos.center.screen.models.ModelsView;
import dev.agentos.center.screen.permissions.PermissionsView;
import dev.agentos.center.screen.settings.SettingsView;
import dev.agentos.center.screen.shell.CommandsView;
import dev.agentos.center.screen.tools.ToolsView;
import dev.agentos.center.screen.tour.TourView;
import dev.agentos.center.ui.Screen;
import dev.agentos.center.ui.ScreenContext;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The list of screens. A new one is a package {@code screen.NAME} with a {@code NAMEView}, its view model in
 * {@code dev.agentos.bridge.view}, and a line here. Screens are made when they are first opened.
 */
public final class Screens {

    private final Map<CenterTab, Supplier<Screen>> makers = new EnumMap<>(CenterTab.class);
    private final Map<CenterTab, Screen> made = new EnumMap<>(CenterTab.class);

    private Screens() {}

    public static Screens of(ScreenContext context) {
        Screens screens = new Screens();
        screens.makers.put(CenterTab.HOME, () -> new HomeView(context));
        screens.makers.put(CenterTab.INBOX, () -> new InboxView(context));
        screens.makers.put(CenterTab.AUDIT, () -> new AuditView(context));
        screens.makers.put(CenterTab.CONTRACTS, () -> new ContractsView(context));
        screens.makers.put(CenterTab.AGENTS, () -> new AgentsView(context));
        screens.makers.put(CenterTab.CATALOG, () -> new CatalogView(context));
        screens.makers.put(CenterTab.MODELS, () -> new ModelsView(context));
        screens.makers.put(CenterTab.TOOLS, () -> new ToolsView(context));
        screens.makers.put(CenterTab.PERMISSIONS, () -> new PermissionsView(context));
        screens.makers.put(CenterTab.SHELL, () -> new CommandsView(context));
        screens.makers.put(CenterTab.TOUR, () -> new TourView(context));
        screens.makers.put(CenterTab.SETTINGS, () -> new SettingsView(context));
        return screens;
    }

    /** The screen of a tab; where the window has none yet, one that says where the same is found. */
    public Screen get(CenterTab tab) {
        Screen known = made.get(tab);
        if (known != null) {
            return known;
        }
        Screen fresh = makers.getOrDefault(tab, () -> new ElsewhereView(tab)).get();
        made.put(tab, fresh);
        return fresh;
    }
}

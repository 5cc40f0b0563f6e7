package dev.agentos.bridge.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.bridge.view.InstallerViewModel.Page;
import dev.agentos.bridge.view.InstallerViewModel.Service;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InstallerViewModelTest {

    private static final InstallerViewModel START = InstallerViewModel.start(Optional.of("/opt/agentos"));

    @Test
    void pagesGoForthAndBackAndStopAtTheirEnds() {
        InstallerViewModel model = START.back();
        assertEquals(Page.WELCOME, model.page());
        for (Page page : Page.values()) {
            assertEquals(page, model.page());
            model = model.next();
        }
        assertEquals(Page.DONE, model.page());
        assertEquals("5 of 5", model.place());
        assertEquals(Page.LOOK, model.back().page());
    }

    @Test
    void anOwnServiceNeedsNoAdministrator() {
        assertEquals(List.of("/opt/agentos/bin/agentctl status", "/opt/agentos/bin/agentctl doctor"), START.commands());
        assertTrue(START.plan().contains(TextLine.of("rights     none beyond yours")));
    }

    @Test
    void whatNeedsAnAdministratorSaysSoInItsCommand() {
        assertEquals(
                List.of(
                        "id agentos >/dev/null 2>&1 || sudo useradd --system --home-dir /var/lib/agentos --no-create-home "
                                + "--shell /usr/sbin/nologin agentos",
                        "sudo /opt/agentos/bin/agentos-system start",
                        "mkdir -p ~/.config/systemd/user && sed 's|=agentos-center|=/opt/agentos/bin/agentos-center|' "
                                + "/opt/agentos/share/agentos-consent.service "
                                + ">~/.config/systemd/user/agentos-consent.service",
                        "systemctl --user enable --now agentos-consent.service",
                        "/opt/agentos/bin/agentctl doctor"),
                START.serving(Service.MACHINE).notifying(true).commands());
    }
}

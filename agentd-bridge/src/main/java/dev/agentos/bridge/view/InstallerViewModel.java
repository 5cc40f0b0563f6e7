package dev.agentos.bridge.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a person chose on the pages of the installer. It does nothing by itself: what it comes to is commands, which are
 * shown and run by the person.
 *
 * @param home the folder that this AgentOS is in; empty where that is not known
 * @param notifies whether the desktop is to tell of questions while the window is closed
 */
public record InstallerViewModel(Page page, Service service, boolean notifies, Optional<String> home) {

    private static final List<Page> PAGES = List.of(Page.values());
    private static final String UNIT = "agentos-consent.service";

    /** The pages in their order. */
    public enum Page {
        WELCOME(
                "Set up AgentOS",
                "Nothing is changed by this window. At its end stand the commands that set up what you chose, and you run them.",
                "Check this machine"),
        CHECK(
                "What this machine can enforce",
                "The same checks as agentctl doctor. A gap is no obstacle; contracts that need what is missing are refused.",
                "Choose a service"),
        SERVICE("Who it runs for", "Agents run under agentd, not under this window.", "Choose a look"),
        LOOK("Look", "It can be changed at any time under Settings.", "Show the commands"),
        DONE(
                "Your commands",
                "In this order, in a terminal. Each can be run again: what is done already stays as it is.",
                "Open the control centre");

        private final String title;
        private final String says;
        private final String onward;

        Page(String title, String says, String onward) {
            this.title = title;
            this.says = says;
            this.onward = onward;
        }

        public String title() {
            return title;
        }

        public String says() {
            return says;
        }

        /** The words of the button that goes on. */
        public String onward() {
            return onward;
        }
    }

    /** Whom agentd serves. */
    public enum Service {
        OWN(
                "Only for me",
                "agentd runs as you and starts with your first command. It needs no administrator; what only root can set up, "
                        + "such as a network of its own for each agent, is reported as missing."),
        MACHINE(
                "For this machine",
                "A small broker runs as root and sets up sandboxes; agentd runs as the user agentos with no capability. "
                        + "It needs an administrator once.");

        private final String title;
        private final String says;

        Service(String title, String says) {
            this.title = title;
            this.says = says;
        }

        public String title() {
            return title;
        }

        public String says() {
            return says;
        }
    }

    public static InstallerViewModel start(Optional<String> home) {
        return new InstallerViewModel(Page.WELCOME, Service.OWN, false, home);
    }

    public InstallerViewModel next() {
        return at(Math.min(PAGES.indexOf(page) + 1, PAGES.size() - 1));
    }

    public InstallerViewModel back() {
        return at(Math.max(PAGES.indexOf(page) - 1, 0));
    }

    private InstallerViewModel at(int index) {
        return new InstallerViewModel(PAGES.get(index), service, notifies, home);
    }

    public InstallerViewModel serving(Service chosen) {
        return new InstallerViewModel(page, chosen, notifies, home);
    }

    public InstallerViewModel notifying(boolean wanted) {
        return new InstallerViewModel(page, service, wanted, home);
    }

    /** For example {@code 3 of 5}. */
    public String place() {
        return PAGES.indexOf(page) + 1 + " of " + PAGES.size();
    }

    /** What will be there afterwards: users, folders, programs, and how all of it goes away again. */
    public List<TextLine> plan() {
        List<TextLine> lines = new ArrayList<>();
        lines.add(TextLine.of("programs   " + home.orElse("this build") + ", nothing is copied elsewhere"));
        switch (service) {
            case OWN -> {
                lines.add(TextLine.of("user       you; none is made"));
                lines.add(TextLine.of(
                        "folders    ~/.local/state/agentos for what agents did, a socket in your run-time folder"));
                lines.add(TextLine.of("rights     none beyond yours"));
            }
            case MACHINE -> {
                lines.add(TextLine.of("user       agentos, without a password or a shell"));
                lines.add(TextLine.of("folders    /var/lib/agentos for what agents did, /run/agentos for the sockets"));
                lines.add(TextLine.of("rights     root for the broker agentos-execd; none for agentd"));
            }
        }
        if (notifies) {
            lines.add(TextLine.of("unit       agentos-consent.service, for you"));
        }
        lines.add(TextLine.muted("to undo    "
                + bin(service == Service.OWN ? "agentctl shutdown" : "agentos-system stop")
                + "; the folders stay until you delete them"));
        return lines;
    }

    /** The commands that set up what was chosen, each on its own; running one again changes nothing. */
    public List<String> commands() {
        List<String> commands = new ArrayList<>();
        switch (service) {
            case OWN -> commands.add(bin("agentctl status"));
            case MACHINE -> {
                commands.add("id agentos >/dev/null 2>&1 || sudo useradd --system --home-dir /var/lib/agentos "
                        + "--no-create-home --shell /usr/sbin/nologin agentos");
                commands.add("sudo " + bin("agentos-system start"));
            }
        }
        if (notifies) {
            String units = "~/.config/systemd/user";
            commands.add("mkdir -p " + units + " && sed 's|=agentos-center|=" + bin("agentos-center") + "|' "
                    + home.map(path -> path + "/").orElse("") + "share/" + UNIT + " >" + units + "/" + UNIT);
            commands.add("systemctl --user enable --now " + UNIT);
        }
        commands.add(bin("agentctl doctor"));
        return commands;
    }

    private String bin(String command) {
        return home.map(path -> path + "/bin/").orElse("") + command;
    }
}

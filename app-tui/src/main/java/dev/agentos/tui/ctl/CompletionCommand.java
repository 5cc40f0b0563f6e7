package dev.agentos.tui.ctl;

import dev.agentos.tui.Exit;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "A completion script for bash or zsh.",
        footer = {"", "Example:", "  source <(agentctl completion bash)"})
final class CompletionCommand extends CtlCommand {

    /** Shells that have a script. */
    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(index = "0", paramLabel = "bash|zsh", description = "The shell.")
    private Shell shell = Shell.BASH;

    CompletionCommand(CtlContext context) {
        super(context);
    }

    @Override
    protected int run() {
        // The script is bash's; zsh reads it through its own bashcompinit.
        String script = AutoComplete.bash("agentctl", Agentctl.whole(context));
        String before = shell == Shell.ZSH
                ? "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n"
                : "";
        context.console().out().print(before + script);
        context.console().out().flush();
        return Exit.DONE;
    }
}

package dev.agentos.tui.shell;

import java.util.LinkedHashMap;
import java.util.Map;

/** What only the shell knows. */
final class ShellCommand {

    /** Names and what they do, in the order of the help. */
    static final Map<String, String> ALL = all();

    private ShellCommand() {}

    private static Map<String, String> all() {
        Map<String, String> commands = new LinkedHashMap<>();
        commands.put("ask", "put a question to an agent: ask AGENT \"…\"");
        commands.put("call", "call one tool yourself, under a contract made for it: call TOOL {…}");
        commands.put("edit", "edit a contract with its problems beside it: edit FILE");
        commands.put("log", "what happened, by time, level, agent or words: log --since 10m");
        commands.put("monitor", "the live view of everything");
        commands.put("help", "this list, or one command: help pause");
        commands.put("exit", "leave; agents keep running");
        return commands;
    }
}

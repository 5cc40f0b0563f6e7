package dev.agentos.testkit.service;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * The named things that one of the launcher's commands can run, with a line about each: what its help lists and what an
 * unknown name is answered with.
 *
 * @param <T> what is run
 */
public final class Choices<T> {

    private record Choice<T>(String summary, T value) {}

    private final String command;
    private final Map<String, Choice<T>> choices = new LinkedHashMap<>();

    /** @param command the word after {@code ./agentos} */
    public Choices(String command) {
        this.command = command;
    }

    /** One more. Names are unique. */
    public Choices<T> with(String name, String summary, T value) {
        if (choices.putIfAbsent(name, new Choice<>(summary, value)) != null) {
            throw new IllegalArgumentException("there are two called " + name);
        }
        return this;
    }

    /** A command line that lists them in its help and answers mistakes in the house's form, with exit 2. */
    public CommandLine commandLine(Object programme) {
        CommandLine line = new CommandLine(programme);
        line.getCommandSpec()
                .addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("This text.")
                        .build());
        line.getHelpSectionMap().put("choices", _ -> list());
        List<String> sections = new ArrayList<>(line.getHelpSectionKeys());
        sections.add(sections.indexOf(CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), "choices");
        line.setHelpSectionKeys(sections);
        line.setParameterExceptionHandler((mistake, _) -> {
            System.err.println(command + ": " + mistake.getMessage() + "\n  → see ./agentos " + command + " --help");
            return CommandLine.ExitCode.USAGE;
        });
        return line;
    }

    /**
     * The one of that name.
     *
     * @throws CommandLine.ParameterException via the command line, when there is none
     */
    public T named(CommandLine line, String name) {
        Choice<T> found = choices.get(name);
        if (found == null) {
            throw new CommandLine.ParameterException(
                    line, "there is nothing called " + name + "; one of: " + String.join(", ", choices.keySet()));
        }
        return found.value();
    }

    private String list() {
        StringBuilder text = new StringBuilder("\nNames:\n");
        choices.forEach((name, choice) -> text.append(String.format("  %-12s %s%n", name, choice.summary())));
        return text.toString();
    }
}

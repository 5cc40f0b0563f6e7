package dev.agentos.domain.language;

import java.util.List;

/**
 * A command that sentences can mean.
 *
 * @param command its words, for example {@code consent list}
 * @param shell whether it belongs to the shell alone and not to agentctl
 * @param about what it does, in a few words
 * @param cues what in a sentence speaks for it
 * @param examples sentences that mean it, with what varies as {@code {agent}}
 */
public record Intent(
        String command,
        boolean shell,
        Effect effect,
        String about,
        List<Parameter> parameters,
        List<Cue> cues,
        List<String> examples) {

    public Intent {
        parameters = List.copyOf(parameters);
        cues = List.copyOf(cues);
        examples = List.copyOf(examples);
    }

    /** A set of signs that together speak for a command with a weight of 0 to 1. */
    record Cue(double weight, List<Sign> signs) {
        Cue {
            signs = List.copyOf(signs);
        }
    }

    /** One sign: a concept, a kind of mention, or that there is none of it. */
    record Sign(String name, boolean isKind, boolean absent) {}

    /** Whether it has a place for such a mention. */
    boolean takes(Kind kind) {
        return parameters.stream()
                .anyMatch(parameter -> parameter.kind() == kind
                        || (parameter.kind() == Kind.TARGET
                                && (kind == Kind.FILE || kind == Kind.DOMAIN || kind == Kind.TOOL))
                        || (parameter.kind() == Kind.OPERATION && kind == Kind.TOOL)
                        || parameter.kind() == Kind.REST
                        || parameter.kind() == Kind.COMMAND
                        || (parameter.kind() == Kind.TEXT && kind != Kind.AGENT && kind != Kind.FILE));
    }
}

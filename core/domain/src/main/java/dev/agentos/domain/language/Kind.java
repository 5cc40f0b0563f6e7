package dev.agentos.domain.language;

/** What a piece of a sentence, or an argument of a command, can be. */
public enum Kind {
    AGENT("the agent", "Which agent?"),
    FILE("the file", "Which file?"),
    CLASS("real time class", "Which latency class?"),
    BINDING("binding", "Which binding?"),
    TOOL("the tool", "Which tool?"),
    MODEL("the model", "Which model?"),
    ASK("the request", "Which question?"),
    GRANT("the permission", "Which permission?"),
    SCOPE("for a while", "For how long?"),
    STATE("in that state", "Which state?"),
    NUMBER("the number", "Which number?"),
    DURATION("the last hour", "How far back?"),
    DOMAIN("the website", "Which site?"),
    NAME("the program", "Which one of the catalog?"),
    TEXT("the text", "Which text?"),
    JSON("the arguments", "With which arguments?"),
    PAIR("the input", "Which input?"),
    /** {@code allow} or {@code deny}. */
    DECISION("the answer", "Allow it or not?"),
    /** What somebody wants to do: read, write, connect and so on. */
    OPERATION("the operation", "Which operation?"),
    /** What an operation is done to: a file, a site, a tool. */
    TARGET("the target", "On what?"),
    /** Everything that is left of the sentence. */
    REST("the words", "What exactly?"),
    /** A command line for somebody else. */
    COMMAND("the command", "Which command?"),
    /** Switched on by a word, without a value. */
    FLAG("", "");

    private final String stand;
    private final String question;

    Kind(String stand, String question) {
        this.stand = stand;
        this.question = question;
    }

    /** Words that stand for any value of this kind, so that sentences are compared by what they want. */
    String stand() {
        return stand;
    }

    /** What to ask when one is missing. */
    String question() {
        return question;
    }
}

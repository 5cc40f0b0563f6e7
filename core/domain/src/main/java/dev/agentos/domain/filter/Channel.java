package dev.agentos.domain.filter;

import java.util.Locale;
import java.util.Optional;

/** The way a text came in, which says what it may ask for: a person gives orders, a web page does not. */
public enum Channel {
    USER_PROMPT,
    TOOL_RESULT,
    TOOL_DESCRIPTION,
    EMAIL,
    WEB_PAGE,
    FILE;

    /** The word on the wire and in the audit trail. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Channel> of(String word) {
        for (Channel channel : values()) {
            if (channel.word().equals(word)) {
                return Optional.of(channel);
            }
        }
        return Optional.empty();
    }

    /** Channels that are read alike: 0 for a person, who may give orders; 1 for everything else, which may not. */
    int kind() {
        return this == USER_PROMPT ? 0 : 1;
    }

    /** How many {@link #kind()}s there are. */
    static final int KINDS = 2;
}

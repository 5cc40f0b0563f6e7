package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.ToolPin;

/**
 * The state document of kind {@code tool-pin}: what was approved of a tool.
 *
 * @param json the approved pin, so that a later one can be compared with it
 * @param by who approved it: {@code user NAME}, {@code token} or {@code release VERSION}
 */
record PinRecord(String name, String digest, String json, String by, String at) {

    static final String KIND = "tool-pin";

    ToolPin pin() {
        return new ToolPin(name, json);
    }
}

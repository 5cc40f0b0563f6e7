package dev.agentos.domain.model;

import dev.agentos.domain.model.ModelMessage.ToolCall;
import dev.agentos.domain.model.ModelReply.Finish;
import java.util.ArrayList;
import java.util.List;

/** Puts pieces together to a whole answer. Used by one thread. */
public final class ChunkCollector {

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<Growing> calls = new ArrayList<>();

    private static final class Growing {
        private String id = "";
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();
    }

    /** Takes the next piece. */
    public void add(ModelChunk chunk) {
        switch (chunk) {
            case ModelChunk.Text piece -> text.append(piece.text());
            case ModelChunk.Reasoning piece -> reasoning.append(piece.text());
            case ModelChunk.Call piece -> {
                if (piece.index() < 0 || piece.index() > 1_000) {
                    throw new IllegalArgumentException("call " + piece.index() + " of an answer");
                }
                while (calls.size() <= piece.index()) {
                    calls.add(new Growing());
                }
                Growing call = calls.get(piece.index());
                call.id = piece.id().isEmpty() ? call.id : piece.id();
                call.name = piece.name().isEmpty() ? call.name : piece.name();
                call.arguments.append(piece.arguments());
            }
        }
    }

    /** Whether nothing came yet. */
    public boolean isEmpty() {
        return text.isEmpty() && reasoning.isEmpty() && calls.isEmpty();
    }

    /** The text so far. */
    public String text() {
        return text.toString();
    }

    /** What came, as a whole answer. */
    public ModelReply reply(String model, Finish finish, ModelUsage usage) {
        List<ToolCall> whole = calls.stream()
                .map(call -> new ToolCall(call.id, call.name, call.arguments.toString()))
                .toList();
        return new ModelReply(model, text.toString(), reasoning.toString(), whole, finish, usage);
    }
}

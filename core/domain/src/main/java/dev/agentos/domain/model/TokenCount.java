package dev.agentos.domain.model;

/**
 * Counts tokens where the model's own tokenizer is not at hand. It errs on the high side for ordinary text: a run of
 * letters counts one for each four, digits one for each three, any other visible character one.
 */
public final class TokenCount {

    /** What roles and separators of a message take. */
    private static final int PER_MESSAGE = 4;

    /** A picture, at the size that providers scale it to. */
    private static final int PER_IMAGE = 1_600;

    private TokenCount() {}

    /** The tokens of a text. */
    public static long of(CharSequence text) {
        long tokens = 0;
        int letters = 0;
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean latin = c < 0x0250 && Character.isLetter(c);
            boolean digit = c >= '0' && c <= '9';
            if (!latin) {
                tokens += (letters + 3) / 4;
                letters = 0;
            }
            if (!digit) {
                tokens += (digits + 2) / 3;
                digits = 0;
            }
            if (latin) {
                letters++;
            } else if (digit) {
                digits++;
            } else if (!Character.isWhitespace(c) && !Character.isLowSurrogate(c)) {
                tokens++;
            }
        }
        return tokens + (letters + 3) / 4 + (digits + 2) / 3;
    }

    /** The tokens of a whole prompt: messages, tools and schema. */
    public static long of(ModelRequest request) {
        long tokens = of(request.resumeFrom());
        for (ModelMessage message : request.messages()) {
            tokens += PER_MESSAGE + of(message.text()) + (long) message.images().size() * PER_IMAGE;
            for (ModelMessage.ToolCall call : message.toolCalls()) {
                tokens += PER_MESSAGE + of(call.name()) + of(call.arguments());
            }
        }
        for (ModelRequest.ToolSpec tool : request.tools()) {
            tokens += PER_MESSAGE
                    + of(tool.name())
                    + of(tool.description())
                    + of(tool.parameters().toString());
        }
        if (request.format() instanceof ModelRequest.OutputFormat.Schema schema) {
            tokens += of(schema.schema().toString());
        }
        return tokens;
    }
}

package dev.agentos.agentd.models.wire;

import dev.agentos.domain.model.ModelChunk;
import dev.agentos.domain.model.ModelException;
import dev.agentos.domain.model.ModelReply;
import dev.agentos.domain.model.ModelRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way in which programs ask models: how a request is read, and how answers and errors are written. */
public interface Wire {

    /**
     * A request as it came.
     *
     * @param stream whether the answer is wanted piece by piece
     * @param body the whole body, for what the form of the answer depends on
     */
    record Ask(ModelRequest request, boolean stream, Map<String, @Nullable Object> body) {}

    /** What an answer is called. */
    record Name(String id, long epochSecond) {}

    /** Writes the pieces of an answer as text that is sent at once. */
    interface Stream {
        String contentType();

        /** What comes before the first piece; may be empty. */
        String begin();

        String chunk(ModelChunk chunk);

        String end(ModelReply reply);

        /** What is sent where an answer breaks off. */
        String error(ModelException error);
    }

    /**
     * Reads a request.
     *
     * @throws ModelException of kind BAD_REQUEST
     */
    Ask read(String body) throws ModelException;

    /** An answer in one piece, as JSON. */
    String whole(Ask ask, Name name, ModelReply reply);

    Stream stream(Ask ask, Name name);

    /** An error, as JSON. */
    String error(ModelException error);

    /** The HTTP status of an error. */
    default int status(ModelException error) {
        return switch (error.kind()) {
            case BAD_REQUEST, CAPABILITY, OVERFLOW -> 400;
            case REFUSED -> 403;
            case NOT_FOUND -> 404;
            case BUDGET -> 402;
            case RATE_LIMITED -> 429;
            case GONE -> 499;
            case UNAVAILABLE, KEY -> 503;
            case TIMEOUT -> 504;
            case CUT, MALFORMED -> 502;
        };
    }
}

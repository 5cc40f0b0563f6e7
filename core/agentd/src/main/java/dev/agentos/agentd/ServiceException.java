package dev.agentos.agentd;

import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import java.util.List;
import java.util.Map;

/** A request that ends with an error the client shows: a code, a place, a next step. */
public final class ServiceException extends RuntimeException {

    /** What kind of error, which decides the HTTP status and the exit code of agentctl. */
    public enum Kind {
        /** 400: the request is malformed. */
        BAD_REQUEST,
        /** 403: refused by contract, policy or admission. */
        REFUSED,
        /** 404: no such thing. */
        NOT_FOUND,
        /** 409: not in this state. */
        CONFLICT,
        /** 503: the service cannot do it now. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final ErrorBody body;

    public ServiceException(Kind kind, String code, String message, String place, String next) {
        this(kind, code, message, place, next, List.of());
    }

    public ServiceException(
            Kind kind, String code, String message, String place, String next, List<Map<String, Object>> items) {
        super(message);
        this.kind = kind;
        this.body = new ErrorBody(code, message, place, next, items);
    }

    public Kind kind() {
        return kind;
    }

    public ErrorBody body() {
        return body;
    }

    public static ServiceException notFound(String what, String id, String next) {
        return new ServiceException(Kind.NOT_FOUND, "not-found", "there is no " + what + " " + id, id, next);
    }
}

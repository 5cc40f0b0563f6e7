package dev.agentos.bridge.client;

import dev.agentos.bridge.wire.ServiceWire.ErrorBody;

/** agentd answered with an error: a code, a place and a next step. */
public final class AgentdException extends RuntimeException {

    private final int status;
    private final ErrorBody body;

    public AgentdException(int status, ErrorBody body) {
        super(body.code() + ": " + body.message());
        this.status = status;
        this.body = body;
    }

    /** The HTTP status: 400 malformed, 403 refused, 404 no such thing, 409 not in this state, 503 not now. */
    public int status() {
        return status;
    }

    public ErrorBody body() {
        return body;
    }

    public boolean isRefusal() {
        return status == 403;
    }

    public boolean isNotFound() {
        return status == 404;
    }
}

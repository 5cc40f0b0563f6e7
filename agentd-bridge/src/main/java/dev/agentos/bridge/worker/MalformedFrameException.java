package dev.agentos.bridge.worker;

import java.io.IOException;

/** The other side sent bytes that are not a frame of this protocol. The connection is of no further use. */
public final class MalformedFrameException extends IOException {
    private final WorkerFrame.Code code;

    MalformedFrameException(WorkerFrame.Code code, String message) {
        super(message);
        this.code = code;
    }

    public WorkerFrame.Code code() {
        return code;
    }
}

package dev.agentos.tui.ctl;

import dev.agentos.bridge.client.Transport;
import dev.agentos.bridge.client.UnreachableException;
import dev.agentos.bridge.wire.ServiceWire.ErrorBody;
import dev.agentos.bridge.wire.WireJson;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** agentd as a test wants it: prepared answers by method and path, in order; the last one stays. */
final class FakeAgentd implements Transport {

    final List<Request> requests = new ArrayList<>();
    private final Map<String, Deque<Reply>> replies = new HashMap<>();
    boolean unreachable;

    FakeAgentd answer(String route, Object wire) {
        return answer(route, 200, wire instanceof String text ? text : WireJson.write(wire));
    }

    FakeAgentd error(String route, int status, ErrorBody body) {
        return answer(route, status, WireJson.write(body));
    }

    private FakeAgentd answer(String route, int status, String body) {
        replies.computeIfAbsent(route, _ -> new ArrayDeque<>()).add(new Reply(status, body));
        return this;
    }

    @Override
    public Reply send(Request request) {
        requests.add(request);
        if (unreachable) {
            throw new UnreachableException(
                    "no agentd is running: there is no socket", "/run/x.sock", "start it: agentos up");
        }
        String path = request.path().contains("?")
                ? request.path().substring(0, request.path().indexOf('?'))
                : request.path();
        Deque<Reply> prepared = replies.get(request.method() + " " + path);
        if (prepared == null) {
            return new Reply(
                    404,
                    WireJson.write(
                            new ErrorBody("not-found", "nothing is prepared for " + request, path, "", List.of())));
        }
        Reply next = prepared.size() > 1 ? prepared.removeFirst() : prepared.getFirst();
        return next;
    }

    @Override
    public Lines stream(String path, String lastEventId) {
        return new Lines() {
            @Override
            public Optional<String> next(Duration wait) {
                return Optional.empty();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {}
}

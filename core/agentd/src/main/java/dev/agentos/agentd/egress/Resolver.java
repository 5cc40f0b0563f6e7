package dev.agentos.agentd.egress;

import dev.agentos.domain.egress.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks names up, once for each connection; agents have no resolver of their own. */
public interface Resolver {

    /**
     * Every address of a name, in the order to try.
     *
     * @throws UnknownHostException when there is none, or no answer in time
     */
    List<IpAddress> resolve(String name) throws UnknownHostException, InterruptedException;

    /** This machine's own resolver. A look-up blocks a native thread, so it has few and a limit in time. */
    static Resolver system() {
        ExecutorService threads = Executors.newFixedThreadPool(
                8, Thread.ofPlatform().daemon().name("dns-", 0).factory());
        return name -> {
            Future<InetAddress[]> answer = threads.submit(() -> InetAddress.getAllByName(name));
            try {
                return Arrays.stream(answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                        .map(InetAddress::getAddress)
                        .map(IpAddress::of)
                        .distinct()
                        .toList();
            } catch (ExecutionException e) {
                throw new UnknownHostException(name);
            } catch (TimeoutException e) {
                answer.cancel(false);
                throw new UnknownHostException(name + ": no answer in " + LIMIT.toSeconds() + " s");
            }
        };
    }

    /** The longest wait for an answer. */
    Duration LIMIT = Duration.ofSeconds(10);
}

package dev.agentos.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PromptThreadsTest {

    private static OptionalLong slice() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/sched")).stream()
                    .filter(line -> line.startsWith("se.slice"))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    @Test
    void theThreadAndThoseThatItMakesGetTheShortSlice() throws Exception {
        OptionalLong before = slice();
        assumeTrue(before.isPresent(), "SKIP: this kernel does not show a thread's slice");
        CompletableFuture<OptionalLong> own = new CompletableFuture<>();
        CompletableFuture<OptionalLong> child = new CompletableFuture<>();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            taken.complete(PromptThreads.begin());
            own.complete(slice());
            Thread.ofPlatform().start(() -> child.complete(slice()));
        });
        thread.join();
        assumeTrue(taken.get(), "SKIP: the kernel refuses a slice here");
        assumeTrue(own.get().orElse(0) != before.getAsLong(), "SKIP: this kernel knows no slice of a thread's own");
        assertEquals(100_000, own.get().orElse(0));
        assertEquals(100_000, child.get().orElse(0));
        assertTrue(slice().equals(before), "the thread that asked for nothing has another slice now");
    }
}

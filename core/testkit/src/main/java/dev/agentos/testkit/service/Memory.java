package dev.agentos.testkit.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What memory is used, as the kernel tells it, in bytes. */
public final class Memory {

    private Memory() {}

    /** Memory that a new program could have without swapping: falls by what processes and the kernel itself take. */
    public static long available() throws IOException {
        return kib(Path.of("/proc/meminfo"), "MemAvailable:");
    }

    /** A process's share of what it maps, its part of shared pages included; 0 when it is gone. */
    public static long proportional(long pid) {
        try {
            return kib(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss:");
        } catch (IOException e) {
            return 0;
        }
    }

    private static long kib(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        return 0;
    }
}

package dev.agentos.bridge.tour;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The contracts that come with the tour. */
public final class TourContracts {

    /** Reads a folder, summarises it and saves the summary after asking. */
    public static final String FOLDER_SUMMARY = "folder-summary.yaml";

    /** Tries to write outside its own folder. */
    public static final String OUTSIDE = "outside.yaml";

    private TourContracts() {}

    /** The text of one of them. */
    public static String text(String name) {
        try (InputStream stream = TourContracts.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalArgumentException("the contract " + name + " is missing from this build");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the contract " + name + " cannot be read", e);
        }
    }
}

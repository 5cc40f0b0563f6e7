package dev.agentos.tui.tour;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The contracts that come with the tour. */
public final class TourContracts {

    /** Reads a folder, summarises it and saves the summary after asking. */
    public static final String FOLDER_SUMMARY = "folder-summary.yaml";

    /** Tries to write outside its own folder. */
    public static final String OUTSIDE = "outside.yaml";

    private TourContracts() {}

    /** The text of one of them. */
    public static String read(String name) throws IOException {
        try (InputStream stream = TourContracts.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IOException("the contract " + name + " is missing from this build");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

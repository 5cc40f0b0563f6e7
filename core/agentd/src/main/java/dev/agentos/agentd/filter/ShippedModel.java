package dev.agentos.agentd.filter;

import dev.agentos.domain.filter.FilterModel;
import java.io.IOException;
import java.io.InputStream;

/** The weights that are part of this release. Its model card is docs/filter.md. */
public final class ShippedModel {

    /** The file among this class's resources; {@code ./agentos train filter} writes it. */
    public static final String FILE = "injection.model";

    private ShippedModel() {}

    /**
     * Reads it.
     *
     * @throws IllegalStateException when the release was put together without it
     */
    public static FilterModel read() {
        try (InputStream in = ShippedModel.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException(FILE + " is missing from this build; see ./agentos train filter");
            }
            return FilterModel.read(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " cannot be read: " + e.getMessage(), e);
        }
    }
}

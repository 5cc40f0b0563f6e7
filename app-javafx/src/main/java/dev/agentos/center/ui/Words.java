package dev.agentos.center.ui;

import dev.agentos.domain.language.Catalogue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Every command that there is, from the catalogue that agentd understands sentences with. */
public final class Words {

    private Words() {}

    /** Read at the first use, not at the start of the window. */
    private static final class Loaded {
        static final Catalogue ALL = load();

        private static Catalogue load() {
            try (InputStream in = Catalogue.class.getResourceAsStream(Catalogue.RESOURCE)) {
                if (in == null) {
                    throw new IllegalStateException(Catalogue.RESOURCE + " is missing from this build");
                }
                return Catalogue.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException("the commands cannot be read", e);
            }
        }
    }

    public static Catalogue all() {
        return Loaded.ALL;
    }
}

package dev.agentos.domain.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The published JSON Schema (2020-12) of a contract, for editors and other programs. It says what a single field may be; the
 * rules between fields are the parser's.
 */
public final class ContractSchema {
    /** The schema's own {@code $id}. */
    public static final String ID = "urn:agentos:schema:agent-contract:v0.2";

    private static final String RESOURCE = "agent-contract-v0.2.schema.json";

    private ContractSchema() {}

    /** The schema as JSON text. */
    public static String json() {
        try (InputStream stream = ContractSchema.class.getResourceAsStream(RESOURCE)) {
            if (stream == null) {
                throw new IllegalStateException("the schema is missing from this build: " + RESOURCE);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the schema cannot be read: " + RESOURCE, e);
        }
    }
}

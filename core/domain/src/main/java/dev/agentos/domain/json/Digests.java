package dev.agentos.domain.json;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in the two shapes that the project writes. */
public final class Digests {
    private Digests() {}

    /** SHA-256 as 64 lower-case hexadecimal digits. */
    public static String sha256Hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** SHA-256 of the text's UTF-8 bytes, as 64 lower-case hexadecimal digits. */
    public static String sha256Hex(String text) {
        return sha256Hex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** SHA-256 of the text's UTF-8 bytes, named: {@code sha256:} and 64 lower-case hexadecimal digits. */
    public static String sha256(String text) {
        return "sha256:" + sha256Hex(text);
    }

    /** SHA-256 of a value's canonical JSON, named: {@code sha256:} and 64 lower-case hexadecimal digits. */
    public static String sha256OfJson(Object value) {
        return "sha256:" + sha256Hex(CanonicalJson.bytes(value));
    }
}

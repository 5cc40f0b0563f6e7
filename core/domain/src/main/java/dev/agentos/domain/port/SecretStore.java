package dev.agentos.domain.port;

import java.util.List;
import java.util.Optional;

/**
 * Where the values of secrets are kept, and nothing else about them. A value is readable by the service's user while the
 * service runs; what an adapter protects against beyond that, it says in {@link #protection()}.
 */
public interface SecretStore {

    /** The largest value: a key file or a certificate, not a data set. */
    int MAX_BYTES = 16 * 1024;

    /** The means in one word: {@code encrypted-file}, {@code systemd-creds}, {@code memory}. */
    String mechanism();

    /** What the values are safe from, and what not, in one sentence for the person who trusts it. */
    String protection();

    /** Names of the secrets that are kept, sorted. */
    List<String> names() throws SecretStoreException;

    /** A copy of the value, which the caller may overwrite; empty when there is none of that name. */
    Optional<byte[]> get(String name) throws SecretStoreException;

    /** Keeps a value, in place of an earlier one. It is durable when this returns. */
    void put(String name, byte[] value) throws SecretStoreException;

    /** Removes it; false when there was none. */
    boolean remove(String name) throws SecretStoreException;

    /** The store cannot do what was asked. The message never holds a value. */
    final class SecretStoreException extends Exception {
        private final String code;
        private final String next;

        public SecretStoreException(String code, String message, String next) {
            super(message);
            this.code = code;
            this.next = next;
        }

        public String code() {
            return code;
        }

        public String next() {
            return next;
        }
    }
}

package dev.agentos.agentd.fake;

import dev.agentos.domain.port.SecretStore;
import dev.agentos.domain.secret.SecretReferences;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Secrets in memory, for tests. */
public final class MemorySecretStore implements SecretStore {

    private final Map<String, byte[]> values = new TreeMap<>();

    @Override
    public String mechanism() {
        return "memory";
    }

    @Override
    public String protection() {
        return "nothing is kept: for tests";
    }

    @Override
    public synchronized List<String> names() {
        return List.copyOf(values.keySet());
    }

    @Override
    public synchronized Optional<byte[]> get(String name) throws SecretStoreException {
        return Optional.ofNullable(values.get(checked(name))).map(byte[]::clone);
    }

    @Override
    public synchronized void put(String name, byte[] value) throws SecretStoreException {
        values.put(checked(name), value.clone());
    }

    @Override
    public synchronized boolean remove(String name) throws SecretStoreException {
        return values.remove(checked(name)) != null;
    }

    private static String checked(String name) throws SecretStoreException {
        if (!SecretReferences.isName(name)) {
            throw new SecretStoreException("secret.name", "that is no name of a secret", "use another");
        }
        return name;
    }
}

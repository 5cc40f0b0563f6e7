package dev.agentos.agentd.secrets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.MemorySecretStore;
import dev.agentos.domain.port.SecretStore;
import dev.agentos.domain.port.SecretStore.SecretStoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What every store does, tried on each of them; and what only the ones on a disk must do. */
class SecretStoreTest {

    private static final byte[] VALUE = "the canary 7f3a-9c".getBytes(StandardCharsets.UTF_8);

    private interface Contract {
        void check(SecretStore store) throws Exception;
    }

    @TestFactory
    Stream<DynamicTest> everyStoreKeepsTheContract(@TempDir Path folder) {
        record Case(String name, Contract contract) {}
        List<Case> cases = List.of(
                new Case("a value comes back as it was", store -> {
                    store.put("a", VALUE);
                    assertArrayEquals(VALUE, store.get("a").orElseThrow());
                }),
                new Case("a second value takes the place of the first", store -> {
                    store.put("a", VALUE);
                    store.put("a", new byte[] {1, 2, 3, 0, -1, 5, 6, 7, 8});
                    assertArrayEquals(
                            new byte[] {1, 2, 3, 0, -1, 5, 6, 7, 8},
                            store.get("a").orElseThrow());
                }),
                new Case("names are listed sorted, and what is removed is gone", store -> {
                    store.put("b", VALUE);
                    store.put("a.b-c", VALUE);
                    assertEquals(List.of("a.b-c", "b"), store.names());
                    assertTrue(store.remove("b"));
                    assertFalse(store.remove("b"));
                    assertEquals(Optional.empty(), store.get("b"));
                    assertEquals(List.of("a.b-c"), store.names());
                }),
                new Case("a name is never a path", store -> {
                    for (String name : List.of("../key", "a/b", "", "KEY", ".hidden", "a\0b")) {
                        assertThrows(SecretStoreException.class, () -> store.put(name, VALUE), name);
                        assertThrows(SecretStoreException.class, () -> store.get(name), name);
                    }
                }),
                new Case("what it hands out is a copy", store -> {
                    store.put("a", VALUE.clone());
                    store.get("a").orElseThrow()[0] = 0;
                    assertArrayEquals(VALUE, store.get("a").orElseThrow());
                }));
        return Stream.of("memory", "encrypted-file", "systemd-creds")
                .flatMap(kind -> cases.stream()
                        .map(one -> DynamicTest.dynamicTest(
                                kind + ": " + one.name(),
                                () -> one.contract()
                                        .check(open(
                                                kind,
                                                folder.resolve(kind + one.name().hashCode()))))));
    }

    private static SecretStore open(String kind, Path folder) throws IOException {
        return switch (kind) {
            case "memory" -> new MemorySecretStore();
            case "encrypted-file" -> EncryptedFileSecrets.open(folder);
            default -> {
                Optional<SystemdCredentials> store = SystemdCredentials.probe(folder);
                Assumptions.assumeTrue(store.isPresent(), "systemd-creds cannot seal for this user here");
                yield store.get();
            }
        };
    }

    @Test
    void filesHoldNoValueAndAreForTheOwnerOnly(@TempDir Path folder) throws Exception {
        SecretStore store = EncryptedFileSecrets.open(folder);
        store.put("smtp", VALUE);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertFalse(content.contains("canary"), file.toString());
            }
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertArrayEquals(VALUE, EncryptedFileSecrets.open(folder).get("smtp").orElseThrow(), "after a restart");
    }

    @Test
    void anyChangedByteAndAnySwappedFileIsRefused(@TempDir Path folder) throws Exception {
        SecretStore store = EncryptedFileSecrets.open(folder);
        store.put("a", VALUE);
        store.put("b", "another value".getBytes(StandardCharsets.UTF_8));
        Path file = folder.resolve("a.sealed");
        byte[] sealed = Files.readAllBytes(file);
        for (int i = 0; i < sealed.length; i++) {
            byte[] damaged = sealed.clone();
            damaged[i] ^= 0x20;
            Files.write(file, damaged);
            assertThrows(SecretStoreException.class, () -> store.get("a"), "byte " + i);
        }
        Files.copy(folder.resolve("b.sealed"), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        SecretStoreException swapped = assertThrows(SecretStoreException.class, () -> store.get("a"));
        assertEquals("secret.damaged", swapped.code());
    }

    @Test
    void withoutItsKeyNothingIsMadeUp(@TempDir Path folder) throws Exception {
        EncryptedFileSecrets.open(folder).put("a", VALUE);
        Files.delete(folder.resolve("key"));
        assertTrue(String.valueOf(assertThrows(IOException.class, () -> EncryptedFileSecrets.open(folder))
                        .getMessage())
                .contains("is gone"));
    }
}

package dev.agentos.domain.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.catalog.EntryManifest.TrustedKey;
import dev.agentos.domain.catalog.EntryManifest.Verdict;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EntryManifestTest {

    private static final EntryVersion VERSION = new EntryVersion(1, 2, 3);
    private static final Map<String, String> FILES = Map.of("entry.yaml", "aa", "contract.yaml", "bb");

    private final KeyPair pair;
    private final EntryManifest manifest;
    private final Map<String, TrustedKey> trusted;

    EntryManifestTest() throws Exception {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        manifest = EntryManifest.sign("a", VERSION, FILES, pair.getPublic(), pair.getPrivate());
        trusted = Map.of(EntryManifest.keyId(pair.getPublic()), new TrustedKey("team", pair.getPublic()));
    }

    private static String code(Verdict verdict) {
        return assertInstanceOf(Verdict.Refused.class, verdict).code();
    }

    @Test
    void whatWasSignedIsTrustedAndReadsBack() {
        assertEquals(new Verdict.Trusted(manifest.key(), "team"), manifest.verify(FILES, trusted));
        assertEquals(manifest, EntryManifest.parse(manifest.json()).orElseThrow());
    }

    @Test
    void aChangedAddedOrMissingFileIsNamed() {
        Map<String, String> changed = new HashMap<>(FILES);
        changed.put("contract.yaml", "cc");
        assertEquals("catalog.tampered", code(manifest.verify(changed, trusted)));
        Map<String, String> added = new HashMap<>(FILES);
        added.put("extra", "dd");
        Verdict.Refused refused = assertInstanceOf(Verdict.Refused.class, manifest.verify(added, trusted));
        assertTrue(refused.reason().startsWith("extra was added"), refused.reason());
        assertEquals("catalog.tampered", code(manifest.verify(Map.of("entry.yaml", "aa"), trusted)));
    }

    @Test
    void aChangedListDoesNotFitItsSignature() {
        for (EntryManifest other : java.util.List.of(
                new EntryManifest("b", VERSION, FILES, manifest.key(), manifest.signature()),
                new EntryManifest("a", new EntryVersion(1, 2, 4), FILES, manifest.key(), manifest.signature()),
                new EntryManifest("a", VERSION, Map.of("entry.yaml", "aa"), manifest.key(), manifest.signature()),
                new EntryManifest("a", VERSION, FILES, manifest.key(), "AAAA"),
                new EntryManifest("a", VERSION, FILES, manifest.key(), "no base64!"))) {
            assertEquals("catalog.signature", code(other.verify(other.files(), trusted)));
        }
    }

    @Test
    void aKeyThatNobodyTrustsSignsNothing() {
        assertEquals("catalog.unknown-key", code(manifest.verify(FILES, Map.of())));
    }

    @Test
    void versionsAreOrderedAsNumbers() {
        assertTrue(EntryVersion.of("1.10.0").orElseThrow().compareTo(new EntryVersion(1, 9, 9)) > 0);
        assertTrue(EntryVersion.of("1.0").isEmpty());
        assertTrue(EntryVersion.of("01.0.0").isEmpty());
    }
}

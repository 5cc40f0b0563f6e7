package dev.agentos.domain.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {

    private static Checkpoint signed() {
        MerkleTree tree = new MerkleTree();
        for (int i = 0; i < 3; i++) {
            tree.append(("leaf " + i).getBytes(StandardCharsets.UTF_8));
        }
        return Checkpoint.sign("2026-03-01T00:00:00Z", 3, "ab".repeat(32), tree, "k1", Trail.KEY.getPrivate());
    }

    @Test
    void aLineReadsBackAsTheSameSignedCheckpoint() {
        Checkpoint checkpoint = signed();
        Checkpoint back = Checkpoint.parse(checkpoint.line());
        assertEquals(checkpoint, back);
        assertEquals(checkpoint.line(), back.line());
        assertTrue(back.isSignedBy(Trail.KEY.getPublic()));
        assertEquals(2, back.frontier().size());
    }

    @Test
    void anotherKeyDidNotSignIt() {
        assertFalse(signed().isSignedBy(Trail.key().getPublic()));
    }

    @Test
    void aChangeOfAnyFieldBreaksTheSignature() {
        Checkpoint c = signed();
        List<Checkpoint> forged = List.of(
                new Checkpoint(
                        "2026-03-01T00:00:01Z", c.count(), c.head(), c.root(), c.frontier(), c.keyId(), c.signature()),
                new Checkpoint(c.time(), 2, c.head(), c.root(), c.frontier(), c.keyId(), c.signature()),
                new Checkpoint(c.time(), c.count(), "cd".repeat(32), c.root(), c.frontier(), c.keyId(), c.signature()),
                new Checkpoint(c.time(), c.count(), c.head(), "cd".repeat(32), c.frontier(), c.keyId(), c.signature()),
                new Checkpoint(
                        c.time(), c.count(), c.head(), c.root(), c.frontier().reversed(), c.keyId(), c.signature()),
                new Checkpoint(c.time(), c.count(), c.head(), c.root(), c.frontier(), "k2", c.signature()),
                new Checkpoint(c.time(), c.count(), c.head(), c.root(), c.frontier(), c.keyId(), ""),
                new Checkpoint(c.time(), c.count(), c.head(), c.root(), c.frontier(), c.keyId(), "not base64 !"));
        for (Checkpoint checkpoint : forged) {
            assertFalse(checkpoint.isSignedBy(Trail.KEY.getPublic()), checkpoint.line());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"count\":1}",
                "{\"count\":\"1\",\"frontier\":[]}",
                "{\"count\":1.5,\"frontier\":[],\"head\":\"\",\"root\":\"\",\"time\":\"\",\"key_id\":\"\",\"signature\":\"\"}",
                "{\"count\":1,\"frontier\":{},\"head\":\"\",\"root\":\"\",\"time\":\"\",\"key_id\":\"\",\"signature\":\"\"}",
                "{\"count\":1,\"frontier\":[],\"head\":7,\"root\":\"\",\"time\":\"\",\"key_id\":\"\",\"signature\":\"\"}",
                "{\"count\":1,\"frontier\":[],\"head\":\"\",\"root\":\"\",\"time\":\"\",\"key_id\":\"\"}",
                "{\"count\":1,",
                "\u0000"
            })
    void whatIsNoCheckpointIsSaidSo(String line) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Checkpoint.parse(line))
                .getMessage());
        assertTrue(message.startsWith("not a checkpoint: "), message);
    }
}

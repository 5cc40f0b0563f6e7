package dev.agentos.domain.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {

    /** The leaves of the reference tests of Certificate Transparency (RFC 6962), in hexadecimal. */
    private static final List<String> CT_LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    /** The published roots over the first 0, 1, … 8 of them. */
    private static final List<String> CT_ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private static byte[] leaf(int index) {
        return ("record " + index).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theRootsAreThoseOfTheReferenceImplementation() {
        MerkleTree tree = new MerkleTree();
        List<String> roots = new ArrayList<>(List.of(tree.root()));
        for (String hex : CT_LEAVES) {
            tree.append(HexFormat.of().parseHex(hex));
            roots.add(tree.root());
        }
        assertEquals(CT_ROOTS, roots);
        assertEquals(8, tree.size());
    }

    @Test
    void thePublishedAuditPathsHold() {
        List<byte[]> hashes = CT_LEAVES.stream()
                .map(hex -> MerkleTree.leafHash(HexFormat.of().parseHex(hex)))
                .toList();
        // Paths of the reference tests: (leaf, tree size) = (1, 8), (6, 8), (3, 3), (2, 5), counted from 1.
        assertEquals(
                List.of(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
                MerkleTree.inclusionProof(hashes, 0));
        assertEquals(
                List.of(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
                MerkleTree.inclusionProof(hashes, 5));
        assertEquals(
                List.of("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
                MerkleTree.inclusionProof(hashes.subList(0, 3), 2));
        assertEquals(
                List.of(
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
                MerkleTree.inclusionProof(hashes.subList(0, 5), 1));
    }

    @Test
    void aTreeThatGoesOnFromItsFrontierIsTheWholeTree() {
        MerkleTree whole = new MerkleTree();
        for (int size = 0; size <= 65; size++) {
            MerkleTree resumed = MerkleTree.resume(whole.size(), whole.frontier());
            assertEquals(whole.root(), resumed.root());
            MerkleTree reference = new MerkleTree();
            for (int i = 0; i < size + 7; i++) {
                reference.append(leaf(i));
            }
            for (int i = size; i < size + 7; i++) {
                resumed.append(leaf(i));
            }
            assertEquals(reference.root(), resumed.root(), "from " + size);
            assertEquals(reference.frontier(), resumed.frontier(), "from " + size);
            whole.append(leaf(size));
        }
    }

    @Test
    void aFrontierOfAnotherSizeIsRefused() {
        MerkleTree tree = new MerkleTree();
        tree.append(leaf(0));
        assertEquals(
                "a tree of 3 leaves has 2 complete subtrees, but 1 were given",
                assertThrows(IllegalArgumentException.class, () -> MerkleTree.resume(3, tree.frontier()))
                        .getMessage());
    }

    @Test
    void everyLeafOfEveryTreeUpTo65HasAProofThatOnlyItSatisfies() {
        for (int size = 1; size <= 65; size++) {
            List<byte[]> hashes = new ArrayList<>();
            MerkleTree tree = new MerkleTree();
            for (int i = 0; i < size; i++) {
                hashes.add(MerkleTree.leafHash(leaf(i)));
                tree.append(leaf(i));
            }
            for (int i = 0; i < size; i++) {
                List<String> path = MerkleTree.inclusionProof(hashes, i);
                String place = i + " of " + size;
                assertTrue(MerkleTree.verifyInclusion(leaf(i), i, size, path, tree.root()), place);
                assertFalse(MerkleTree.verifyInclusion(leaf(i + 1), i, size, path, tree.root()), place);
                if (size > 1) {
                    assertFalse(MerkleTree.verifyInclusion(leaf(i), (i + 1) % size, size, path, tree.root()), place);
                    assertFalse(
                            MerkleTree.verifyInclusion(leaf(i), i, size, path.subList(1, path.size()), tree.root()),
                            place);
                }
                List<String> longer = new ArrayList<>(path);
                longer.add("00".repeat(32));
                assertFalse(MerkleTree.verifyInclusion(leaf(i), i, size, longer, tree.root()), place);
            }
        }
    }

    @Test
    void aLeafOutsideTheTreeHasNoProof() {
        List<byte[]> one = List.of(MerkleTree.leafHash(leaf(0)));
        assertThrows(IllegalArgumentException.class, () -> MerkleTree.inclusionProof(one, 1));
        assertThrows(IllegalArgumentException.class, () -> MerkleTree.inclusionProof(one, -1));
        assertFalse(MerkleTree.verifyInclusion(leaf(0), -1, 1, List.of(), "00"));
        assertFalse(MerkleTree.verifyInclusion(leaf(0), 1, 1, List.of(), "00"));
    }
}

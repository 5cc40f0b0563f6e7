package dev.agentos.domain.audit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The Merkle tree of RFC 6962, section 2.1, kept as its frontier: the roots of the complete subtrees, largest first.
 * Appending is O(log n) and the state is at most 63 hashes. Not safe for use by several threads.
 */
public final class MerkleTree {

    private final List<byte[]> frontier = new ArrayList<>();
    private long size;

    public MerkleTree() {}

    /** A tree that goes on from a stored frontier. */
    public static MerkleTree resume(long size, List<String> frontierHex) {
        if (Long.bitCount(size) != frontierHex.size()) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has " + Long.bitCount(size)
                    + " complete subtrees, but " + frontierHex.size() + " were given");
        }
        MerkleTree tree = new MerkleTree();
        tree.size = size;
        frontierHex.forEach(hex -> tree.frontier.add(HexFormat.of().parseHex(hex)));
        return tree;
    }

    public long size() {
        return size;
    }

    /** The roots of the complete subtrees, largest first, in hexadecimal. */
    public List<String> frontier() {
        return frontier.stream().map(HexFormat.of()::formatHex).toList();
    }

    /** Adds one leaf. */
    public void append(byte[] leaf) {
        byte[] node = leafHash(leaf);
        long position = size;
        while ((position & 1) == 1) {
            node = nodeHash(frontier.removeLast(), node);
            position >>= 1;
        }
        frontier.add(node);
        size++;
    }

    /** The root of the tree over all leaves; SHA-256 of nothing for the empty tree. */
    public String root() {
        if (frontier.isEmpty()) {
            return HexFormat.of().formatHex(sha256().digest());
        }
        byte[] node = frontier.getLast();
        for (int i = frontier.size() - 2; i >= 0; i--) {
            node = nodeHash(frontier.get(i), node);
        }
        return HexFormat.of().formatHex(node);
    }

    /** Leaf hash: SHA-256(0x00 || leaf). */
    public static byte[] leafHash(byte[] leaf) {
        MessageDigest digest = sha256();
        digest.update((byte) 0);
        return digest.digest(leaf);
    }

    private static byte[] nodeHash(byte[] left, byte[] right) {
        MessageDigest digest = sha256();
        digest.update((byte) 1);
        digest.update(left);
        return digest.digest(right);
    }

    /**
     * The audit path of leaf {@code index} (from 0) in the tree over {@code leafHashes} (RFC 6962, 2.1.1), nearest
     * sibling first, in hexadecimal.
     */
    public static List<String> inclusionProof(List<byte[]> leafHashes, int index) {
        if (index < 0 || index >= leafHashes.size()) {
            throw new IllegalArgumentException("leaf " + index + " is outside a tree of " + leafHashes.size());
        }
        List<String> path = new ArrayList<>();
        collectPath(leafHashes, index, path);
        return path;
    }

    private static void collectPath(List<byte[]> leaves, int index, List<String> path) {
        if (leaves.size() == 1) {
            return;
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        List<byte[]> left = leaves.subList(0, split);
        List<byte[]> right = leaves.subList(split, leaves.size());
        if (index < split) {
            collectPath(left, index, path);
            path.add(HexFormat.of().formatHex(subtreeRoot(right)));
        } else {
            collectPath(right, index - split, path);
            path.add(HexFormat.of().formatHex(subtreeRoot(left)));
        }
    }

    private static byte[] subtreeRoot(List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int split = Integer.highestOneBit(leaves.size() - 1);
        return nodeHash(subtreeRoot(leaves.subList(0, split)), subtreeRoot(leaves.subList(split, leaves.size())));
    }

    /** Whether {@code path} leads from the leaf to {@code root} (RFC 9162, 2.1.3.2). */
    public static boolean verifyInclusion(byte[] leaf, long index, long size, List<String> path, String root) {
        if (index < 0 || index >= size) {
            return false;
        }
        long fn = index;
        long sn = size - 1;
        byte[] node = leafHash(leaf);
        for (String hex : path) {
            if (sn == 0) {
                return false;
            }
            byte[] sibling = HexFormat.of().parseHex(hex);
            if ((fn & 1) == 1 || fn == sn) {
                node = nodeHash(sibling, node);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                node = nodeHash(node, sibling);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && HexFormat.of().formatHex(node).equals(root);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

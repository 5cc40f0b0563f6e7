package dev.agentos.domain.egress;

import java.util.Locale;
import java.util.Optional;

/**
 * An IP address as a number. An IPv4 address that is written inside an IPv6 one ({@code ::ffff:a.b.c.d}) is the IPv4
 * address, since the kernel connects to that one.
 *
 * @param v6 whether it is an IPv6 address
 * @param high the upper 64 bits; 0 for IPv4
 * @param low the lower 64 bits; for IPv4 the 32 bits of the address
 */
public record IpAddress(boolean v6, long high, long low) {

    public IpAddress {
        if (v6 && high == 0 && low >>> 32 == 0xFFFFL) {
            v6 = false;
            low &= 0xFFFF_FFFFL;
        }
        if (!v6 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    /** An IPv4 address from its 32 bits. */
    public static IpAddress v4(long bits) {
        return new IpAddress(false, 0, bits & 0xFFFF_FFFFL);
    }

    /**
     * An address from its 4 or 16 bytes in network order.
     *
     * @throws IllegalArgumentException for any other length
     */
    public static IpAddress of(byte[] bytes) {
        if (bytes.length != 4 && bytes.length != 16) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes.length == 16 && i < 8) {
                high = high << 8 | (bytes[i] & 0xFF);
            } else {
                low = low << 8 | (bytes[i] & 0xFF);
            }
        }
        return new IpAddress(bytes.length == 16, high, low);
    }

    /** The 4 or 16 bytes in network order. */
    public byte[] bytes() {
        byte[] bytes = new byte[v6 ? 16 : 4];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) (fromEnd < 8 ? low >>> (8 * fromEnd) : high >>> (8 * (fromEnd - 8)));
        }
        return bytes;
    }

    /** Reads four decimal numbers with dots, and nothing more lenient. */
    public static Optional<IpAddress> parseDotted(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        long bits = 0;
        for (String part : parts) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
            bits = bits << 8 | Integer.parseInt(part);
        }
        return Optional.of(v4(bits));
    }

    /**
     * Reads every spelling of an IPv4 address that {@code inet_aton} takes: one to four numbers, each decimal, octal with
     * a leading 0 or hexadecimal with a leading 0x, the last one filling what is left.
     */
    public static Optional<IpAddress> parseLenient(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length > 4) {
            return Optional.empty();
        }
        long bits = 0;
        for (int i = 0; i < parts.length; i++) {
            Optional<Long> number = number(parts[i]);
            boolean last = i == parts.length - 1;
            long most = last ? (1L << (8 * (5 - parts.length))) - 1 : 255;
            if (number.isEmpty() || number.get() > most) {
                return Optional.empty();
            }
            bits |= last ? number.get() : number.get() << (8 * (3 - i));
        }
        return Optional.of(v4(bits));
    }

    private static Optional<Long> number(String part) {
        String lower = part.toLowerCase(Locale.ROOT);
        if (lower.startsWith("0x")) {
            String digits = lower.substring(2);
            return digits.matches("[0-9a-f]{0,15}")
                    ? Optional.of(digits.isEmpty() ? 0 : Long.parseLong(digits, 16))
                    : Optional.empty();
        }
        if (lower.matches("0[0-7]{1,20}")) {
            return Optional.of(Long.parseLong(lower, 8));
        }
        return lower.matches("0|[1-9][0-9]{0,17}") ? Optional.of(Long.parseLong(lower)) : Optional.empty();
    }

    /** Reads an IPv6 address without brackets and without a zone; RFC 4291, section 2.2. */
    public static Optional<IpAddress> parseV6(String text) {
        String body = text;
        int lastColon = text.lastIndexOf(':');
        if (text.indexOf('.') >= 0) {
            Optional<IpAddress> tail = parseDotted(text.substring(lastColon + 1));
            if (tail.isEmpty() || lastColon < 0) {
                return Optional.empty();
            }
            long bits = tail.get().low();
            body = text.substring(0, lastColon + 1) + Long.toHexString(bits >>> 16) + ":"
                    + Long.toHexString(bits & 0xFFFF);
        }
        int gap = body.indexOf("::");
        if (gap < 0) {
            return groups(body, 8).map(all -> ofGroups(all, new int[0]));
        }
        if (body.indexOf("::", gap + 1) >= 0) {
            return Optional.empty();
        }
        String before = body.substring(0, gap);
        String after = body.substring(gap + 2);
        Optional<int[]> head = before.isEmpty() ? Optional.of(new int[0]) : groups(before, -1);
        Optional<int[]> tail = after.isEmpty() ? Optional.of(new int[0]) : groups(after, -1);
        if (head.isEmpty() || tail.isEmpty() || head.get().length + tail.get().length > 7) {
            return Optional.empty();
        }
        return Optional.of(ofGroups(head.get(), tail.get()));
    }

    private static Optional<int[]> groups(String text, int exactly) {
        String[] parts = text.split(":", -1);
        if ((exactly >= 0 && parts.length != exactly) || parts.length > 8) {
            return Optional.empty();
        }
        int[] groups = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].matches("[0-9A-Fa-f]{1,4}")) {
                return Optional.empty();
            }
            groups[i] = Integer.parseInt(parts[i], 16);
        }
        return Optional.of(groups);
    }

    private static IpAddress ofGroups(int[] head, int[] tail) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < head.length; i++) {
            put(bytes, i, head[i]);
        }
        for (int i = 0; i < tail.length; i++) {
            put(bytes, 8 - tail.length + i, tail[i]);
        }
        return of(bytes);
    }

    private static void put(byte[] bytes, int group, int value) {
        bytes[2 * group] = (byte) (value >>> 8);
        bytes[2 * group + 1] = (byte) value;
    }

    /** Whether the first {@code length} bits are those of {@code network}. */
    boolean isIn(IpAddress network, int length) {
        if (v6 != network.v6) {
            return false;
        }
        if (!v6) {
            return length == 0 || (low ^ network.low) >>> (32 - length) == 0;
        }
        boolean upper = length == 0 || (high ^ network.high) >>> Math.max(0, 64 - length) == 0;
        return length <= 64 ? upper : high == network.high && (low ^ network.low) >>> (128 - length) == 0;
    }

    /** The usual text: dotted for IPv4, RFC 5952 for IPv6. */
    @Override
    public String toString() {
        if (!v6) {
            return (low >>> 24) + "." + (low >>> 16 & 0xFF) + "." + (low >>> 8 & 0xFF) + "." + (low & 0xFF);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high >>> (48 - 16 * i) : low >>> (48 - 16 * (i - 4))) & 0xFFFF);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > bestLength) {
                bestStart = i;
                bestLength = end - i;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
            } else {
                if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                    out.append(':');
                }
                out.append(Integer.toHexString(groups[i]));
            }
        }
        return out.toString();
    }
}

package dev.agentos.domain.egress;

import java.util.Optional;

/** The encoding of one label of an international name in ASCII; RFC 3492. */
final class Punycode {
    private static final int BASE = 36;
    private static final int T_MIN = 1;
    private static final int T_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int INITIAL_BIAS = 72;
    private static final int INITIAL_N = 128;
    private static final int LONGEST = 63;

    private Punycode() {}

    /** The encoded label without its {@code xn--}; empty when it would be too long for a name. */
    static Optional<String> encode(String label) {
        int[] input = label.codePoints().toArray();
        if (input.length > LONGEST) {
            return Optional.empty();
        }
        StringBuilder out = new StringBuilder();
        for (int point : input) {
            if (point < INITIAL_N) {
                out.append((char) point);
            }
        }
        int basic = out.length();
        if (basic > 0) {
            out.append('-');
        }
        int n = INITIAL_N;
        int delta = 0;
        int bias = INITIAL_BIAS;
        int handled = basic;
        while (handled < input.length) {
            int next = Integer.MAX_VALUE;
            for (int point : input) {
                if (point >= n && point < next) {
                    next = point;
                }
            }
            // 63 points of at most 0x10FFFF stay far below the range of an int times 64; no overflow is possible.
            delta += (next - n) * (handled + 1);
            n = next;
            for (int point : input) {
                if (point < n) {
                    delta++;
                } else if (point == n) {
                    appendNumber(out, delta, bias);
                    bias = adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
            delta++;
            n++;
        }
        return out.length() + 4 <= LONGEST ? Optional.of(out.toString()) : Optional.empty();
    }

    private static void appendNumber(StringBuilder out, int delta, int bias) {
        int q = delta;
        for (int k = BASE; ; k += BASE) {
            int t = k <= bias ? T_MIN : Math.min(k - bias, T_MAX);
            if (q < t) {
                out.append(digit(q));
                return;
            }
            out.append(digit(t + (q - t) % (BASE - t)));
            q = (q - t) / (BASE - t);
        }
    }

    private static char digit(int value) {
        return (char) (value < 26 ? 'a' + value : '0' + value - 26);
    }

    private static int adapt(int delta, int points, boolean first) {
        int d = first ? delta / DAMP : delta / 2;
        d += d / points;
        int k = 0;
        while (d > ((BASE - T_MIN) * T_MAX) / 2) {
            d /= BASE - T_MIN;
            k += BASE;
        }
        return k + ((BASE - T_MIN + 1) * d) / (d + SKEW);
    }
}

package dev.agentos.domain.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart as a picture in SVG 1.1 that needs no script and no font of its own: bars lying for names, a line for points
 * in time. Colours hold a contrast of at least 4.5 : 1 for text, and nothing is told by colour alone.
 *
 * @param title above the picture
 * @param axis what the length of a bar, or the height of the line, is
 */
public record Chart(String title, String axis, List<Point> points, Kind kind) {

    public enum Kind {
        BARS,
        LINE
    }

    public record Point(String label, double value) {}

    private static final int WIDTH = 860;
    private static final int PAD = 24;
    private static final String INK = "#1f2933";
    private static final String MUTED = "#52606d";
    private static final String GRID = "#d5dbe1";
    private static final String BAR = "#2f6f9f";
    private static final String NEGATIVE = "#b4532a";
    private static final double CHAR = 7.2;

    public Chart {
        points = List.copyOf(points);
    }

    /** The picture. */
    public String svg() {
        return points.isEmpty() ? empty() : kind == Kind.BARS ? bars() : line();
    }

    private String empty() {
        return open(120) + text(PAD, 90, "start", MUTED, 14, "There is nothing to show.") + "</svg>\n";
    }

    private String open(int height) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + height
                + "\" viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\" aria-label=\"" + escape(title)
                + "\" font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif\">\n"
                + "<rect width=\"" + WIDTH + "\" height=\"" + height + "\" fill=\"#ffffff\"/>\n"
                + text(PAD, 34, "start", INK, 18, shortened(title, 84))
                + text(PAD, 56, "start", MUTED, 13, shortened(axis, 110));
    }

    // ------------------------------------------------------------------ bars

    private String bars() {
        int row = 28;
        int top = 76;
        int height = top + points.size() * row + 44;
        int longest = points.stream()
                .mapToInt(point -> shortened(point.label(), 28).length())
                .max()
                .orElse(1);
        double left = PAD + Math.min(230, longest * CHAR) + 12;
        double room = points.stream()
                        .mapToInt(point -> Markdown.number(point.value()).length())
                        .max()
                        .orElse(1)
                * CHAR;
        Scale scale = Scale.of(points.stream().mapToDouble(Point::value).toArray(), true);
        double right = WIDTH - PAD - room - 8;
        StringBuilder out = new StringBuilder(open(height));
        double zero = scale.at(0, left, right);
        for (double tick : scale.ticks()) {
            double x = scale.at(tick, left, right);
            out.append(rule(x, top - 6, x, height - 40, GRID));
            out.append(text(x, height - 22, "middle", MUTED, 12, Markdown.number(tick)));
        }
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            double y = top + i * (double) row;
            double end = scale.at(point.value(), left, right);
            out.append("<rect x=\"")
                    .append(at(Math.min(zero, end)))
                    .append("\" y=\"")
                    .append(at(y))
                    .append("\" width=\"")
                    .append(at(Math.max(1, Math.abs(end - zero))))
                    .append("\" height=\"20\" rx=\"2\" fill=\"")
                    .append(point.value() < 0 ? NEGATIVE : BAR)
                    .append("\"><title>")
                    .append(escape(point.label() + ": " + Markdown.number(point.value())))
                    .append("</title></rect>\n");
            out.append(text(left - 10, y + 15, "end", INK, 13, shortened(point.label(), 28)));
            out.append(text(Math.max(end, zero) + 6, y + 15, "start", INK, 12, Markdown.number(point.value())));
        }
        return out.append(rule(zero, top - 6, zero, height - 40, MUTED))
                .append("</svg>\n")
                .toString();
    }

    // ------------------------------------------------------------------ line

    private String line() {
        int height = 400;
        int top = 80;
        int bottom = height - 52;
        Scale scale = Scale.of(points.stream().mapToDouble(Point::value).toArray(), true);
        int widest = scale.ticks().stream()
                .mapToInt(tick -> Markdown.number(tick).length())
                .max()
                .orElse(1);
        double left = PAD + widest * CHAR + 10;
        double right = WIDTH - PAD - 20.0;
        StringBuilder out = new StringBuilder(open(height));
        for (double tick : scale.ticks()) {
            double y = scale.at(tick, bottom, top);
            out.append(rule(left, y, right, y, tick == 0 ? MUTED : GRID));
            out.append(text(left - 8, y + 4, "end", MUTED, 12, Markdown.number(tick)));
        }
        int longest =
                points.stream().mapToInt(point -> point.label().length()).max().orElse(1);
        int fit = (int) Math.max(2, (right - left) / (longest * CHAR + 18));
        int step = Math.max(1, (int) Math.ceil(points.size() / (double) fit));
        List<String> corners = new ArrayList<>();
        StringBuilder dots = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            double x = points.size() == 1 ? (left + right) / 2 : left + (right - left) * i / (points.size() - 1);
            double y = scale.at(points.get(i).value(), bottom, top);
            corners.add(at(x) + "," + at(y));
            if (points.size() <= 60) {
                dots.append("<circle cx=\"")
                        .append(at(x))
                        .append("\" cy=\"")
                        .append(at(y))
                        .append("\" r=\"3.5\" fill=\"")
                        .append(BAR)
                        .append("\"><title>")
                        .append(escape(points.get(i).label() + ": "
                                + Markdown.number(points.get(i).value())))
                        .append("</title></circle>\n");
            }
            if (i % step == 0) {
                out.append(
                        text(x, bottom + 22, "middle", MUTED, 12, points.get(i).label()));
            }
        }
        out.append("<polyline points=\"")
                .append(String.join(" ", corners))
                .append("\" fill=\"none\" stroke=\"")
                .append(BAR)
                .append("\" stroke-width=\"2.5\" stroke-linejoin=\"round\"/>\n");
        return out.append(dots).append("</svg>\n").toString();
    }

    // ------------------------------------------------------------------ pieces

    /** From values to places, over round numbers. */
    private record Scale(double low, double high, double step) {
        static Scale of(double[] values, boolean withZero) {
            double low = withZero ? 0 : Double.MAX_VALUE;
            double high = withZero ? 0 : -Double.MAX_VALUE;
            for (double value : values) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
            if (low == high) {
                high = low + 1;
            }
            double rough = (high - low) / 5;
            double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = magnitude * 10;
            for (double nice : new double[] {1, 2, 2.5, 5}) {
                if (magnitude * nice >= rough) {
                    step = magnitude * nice;
                    break;
                }
            }
            return new Scale(Math.floor(low / step) * step, Math.ceil(high / step) * step, step);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            long count = Math.round((high - low) / step);
            for (long i = 0; i <= count; i++) {
                double tick = low + i * step;
                ticks.add(Math.abs(tick) < step / 1e6 ? 0 : tick);
            }
            return ticks;
        }

        double at(double value, double from, double to) {
            return from + (to - from) * (value - low) / (high - low);
        }
    }

    private static String rule(double x1, double y1, double x2, double y2, String colour) {
        return "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" stroke=\""
                + colour + "\"/>\n";
    }

    private static String text(double x, double y, String anchor, String colour, int size, String words) {
        return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\" fill=\"" + colour
                + "\" font-size=\"" + size + "\"" + (size >= 18 ? " font-weight=\"600\"" : "") + ">" + escape(words)
                + "</text>\n";
    }

    private static String at(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String shortened(String text, int most) {
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
    }

    private static String escape(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    int type = Character.getType(point);
                    if (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE) {
                        out.append(' ');
                    } else {
                        out.appendCodePoint(point);
                    }
                }
            }
        });
        return out.toString();
    }
}

package dev.agentos.domain.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the loose files of a folder belong: by what they are, or by when they are from. Nothing is moved here. */
public final class FolderSort {

    /** A file that lies directly in the folder. */
    public record Loose(String name, long bytes, String day) {}

    /** A move, both names relative to the folder. */
    public record Move(String from, String to, long bytes) {}

    /** How to sort. */
    public enum By {
        KIND,
        MONTH
    }

    private static final Map<String, List<String>> KINDS = kinds();
    private static final Pattern DAY_IN_NAME =
            Pattern.compile("(?<!\\d)(20\\d{2})[-_.]?(0[1-9]|1[0-2])(?:[-_.]?([0-2]\\d|3[01]))?(?!\\d)");

    private FolderSort() {}

    private static Map<String, List<String>> kinds() {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        kinds.put("Pictures", List.of("jpg", "jpeg", "png", "gif", "webp", "heic", "bmp", "tif", "tiff", "svg", "raw"));
        kinds.put("Documents", List.of("pdf", "doc", "docx", "odt", "rtf", "txt", "md", "epub", "pages", "tex", "eml"));
        kinds.put("Tables", List.of("csv", "tsv", "xls", "xlsx", "ods", "numbers"));
        kinds.put("Presentations", List.of("ppt", "pptx", "odp", "key"));
        kinds.put("Music", List.of("mp3", "flac", "ogg", "wav", "m4a", "aac", "opus"));
        kinds.put("Videos", List.of("mp4", "mkv", "mov", "avi", "webm", "m4v"));
        kinds.put("Archives", List.of("zip", "tar", "gz", "tgz", "bz2", "xz", "7z", "rar", "zst"));
        kinds.put("Programs", List.of("deb", "rpm", "appimage", "exe", "msi", "dmg", "iso", "apk", "flatpakref"));
        kinds.put(
                "Code",
                List.of(
                        "py", "java", "js", "ts", "c", "h", "cpp", "rs", "go", "sh", "rb", "html", "css", "sql",
                        "ipynb"));
        kinds.put("Data", List.of("json", "xml", "yaml", "yml", "toml", "db", "sqlite", "parquet", "log"));
        return kinds;
    }

    /** The moves, in the order of names. Files of no known kind, and hidden ones, stay. */
    public static List<Move> plan(List<Loose> files, Set<String> taken, By by) {
        List<Move> moves = new ArrayList<>();
        Set<String> used = new HashSet<>(taken);
        files.stream()
                .filter(file -> !file.name().startsWith("."))
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(file -> {
                    String folder = by == By.KIND ? kindOf(file.name()) : monthOf(file);
                    if (!folder.isEmpty()) {
                        String to = free(folder + "/" + file.name(), used);
                        used.add(to);
                        moves.add(new Move(file.name(), to, file.bytes()));
                    }
                });
        return moves;
    }

    static String kindOf(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        int dot = lower.lastIndexOf('.');
        String ending = dot > 0 ? lower.substring(dot + 1) : "";
        return KINDS.entrySet().stream()
                .filter(kind -> kind.getValue().contains(ending))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    /** The day in the name tells better than the day of the file, which a copy changes. */
    static String monthOf(Loose file) {
        Matcher named = DAY_IN_NAME.matcher(file.name());
        if (named.find()) {
            return named.group(1) + "/" + named.group(1) + "-" + named.group(2);
        }
        return file.day().length() >= 7
                ? file.day().substring(0, 4) + "/" + file.day().substring(0, 7)
                : "";
    }

    /** The name, or the name with a number where it is taken. */
    private static String free(String wanted, Set<String> used) {
        if (!used.contains(wanted)) {
            return wanted;
        }
        int slash = wanted.lastIndexOf('/');
        int dot = wanted.lastIndexOf('.');
        String stem = dot > slash + 1 ? wanted.substring(0, dot) : wanted;
        String ending = dot > slash + 1 ? wanted.substring(dot) : "";
        int number = 2;
        while (used.contains(stem + " (" + number + ")" + ending)) {
            number++;
        }
        return stem + " (" + number + ")" + ending;
    }

    /** The moves as a person checks them: what goes into each folder. */
    public static String preview(String folder, List<Move> moves, int staying) {
        TreeMap<String, List<Move>> byFolder = new TreeMap<>();
        moves.forEach(move -> byFolder.computeIfAbsent(
                        move.to().substring(0, move.to().lastIndexOf('/')), _ -> new ArrayList<>())
                .add(move));
        StringBuilder out = new StringBuilder("# " + Markdown.count(moves.size(), "file") + " of "
                + Markdown.cell(folder) + " into " + Markdown.count(byFolder.size(), "folder") + "\n");
        byFolder.forEach((to, files) -> {
            out.append("\n## ")
                    .append(Markdown.cell(to))
                    .append("/ (")
                    .append(files.size())
                    .append(")\n\n");
            files.forEach(move -> {
                String name = move.to().substring(move.to().lastIndexOf('/') + 1);
                out.append("- ")
                        .append(Markdown.code(move.from()))
                        .append(name.equals(move.from()) ? "" : " as " + Markdown.code(name))
                        .append('\n');
            });
        });
        return out.append("\n")
                .append(Markdown.count(staying, "file"))
                .append(staying == 1 ? " stays." : " stay.")
                .append('\n')
                .toString();
    }
}

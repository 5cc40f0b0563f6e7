package dev.agentos.agentd.tools;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Paths of this machine as the policy must see them. */
final class Paths {

    private Paths() {}

    /** The path with symbolic links resolved in the part that exists; the rest is appended as it is. */
    static Path real(Path path) {
        Path normal = path.normalize();
        Path existing = normal;
        while (existing != null) {
            try {
                Path resolved = existing.toRealPath();
                return existing.equals(normal) ? resolved : resolved.resolve(existing.relativize(normal));
            } catch (IOException e) {
                if (Files.isSymbolicLink(existing)) {
                    // A dangling link: where it would lead is not known, so it stays itself and is never followed.
                    return normal;
                }
                existing = existing.getParent();
            }
        }
        return normal;
    }

    /** The cause of a failure in words, without the path that the caller already shows. */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or folder";
            case AccessDeniedException _ ->
                "permission denied for the user of agentd (" + System.getProperty("user.name") + ")";
            case NotDirectoryException _ -> "a part of the path is not a folder";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}

package dev.agentos.tui.ctl;

import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Console;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A contract as text with the name that its problems carry. */
record ContractFile(String source, String text) {

    private static final int MAX_BYTES = 4 * 1024 * 1024;

    /** Reads a file, or standard input for {@code -}. */
    static ContractFile read(Console console, String name) throws IOException {
        try {
            if (name.equals("-")) {
                byte[] bytes = console.in().readNBytes(MAX_BYTES);
                return new ContractFile("stdin", new String(bytes, StandardCharsets.UTF_8));
            }
            return new ContractFile(name, Files.readString(Path.of(name), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new CtlException(
                    Exit.NOT_FOUND,
                    "contract.no-file",
                    "there is no file " + name,
                    name,
                    "name a contract file; agentctl contract schema says what is in one");
        } catch (CharacterCodingException e) {
            throw new CtlException(
                    Exit.REFUSED, "contract.encoding", name + " is not UTF-8 text", name, "save it as UTF-8");
        } catch (IOException e) {
            throw new CtlException(
                    Exit.FAILED,
                    "contract.unreadable",
                    name + " cannot be read: " + e.getMessage(),
                    name,
                    "check its owner and permissions");
        }
    }
}

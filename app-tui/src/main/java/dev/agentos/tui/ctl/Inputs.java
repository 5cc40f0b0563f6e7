package dev.agentos.tui.ctl;

import dev.agentos.tui.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Inputs of a run from {@code NAME=VALUE} and {@code NAME=@FILE}. */
final class Inputs {

    private Inputs() {}

    static Map<String, Object> parse(List<String> given) throws IOException {
        Map<String, Object> inputs = new LinkedHashMap<>();
        for (String pair : given) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new CtlException(
                        Exit.USAGE,
                        "usage",
                        "--input needs NAME=VALUE, not " + pair,
                        "--input",
                        "write --input NAME=VALUE, or NAME=@FILE for the text of a file");
            }
            String value = pair.substring(equals + 1);
            if (value.startsWith("@")) {
                Path file = Path.of(value.substring(1));
                if (!Files.isReadable(file)) {
                    throw new CtlException(
                            Exit.NOT_FOUND,
                            "input.no-file",
                            "the input file " + file + " cannot be read",
                            pair,
                            "name a file that exists");
                }
                value = Files.readString(file);
            }
            inputs.put(pair.substring(0, equals), value);
        }
        return inputs;
    }
}

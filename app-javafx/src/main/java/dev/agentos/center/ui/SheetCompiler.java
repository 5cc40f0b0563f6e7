package dev.agentos.center.ui;

import java.io.File;
import java.io.IOException;
import javafx.css.Stylesheet;

/**
 * Writes a style sheet the way JavaFX keeps it once it was parsed, with the ending {@code .bss}: beside the text it is read
 * in its place. For the build.
 */
public final class SheetCompiler {

    private SheetCompiler() {}

    /** Reads the first file and writes the second. */
    public static void main(String[] files) throws IOException {
        Stylesheet.convertToBinary(new File(files[0]), new File(files[1]));
    }
}

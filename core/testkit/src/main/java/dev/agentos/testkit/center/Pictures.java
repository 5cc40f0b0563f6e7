package dev.agentos.testkit.center;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.image.Image;
import javafx.scene.image.PixelFormat;
import javax.imageio.ImageIO;

/** Images as PNG files. */
final class Pictures {

    private Pictures() {}

    static void write(Image image, Path file) throws IOException {
        int width = (int) image.getWidth();
        int height = (int) image.getHeight();
        int[] pixels = new int[width * height];
        image.getPixelReader().getPixels(0, 0, width, height, PixelFormat.getIntArgbInstance(), pixels, 0, width);
        BufferedImage copy = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        copy.setRGB(0, 0, width, height, pixels, 0, width);
        Optional<Path> folder = Optional.ofNullable(file.getParent());
        if (folder.isPresent()) {
            Files.createDirectories(folder.get());
        }
        if (!ImageIO.write(copy, "png", file.toFile())) {
            throw new IOException("no writer for PNG is in this JDK");
        }
    }
}

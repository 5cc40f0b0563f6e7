package dev.agentos.tui.term;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Keys of the terminal that controls this program. A thread that waits for one can be interrupted, which closes this
 * stream: whoever reads the terminal next loses no key to it. {@code System.in} would keep the thread, and the key.
 */
public final class TtyInput extends InputStream {

    private final FileInputStream file;
    private final FileChannel channel;

    private TtyInput(FileInputStream file) {
        this.file = file;
        this.channel = file.getChannel();
    }

    /** @throws IOException when the program has no terminal */
    public static TtyInput open() throws IOException {
        return new TtyInput(new FileInputStream("/dev/tty"));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        return length == 0 ? 0 : channel.read(ByteBuffer.wrap(to, offset, length));
    }

    /** Keys that are there already. */
    @Override
    public int available() throws IOException {
        return file.available();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

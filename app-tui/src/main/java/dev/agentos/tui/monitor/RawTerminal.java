package dev.agentos.tui.monitor;

import com.googlecode.lanterna.TerminalSize;
import com.googlecode.lanterna.terminal.ansi.UnixLikeTerminal;
import dev.agentos.tui.term.Tty;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jline.utils.Signals;

/**
 * A Unix terminal whose modes are set with one call of stty and whose size comes from the kernel. Asking the terminal
 * itself for its size would mix its answer with the keys, and some terminals never answer.
 */
final class RawTerminal extends UnixLikeTerminal {

    private static final TerminalSize USUAL = new TerminalSize(80, 24);

    private Optional<String> saved = Optional.empty();

    RawTerminal(InputStream in, OutputStream out) throws IOException {
        super(in, out, StandardCharsets.UTF_8, CtrlCBehaviour.TRAP);
    }

    @Override
    protected void registerTerminalResizeListener(Runnable listener) {
        Signals.register("WINCH", listener);
    }

    @Override
    protected TerminalSize findTerminalSize() {
        return Tty.size()
                .filter(size -> size.columns() > 0 && size.rows() > 0)
                .map(size -> new TerminalSize(size.columns(), size.rows()))
                .orElse(USUAL);
    }

    // The modes go with the screen, so that a suspended monitor gives them back and a continued one takes them again.
    // The
    // library takes them once, from its constructor, before a field of this class can hold what they were.

    @Override
    public void enterPrivateMode() throws IOException {
        if (saved.isEmpty()) {
            saved = Tty.raw();
        }
        super.enterPrivateMode();
    }

    @Override
    public void exitPrivateMode() throws IOException {
        super.exitPrivateMode();
        restoreTerminalSettings();
    }

    @Override
    protected void saveTerminalSettings() {}

    @Override
    protected void restoreTerminalSettings() {
        saved.ifPresent(Tty::restore);
        saved = Optional.empty();
    }

    @Override
    protected void keyEchoEnabled(boolean enabled) {}

    @Override
    protected void canonicalMode(boolean enabled) {}

    @Override
    protected void keyStrokeSignalsEnabled(boolean enabled) {}
}

package dev.agentos.agentd.secrets;

import dev.agentos.domain.port.SecretStore;
import dev.agentos.domain.secret.Redactor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Secrets sealed by {@code systemd-creds}: under the machine's key, which an ordinary user cannot read, and its TPM where
 * it has one. Values go through pipes, never through arguments.
 */
public final class SystemdCredentials implements SecretStore {

    private static final Path PROGRAM = Path.of("/usr/bin/systemd-creds");
    private static final String ENDING = ".cred";
    private static final long LIMIT_SECONDS = 20;

    private final SealedFiles files;

    private SystemdCredentials(SealedFiles files) {
        this.files = files;
    }

    /** The store, where this user can seal and open here; otherwise empty, and another one is used. */
    public static Optional<SystemdCredentials> probe(Path folder) throws IOException {
        if (!Files.isExecutable(PROGRAM)) {
            return Optional.empty();
        }
        SystemdCredentials store = new SystemdCredentials(new SealedFiles(folder, ENDING));
        byte[] canary = "probe".getBytes(StandardCharsets.US_ASCII);
        try {
            byte[] sealed = run(canary, "encrypt", "--name=agentos.probe", "-", "-");
            byte[] opened = run(sealed, "decrypt", "--name=agentos.probe", "-", "-");
            return Arrays.equals(opened, canary) ? Optional.of(store) : Optional.empty();
        } catch (SecretStoreException e) {
            // Ordinary users may not use the machine's key before systemd 256: nothing is wrong, it is just not here.
            return Optional.empty();
        }
    }

    @Override
    public String mechanism() {
        return "systemd-creds";
    }

    @Override
    public String protection() {
        return "sealed by systemd-creds under this machine's key (and its TPM, where it has one): a copy of the state"
                + " folder is useless on another machine; not safe from root here";
    }

    @Override
    public List<String> names() throws SecretStoreException {
        return files.names();
    }

    @Override
    public Optional<byte[]> get(String name) throws SecretStoreException {
        Optional<byte[]> sealed = files.read(name);
        return sealed.isEmpty()
                ? Optional.empty()
                : Optional.of(run(sealed.get(), "decrypt", "--name=agentos." + name, "-", "-"));
    }

    @Override
    public void put(String name, byte[] value) throws SecretStoreException {
        files.write(name, run(value, "encrypt", "--name=agentos." + name, "-", "-"));
    }

    @Override
    public boolean remove(String name) throws SecretStoreException {
        return files.delete(name);
    }

    private static byte[] run(byte[] input, String... arguments) throws SecretStoreException {
        String[] command = new String[arguments.length + 1];
        command[0] = PROGRAM.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // What goes in and what comes out fit into a pipe's buffer, so neither side waits for the other.
            try (OutputStream in = process.getOutputStream()) {
                in.write(input);
            }
            byte[] output;
            try (InputStream out = process.getInputStream()) {
                output = out.readAllBytes();
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                Redactor.wipe(output);
                throw failed(arguments[0]);
            }
            return output;
        } catch (IOException e) {
            throw failed(arguments[0]);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(arguments[0]);
        }
    }

    private static SecretStoreException failed(String verb) {
        return new SecretStoreException(
                "secret.systemd-creds",
                "systemd-creds " + verb + " failed",
                "try it by hand: echo test | systemd-creds encrypt --name=test - -; or set the secret again");
    }
}

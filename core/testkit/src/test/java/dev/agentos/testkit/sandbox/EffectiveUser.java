package dev.agentos.testkit.sandbox;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;

/**
 * Does something as another user, in this thread alone. A broker asks the kernel who connects, and answers only its
 * owner; tests that run as root are somebody else.
 */
final class EffectiveUser {

    private static final long KEEP = -1;
    private static final long SYS_SETRESUID = System.getProperty("os.arch").equals("aarch64") ? 147 : 117;

    private static final MethodHandle SYSCALL = systemCall();

    private EffectiveUser() {}

    @SuppressWarnings("restricted") // The C library's setresuid changes every thread; the system call changes one.
    private static MethodHandle systemCall() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    /** Calls with the effective user id {@code uid} and takes the own one back, whatever happens. */
    static <T> T call(long uid, Callable<T> action) throws Exception {
        become(uid);
        try {
            return action.call();
        } finally {
            become(0);
        }
    }

    private static void become(long uid) throws IOException {
        long result;
        try {
            result = (long) SYSCALL.invokeExact(SYS_SETRESUID, KEEP, uid, KEEP);
        } catch (Throwable e) {
            throw new IOException("setresuid " + uid, e);
        }
        if (result != 0) {
            throw new IOException("setresuid " + uid + " was refused");
        }
    }
}

package dev.agentos.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Threads that somebody waits for. On Linux from 6.12 on a thread may ask for a slice of its own (sched_setattr(2), {@code
 * sched_runtime} of SCHED_OTHER): with a short one it gets no more of the processor, but when it wakes it goes before a
 * thread that computes, such as a compiler of the JVM, and does not wait until that one's slice is over.
 */
public final class PromptThreads {

    private static final long SLICE_NANOS = 100_000;

    private static final long SYS_SCHED_SETATTR_X86_64 = 314;
    private static final long SYS_SCHED_SETATTR_AARCH64 = 274;
    private static final int SIZE = 48;
    private static final int NICE_AT = 16;
    private static final int RUNTIME_AT = 24;

    private PromptThreads() {}

    /**
     * Gives the calling thread the short slice, and thereby the threads that it makes from now on. Where the kernel knows no
     * such slice, or the process was started with a lower priority, nothing changes.
     *
     * @return whether the kernel took it
     */
    @SuppressWarnings("restricted") // One call of libc is what this class is for.
    public static boolean begin() {
        long number = switch (System.getProperty("os.arch")) {
            case "amd64" -> SYS_SCHED_SETATTR_X86_64;
            case "aarch64" -> SYS_SCHED_SETATTR_AARCH64;
            default -> -1;
        };
        if (number < 0) {
            return false;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle call = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(SIZE, Long.BYTES);
            attributes.set(ValueLayout.JAVA_INT, 0, SIZE);
            attributes.set(ValueLayout.JAVA_INT, NICE_AT, 0);
            attributes.set(ValueLayout.JAVA_LONG, RUNTIME_AT, SLICE_NANOS);
            return (long) call.invokeExact(number, 0L, attributes, 0L) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("syscall(sched_setattr) could not be called", e);
        }
    }
}

package dev.agentos.agentd.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.tools.Tool.Intent;
import dev.agentos.agentd.tools.Tool.Place;
import dev.agentos.agentd.tools.Tool.Reconciled;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.json.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FsWriteToolTest {

    private static final String KEY = "agent-a-001.1/write";

    private Path work = Path.of("/");
    private Path file = Path.of("/");
    private Path undo = Path.of("/");

    @BeforeEach
    void folders(@TempDir Path directory) throws IOException {
        work = Files.createDirectory(directory.toRealPath().resolve("work"));
        file = work.resolve("a.md");
        undo = directory.toRealPath().resolve("undo");
    }

    private FsWriteTool tool() {
        try {
            return new FsWriteTool(undo);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Intent plan(String content) throws ToolException {
        return tool().plan(
                        new Arguments("fs.write", Map.of("path", file.toString(), "content", content)),
                        new Place("agent-a-001", work),
                        KEY);
    }

    /** The intent as it comes back from the journal: places and digests, no content. */
    private static Intent afterACrash(Intent intent) {
        return new Intent(intent.tool(), intent.key(), intent.target(), Map.of(), "", intent.record(), new byte[0]);
    }

    private String content() throws IOException {
        return Files.exists(file) ? Files.readString(file) : "(absent)";
    }

    private List<String> namesInWork() throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aPlanSaysWhatWillBeDoneAndDoesNothing() throws Exception {
        Intent fresh = plan("hello");
        assertEquals(
                Map.of(
                        "path",
                        file.toString(),
                        "bytes",
                        5L,
                        "sha256",
                        Digests.sha256Hex("hello"),
                        "change",
                        "new file",
                        "undo",
                        "kept"),
                fresh.facts());
        assertEquals("hello", fresh.content());
        assertEquals("(absent)", content());
        Files.writeString(file, "before");
        assertEquals("replaces a file of 6 bytes", plan("hello").facts().get("change"));
        assertFalse(fresh.record().containsValue("hello"), "the journal holds digests, not content");
    }

    @Test
    void applyingWritesTheFileAndNothingElse() throws Exception {
        assertEquals(
                Map.of("path", file.toString(), "bytes", 5L, "sha256", Digests.sha256Hex("hello"), "was_new", true),
                tool().apply(plan("hello")).output());
        assertEquals("hello", content());
        tool().apply(plan(""));
        assertEquals("", content());
        assertEquals(List.of("a.md"), namesInWork());
    }

    @Test
    void aWriteIsRecognisedAtEveryPlaceWhereACrashCanStop() throws Exception {
        for (String before : List.of("(absent)", "before")) {
            Files.deleteIfExists(file);
            if (!before.equals("(absent)")) {
                Files.writeString(file, before);
            }
            Intent intent = plan("after");
            assertEquals(Reconciled.NOT_DONE, tool().reconcile(afterACrash(intent)), "nothing was done yet");
            Files.writeString(work.resolve(".agentos-" + Digests.sha256Hex(KEY).substring(0, 16) + ".tmp"), "aft");
            assertEquals(Reconciled.NOT_DONE, tool().reconcile(afterACrash(intent)), "half of it was written beside");
            tool().apply(afterACrash(intent));
            assertEquals("after", content());
            assertEquals(List.of("a.md"), namesInWork(), "the leftover is gone");
            assertEquals(Reconciled.DONE, tool().reconcile(afterACrash(intent)), "it was renamed");
            Files.writeString(file, "somebody else");
            assertEquals(Reconciled.UNKNOWN, tool().reconcile(afterACrash(intent)), "it is neither");
        }
    }

    @Test
    void anEmptyFileIsWrittenAfterACrashToo() throws Exception {
        Files.writeString(file, "before");
        Intent intent = plan("");
        tool().apply(afterACrash(intent));
        assertEquals("", content());
    }

    @Test
    void undoBringsBackWhatWasThere() throws Exception {
        Intent created = plan("hello");
        tool().apply(created);
        tool().undo(afterACrash(created), false);
        assertEquals("(absent)", content());
        tool().undo(afterACrash(created), false);
        assertEquals("(absent)", content(), "undoing twice is no error");

        Files.writeString(file, "before");
        Intent replaced = plan("after");
        tool().apply(replaced);
        tool().undo(afterACrash(replaced), false);
        assertEquals("before", content());
        assertEquals(List.of("a.md"), namesInWork());
    }

    @Test
    void undoDoesNotLoseALaterChangeUnlessForced() throws Exception {
        Intent intent = plan("agent's");
        tool().apply(intent);
        Files.writeString(file, "a person's");
        ToolException refused = assertThrows(ToolException.class, () -> tool().undo(afterACrash(intent), false));
        assertEquals("undo.changed-since", refused.code());
        assertTrue(refused.next().contains("--force"), refused.next());
        assertEquals("a person's", content());
        tool().undo(afterACrash(intent), true);
        assertEquals("(absent)", content());
    }

    @Test
    void damageInWhatWasKeptIsFoundAndNotWritten() throws Exception {
        Files.writeString(file, "before");
        Intent intent = plan("after");
        tool().apply(intent);
        Files.writeString(undo.resolve(Digests.sha256Hex("before")), "forged");
        ToolException refused = assertThrows(ToolException.class, () -> tool().undo(afterACrash(intent), false));
        assertEquals("path.unwritable", refused.code());
        assertEquals("after", content());
    }

    @Test
    void contentsBeforeAndAfterAreKeptForADiff() throws Exception {
        Files.writeString(file, "before");
        Intent intent = plan("after");
        tool().apply(intent);
        FsWriteTool.BeforeAfter contents = tool().contents(afterACrash(intent));
        assertEquals("before", new String(contents.before().orElseThrow(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals("after", new String(contents.after(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(Digests.sha256Hex("after"), contents.digestNow());
    }

    @Test
    void whatCannotBeWrittenSaysWhy() throws Exception {
        assertEquals(
                "argument.size",
                assertThrows(ToolException.class, () -> plan("x".repeat(FsWriteTool.MAX_BYTES + 1)))
                        .code());
        Files.createDirectory(file);
        assertEquals(
                "path.unwritable",
                assertThrows(ToolException.class, () -> plan("x")).code());
        Files.delete(file);
        file = work.resolve("no/such/folder/a.md");
        Intent intent = plan("x");
        ToolException missing = assertThrows(ToolException.class, () -> tool().apply(intent));
        assertEquals("path.unwritable", missing.code());
        assertTrue(String.valueOf(missing.getMessage()).contains("no such file or folder"), missing.getMessage());
    }

    @Test
    void aPathThroughALinkIsNamedByItsRealPlace() throws Exception {
        Path elsewhere = Files.createDirectory(work.resolveSibling("elsewhere"));
        Files.createSymbolicLink(work.resolve("link"), elsewhere);
        file = work.resolve("link/a.md");
        Arguments arguments = new Arguments("fs.write", Map.of("path", file.toString(), "content", "x"));
        assertEquals(
                elsewhere.resolve("a.md").toString(),
                tool().targets(arguments, new Place("agent-a-001", work))
                        .getFirst()
                        .path(),
                "the policy sees where it leads");
    }
}

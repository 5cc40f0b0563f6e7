package dev.agentos.tui.ctl;

import dev.agentos.bridge.tour.TourContracts;
import dev.agentos.bridge.wire.ContractWire;
import dev.agentos.bridge.wire.ContractWire.Admission;
import dev.agentos.bridge.wire.ContractWire.ItemView;
import dev.agentos.bridge.wire.ContractWire.ProblemView;
import dev.agentos.bridge.wire.ContractWire.Report;
import dev.agentos.domain.contract.ContractParser;
import dev.agentos.domain.contract.ContractSchema;
import dev.agentos.domain.contract.ContractWords;
import dev.agentos.domain.contract.ParseOutcome;
import dev.agentos.domain.contract.Problem;
import dev.agentos.themes.Role;
import dev.agentos.tui.Exit;
import dev.agentos.tui.term.Screen;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on contracts. All but admission need no service. */
final class ContractCommands {

    private ContractCommands() {}

    @Command(
            name = "contract",
            description = "Look at contracts before anything runs.",
            footer = {"", "Example:", "  agentctl contract validate examples/*.yaml"})
    static final class Holder extends Agentctl.Group {}

    static CommandLine group(CtlContext context) {
        Map<String, CtlCommand> commands = new LinkedHashMap<>();
        commands.put("validate", new Validate(context));
        commands.put("admit", new Admit(context));
        commands.put("words", new Words(context));
        commands.put("schema", new Schema(context));
        commands.put("sample", new Sample(context));
        return Agentctl.groupOf(new Holder(), commands);
    }

    /** Every problem of a contract, and what it allows in words. */
    static Report report(ContractFile file) {
        return switch (ContractParser.parse(file.text(), file.source())) {
            case ParseOutcome.Parsed parsed ->
                new Report(
                        true,
                        parsed.document().contract().name(),
                        parsed.document().digest(),
                        views(parsed.warnings()),
                        ContractWords.describe(parsed.document().contract()));
            case ParseOutcome.Invalid invalid -> new Report(false, "", "", views(invalid.problems()), List.of());
        };
    }

    private static List<ProblemView> views(List<Problem> problems) {
        return problems.stream()
                .map(p -> new ProblemView(
                        p.severity().name().toLowerCase(Locale.ROOT),
                        p.code(),
                        p.source(),
                        p.line(),
                        p.column(),
                        p.path(),
                        p.message(),
                        p.next()))
                .toList();
    }

    /** Problems on standard error, one after the other. */
    static void problems(Screen screen, Report report) {
        report.problems()
                .forEach(p -> ErrorReport.problem(
                        screen,
                        p.source() + ":" + p.line() + ":" + p.column(),
                        p.severity(),
                        p.message(),
                        p.code(),
                        p.next()));
    }

    @Command(
            name = "validate",
            description = "Every problem of contracts, each with its line and column.",
            footer = {
                "",
                "Exit code 3 when one of them does not hold.",
                "",
                "Example:",
                "  agentctl contract validate examples/five-mistakes.yaml"
            })
    static final class Validate extends CtlCommand {
        @Parameters(arity = "1..*", paramLabel = "FILE", description = "The contracts; - for stdin.")
        private List<String> files = new ArrayList<>();

        Validate(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws IOException {
            int exit = Exit.DONE;
            for (String name : files) {
                ContractFile file = ContractFile.read(context.console(), name);
                Report report = report(file);
                if (!report.valid()) {
                    exit = Exit.REFUSED;
                }
                if (json()) {
                    printJson(report);
                } else {
                    told(file, report);
                }
            }
            return exit;
        }

        private void told(ContractFile file, Report report) {
            Screen errors = context.console().errorScreen();
            long wrong = report.problems().stream()
                    .filter(p -> p.severity().equals("error"))
                    .count();
            if (report.valid()) {
                screen().line(screen().paint(Role.OK, "✓") + " " + screen().text(file.source()) + "  "
                        + screen().bold(report.name()) + "  " + screen().muted(report.digest()));
            } else {
                errors.line("agentctl: contract.invalid: " + errors.text(file.source()) + " has " + wrong + " problem"
                        + (wrong == 1 ? "" : "s"));
            }
            problems(errors, report);
        }
    }

    @Command(
            name = "admit",
            description = "What admission would say now. Nothing is started or promised.",
            footer = {"", "Example:", "  agentctl contract admit planner.yaml --class SRT --binding strict"})
    static final class Admit extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FILE", description = "The contract; - for stdin.")
        private String file = "";

        @Option(names = "--class", paramLabel = "HRT|SRT|DT", description = "Another latency class.")
        private @Nullable String latency;

        @Option(names = "--binding", paramLabel = "WORD", description = "strict, smooth or flexible.")
        private @Nullable String binding;

        Admit(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws IOException, InterruptedException {
            ContractFile contract = ContractFile.read(context.console(), file);
            Admission admission = client().admit(new ContractWire.ContractText(
                    contract.source(), contract.text(), Optional.ofNullable(latency), Optional.ofNullable(binding)));
            boolean rejected = admission.verdict().equals("rejected");
            if (json()) {
                printJson(admission);
                return rejected ? Exit.REFUSED : Exit.DONE;
            }
            if (rejected) {
                int count = admission.items().size();
                throw new CtlException(
                        Exit.REFUSED,
                        "admission.rejected",
                        admission.name() + " cannot be honoured by this machine: " + count + " item"
                                + (count == 1 ? "" : "s"),
                        file,
                        "see the items; each says what would help",
                        admission.items().stream().map(Admit::item).toList());
            }
            Screen screen = screen();
            screen.line(screen.paint(Role.OK, "✓ " + admission.verdict()) + "  " + screen.bold(admission.name())
                    + (admission.model().isEmpty() ? "" : screen.muted("  " + admission.model())));
            admission.substitutions().forEach(s -> ShowCommand.substitution(screen, s));
            admission.notes().forEach(note -> ShowCommand.note(screen, note));
            return Exit.DONE;
        }

        private static Map<String, Object> item(ItemView item) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("resource", item.resource());
            map.put("wanted", item.wanted());
            map.put("available", item.available());
            map.put("contract_line", item.contractLine());
            map.put("help", item.help());
            return map;
        }
    }

    @Command(
            name = "words",
            description = "What a contract allows, in plain sentences.",
            footer = {"", "Example:", "  agentctl contract words examples/shell.yaml"})
    static final class Words extends CtlCommand {
        @Parameters(index = "0", paramLabel = "FILE", description = "The contract; - for stdin.")
        private String file = "";

        Words(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() throws IOException {
            Report report = report(ContractFile.read(context.console(), file));
            if (json()) {
                printJson(report);
                return report.valid() ? Exit.DONE : Exit.REFUSED;
            }
            problems(context.console().errorScreen(), report);
            report.allows().forEach(sentence -> screen().line("  " + screen().text(sentence)));
            return report.valid() ? Exit.DONE : Exit.REFUSED;
        }
    }

    @Command(
            name = "schema",
            description = "The JSON Schema of contracts, for editors.",
            footer = {"", "Example:", "  agentctl contract schema > agent-contract.schema.json"})
    static final class Schema extends CtlCommand {
        Schema(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() {
            context.console().out().println(ContractSchema.json().strip());
            context.console().out().flush();
            return Exit.DONE;
        }
    }

    @Command(
            name = "sample",
            description = "A contract to begin with: the one of the tour.",
            footer = {"", "Example:", "  agentctl contract sample > my-agent.yaml"})
    static final class Sample extends CtlCommand {
        Sample(CtlContext context) {
            super(context);
        }

        @Override
        protected int run() {
            context.console().out().print(TourContracts.text(TourContracts.FOLDER_SUMMARY));
            context.console().out().flush();
            return Exit.DONE;
        }
    }
}

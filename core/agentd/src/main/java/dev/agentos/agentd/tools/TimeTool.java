package dev.agentos.agentd.tools;

import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ResultLabels;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import dev.agentos.domain.port.TimeSource;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;

/** {@code time}: what the clock of this machine says, in a time zone. */
final class TimeTool implements Tool.Pure {

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "time", Effect.READS, "Says what time it is here or in another time zone.")
            .input(InputSchema.object()
                    .optional("zone", "string", "A time zone such as Europe/Berlin; this machine's unless said."))
            .writes(ResultLabels.TRUSTED)
            .build();

    private final TimeSource time;

    TimeTool(TimeSource time) {
        this.time = time;
    }

    @Override
    public ToolDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<Target> targets(Arguments arguments, Place place) {
        return List.of();
    }

    @Override
    public ToolResult call(Arguments arguments, Place place, List<Target> decided) throws ToolException {
        String zone =
                arguments.optionalText("zone").orElse(ZoneId.systemDefault().getId());
        try {
            ZonedDateTime now = time.now().atZone(ZoneId.of(zone));
            return ToolResult.of(Event.fields(
                    "iso",
                    now.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME),
                    "date",
                    now.toLocalDate().toString(),
                    "time",
                    now.format(DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT)),
                    "weekday",
                    now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH),
                    "zone",
                    zone,
                    "epoch_s",
                    now.toEpochSecond()));
        } catch (DateTimeException e) {
            throw new ToolException(
                    "argument.zone", "\"" + zone + "\" is no time zone", "use a name such as Europe/Berlin or UTC");
        }
    }
}

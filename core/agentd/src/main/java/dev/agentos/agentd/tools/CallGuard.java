package dev.agentos.agentd.tools;

import dev.agentos.agentd.tools.Tool.SecretUse;
import dev.agentos.agentd.tools.Tool.ToolException;
import dev.agentos.domain.event.Event;
import dev.agentos.domain.policy.Decision;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Credential;
import dev.agentos.domain.secret.Redactor;
import dev.agentos.domain.secret.SecretReferences;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What stands around every call whatever the policy says: the tool is the one that was approved, its arguments are what
 * it takes, the secrets they name may go where they would go, and no secret comes back.
 */
final class CallGuard {

    /** A guard of a gateway without secrets and without foreign tools. */
    static final CallGuard PLAIN = new CallGuard(Credentials.NONE, () -> Redactor.NONE, _ -> Optional.empty());

    /** Whether a tool may be used as it is now. */
    interface Approvals {
        /** Why not; empty where it may. */
        Optional<Decision.Refused> refusal(Tool tool);
    }

    private final ArgumentSchemas schemas = new ArgumentSchemas();
    private final Credentials credentials;
    private final Supplier<Redactor> redactor;
    private final Approvals approvals;

    CallGuard(Credentials credentials, Supplier<Redactor> redactor, Approvals approvals) {
        this.credentials = credentials;
        this.redactor = redactor;
        this.approvals = approvals;
    }

    /** A refusal that comes before any rule of the contract; empty where there is none. */
    Optional<Decision.Refused> refusal(Tool called, Arguments arguments, Tool.Place place) throws ToolException {
        Optional<Decision.Refused> unapproved = approvals.refusal(called);
        if (unapproved.isPresent()) {
            return unapproved;
        }
        ToolDescriptor tool = called.descriptor();
        schemas.check(tool, arguments.values());
        for (SecretUse use : called.secrets()) {
            Optional<Decision.Refused> no = refusal(use);
            if (no.isPresent()) {
                return no;
            }
        }
        for (SecretUse use : uses(tool, arguments)) {
            if (!place.secrets().contains(use.name())) {
                return Optional.of(new Decision.Refused(
                        "secret.not-declared",
                        "the call uses the secret " + use.name() + ", which the contract does not list",
                        "security.secrets",
                        "add \"" + use.name() + "\" to security.secrets, if this agent's tools may use it"));
            }
            Optional<Decision.Refused> no = refusal(use);
            if (no.isPresent()) {
                return no;
            }
        }
        return Optional.empty();
    }

    private Optional<Decision.Refused> refusal(SecretUse use) {
        return credentials
                .refusal(use.name(), use.host())
                .map(why ->
                        new Decision.Refused("secret.refused", why, "security.secrets", "see agentctl secret list"));
    }

    /** Why a tool must not be used as it is at this moment; empty where it may. */
    Optional<Decision.Refused> unapproved(Tool tool) {
        return approvals.refusal(tool);
    }

    /** The secrets that a call refers to, in the places where its tool takes credentials and in no other. */
    List<SecretUse> uses(ToolDescriptor tool, Arguments arguments) {
        List<SecretUse> uses = new ArrayList<>();
        for (Credential credential : tool.credentials()) {
            if (arguments.values().get(credential.argument()) instanceof String text) {
                String host = hostOf(arguments.values().getOrDefault(credential.destination(), ""));
                SecretReferences.in(text).forEach(name -> uses.add(new SecretUse(name, host)));
            }
        }
        return uses;
    }

    /** The events that say which secrets a call takes along; written before it is made. */
    List<Event> used(ToolGateway.Caller caller, String step, Tool called, Arguments arguments) {
        ToolDescriptor tool = called.descriptor();
        return Stream.concat(called.secrets().stream(), uses(tool, arguments).stream())
                .<Event>map(use ->
                        new Event.SecretUsed(caller.agent(), caller.run(), step, tool.name(), use.name(), use.host()))
                .toList();
    }

    /** The host of a URL, of {@code host:port}, or of a host alone. */
    static String hostOf(Object destination) {
        if (!(destination instanceof String text)) {
            return "";
        }
        if (text.contains("://")) {
            try {
                return Optional.ofNullable(URI.create(text).getHost()).orElse("");
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
        int colon = text.lastIndexOf(':');
        return colon > 0 ? text.substring(0, colon) : text;
    }

    Map<String, Object> clean(Map<String, Object> output) {
        return redactor.get().redact(output);
    }

    ToolException clean(ToolException e) {
        String message = String.valueOf(e.getMessage());
        String clean = redactor.get().redact(message);
        return clean.equals(message) ? e : new ToolException(e.code(), clean, e.next());
    }
}

package dev.agentos.agentd.tools;

import dev.agentos.domain.policy.InputSchema;
import dev.agentos.domain.policy.Policy.Target;
import dev.agentos.domain.policy.ToolDescriptor;
import dev.agentos.domain.policy.ToolDescriptor.Credential;
import dev.agentos.domain.policy.ToolDescriptor.Effect;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * {@code web.fetch}: the readable text of one page. Every connection, redirects among them, goes the agent's own way out.
 * What comes back is untrusted, whoever wrote it.
 */
final class WebFetchTool implements Tool.Pure {

    private static final int MAX_TEXT = 400_000;
    private static final String BLOCKS = "h1, h2, h3, h4, h5, h6, p, li, pre, blockquote, td, th, dt, dd, figcaption";

    private static final ToolDescriptor DESCRIPTOR = ToolDescriptor.named(
                    "web.fetch", Effect.READS, "Fetches one web page and gives its readable text.")
            .input(InputSchema.object()
                    .required("url", Map.of("type", "string", "minLength", 1L, "maxLength", 4_000L), "The page.")
                    .optional(
                            "authorization",
                            "string",
                            "The Authorization header, such as \"Bearer ${secret.NAME}\"; sent to the first host only.")
                    .optional("reason", "string", "Why, in the agent's own words; shown to people as such."))
            .credentials(new Credential("authorization", "url"))
            .build();

    private final PageFetch fetch;
    private final Credentials credentials;

    WebFetchTool(Connections connections, Credentials credentials) {
        this.fetch = new PageFetch(connections);
        this.credentials = credentials;
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
        URI start = PageFetch.checked(arguments.text("url"));
        Optional<String> authorisation = arguments.optionalText("authorization");
        if (authorisation.map(text -> text.chars().anyMatch(c -> c < ' ')).orElse(false)) {
            throw new ToolException("argument.header", "a header is one line", "correct \"authorization\"");
        }
        PageFetch.Page page = fetch.get(
                place.agent(),
                start,
                host -> authorisation.isPresent() && host.equals(start.getHost())
                        ? Optional.of(credentials.reveal(authorisation.get(), host))
                        : Optional.empty());
        if (page.status() >= 400) {
            throw new ToolException(
                    "web.status",
                    page.uri() + " answers " + page.status(),
                    "check the address, or whether it needs a login");
        }
        String type = page.headers().getOrDefault("content-type", "text/html").toLowerCase(Locale.ROOT);
        String raw = new String(page.body(), charset(type));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("url", page.uri().toString());
        result.put("status", (long) page.status());
        if (type.contains("html") || type.contains("xml")) {
            Document document = Jsoup.parse(raw, page.uri().toString());
            result.put(
                    "title",
                    document.title().isBlank()
                            ? page.uri().getHost()
                            : document.title().strip());
            result.put("text", cut(readable(document)));
        } else if (type.startsWith("text/") || type.contains("json")) {
            result.put("title", page.uri().getHost() + page.uri().getPath());
            result.put("text", cut(raw));
        } else {
            throw new ToolException("web.type", page.uri() + " is no text but " + type, "name a page with text");
        }
        result.put("bytes", (long) page.body().length);
        result.put("cut", page.cut());
        result.put("redirects", page.redirects());
        return ToolResult.of(result);
    }

    /** The text of a page without what stands around it: menus, forms, scripts, and what is not shown. */
    static String readable(Document document) {
        document.select("script, style, noscript, template, svg, nav, header, footer, aside, form, button, iframe, "
                        + "[hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo]")
                .remove();
        document.select("[style]").stream()
                .filter(element -> element.attr("style")
                        .replaceAll("\\s", "")
                        .toLowerCase(Locale.ROOT)
                        .matches(".*(display:none|visibility:hidden|font-size:0).*"))
                .toList()
                .forEach(Element::remove);
        Element main = Optional.ofNullable(document.selectFirst("article, main, [role=main]"))
                .orElse(document.body());
        StringBuilder text = new StringBuilder();
        for (Element block : main.select(BLOCKS)) {
            // A block inside another one is told with it, so that nothing comes twice.
            if (block.parents().stream().anyMatch(parent -> !parent.equals(main) && parent.is(BLOCKS))) {
                continue;
            }
            String words = block.text().strip();
            if (!words.isEmpty()) {
                text.append(block.normalName().matches("h[1-6]") ? "# " : "")
                        .append(words)
                        .append("\n\n");
            }
        }
        return text.isEmpty() ? main.text() : text.toString();
    }

    private static String cut(String text) {
        String clean = text.replace('\0', '\uFFFD');
        return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT);
    }

    private static Charset charset(String type) {
        int at = type.indexOf("charset=");
        String name =
                at < 0 ? "utf-8" : type.substring(at + 8).split("[;\\s]", 2)[0].replace("\"", "");
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }
}

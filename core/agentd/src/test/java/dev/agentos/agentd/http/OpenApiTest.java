package dev.agentos.agentd.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.agentd.fake.TestAgentd;
import dev.agentos.domain.json.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class OpenApiTest {

    private final TestAgentd agentd;

    OpenApiTest(@TempDir Path directory) throws Exception {
        agentd = TestAgentd.start(directory);
    }

    @AfterEach
    void stop() {
        agentd.close();
    }

    private List<Route> routes() {
        return agentd.agentd.api().list();
    }

    @Test
    void theDocumentInTheRepositoryIsThatOfTheRoutes() throws Exception {
        JsonMapper pretty =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        String document =
                pretty.writeValueAsString(pretty.readTree(agentd.agentd.api().document()))
                                .replace("\r\n", "\n")
                        + "\n";
        Path file = Path.of(System.getProperty("agentos.root", "../.."), "docs", "openapi.json")
                .normalize();
        if (Boolean.getBoolean("agentos.regenerate")) {
            Files.writeString(file, document);
        }
        assertEquals(
                document,
                Files.exists(file) ? Files.readString(file) : "",
                "the wire changed: look whether clients stand it, then write docs/openapi.json again with"
                        + " -Dagentos.regenerate=true");
    }

    @Test
    void theDoorServesTheSameDocument() {
        assertEquals(
                agentd.agentd.api().document(), agentd.door.get("/openapi.json").body());
    }

    @Test
    void everyRouteIsInTheDocumentAndNothingElse() throws Exception {
        Set<String> documented = new TreeSet<>();
        Set<String> operations = new HashSet<>();
        if (Json.parse(agentd.agentd.api().document()) instanceof Map<?, ?> document
                && document.get("paths") instanceof Map<?, ?> paths) {
            assertEquals("3.1.0", document.get("openapi"));
            paths.forEach((path, methods) -> {
                if (methods instanceof Map<?, ?> byMethod) {
                    byMethod.forEach((method, operation) -> {
                        documented.add(String.valueOf(method).toUpperCase(java.util.Locale.ROOT) + " " + path);
                        if (operation instanceof Map<?, ?> fields) {
                            assertTrue(operations.add(String.valueOf(fields.get("operationId"))), "an id twice");
                            assertTrue(String.valueOf(fields.get("summary")).length() > 5, path + " has no summary");
                        }
                    });
                }
            });
        }
        Set<String> routes = new TreeSet<>();
        for (Route route : routes()) {
            assertTrue(routes.add(route.method() + " " + route.pattern()), route.pattern() + " is there twice");
        }
        assertEquals(routes, documented);
    }

    @Test
    void everyReferenceInTheDocumentLeadsToASchema() {
        String document = agentd.agentd.api().document();
        List<String> missing = new ArrayList<>();
        java.util.regex.Matcher reference = java.util.regex.Pattern.compile("#/components/schemas/([A-Za-z]+)")
                .matcher(document);
        int found = 0;
        while (reference.find()) {
            found++;
            if (!document.contains("\"" + reference.group(1) + "\":{")) {
                missing.add(reference.group(1));
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(found > 30, found + " references");
    }

    @Test
    void twoRecordsOfOneNameCannotShareASchema() {
        Map<String, Class<?>> names = new HashMap<>();
        for (Route route : routes()) {
            collect(route.request(), names);
            collect(route.response(), names);
        }
        assertTrue(names.size() > 15, names.keySet().toString());
    }

    private static void collect(Type type, Map<String, Class<?>> names) {
        if (type instanceof ParameterizedType parameterized) {
            for (Type argument : parameterized.getActualTypeArguments()) {
                collect(argument, names);
            }
        } else if (type instanceof Class<?> raw && raw.isRecord()) {
            Class<?> earlier = names.put(raw.getSimpleName(), raw);
            assertTrue(earlier == null || earlier == raw, raw + " and " + earlier + " have one name on the wire");
            if (earlier == null) {
                for (RecordComponent component : raw.getRecordComponents()) {
                    collect(component.getGenericType(), names);
                }
            }
        }
    }
}

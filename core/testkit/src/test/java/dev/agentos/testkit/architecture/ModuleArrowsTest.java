package dev.agentos.testkit.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The arrows between modules as the build has them: a class that is not there yet cannot break a rule, a pom can. */
class ModuleArrowsTest {

    /** The drawing of the house. A module may have fewer arrows, never another. */
    private static final Map<String, Set<String>> ALLOWED = Map.of(
            "agentos-domain", Set.of(),
            "agentos-themes", Set.of(),
            "agentos-kernel-support", Set.of("agentos-domain"),
            "agentos-bridge", Set.of("agentos-domain"),
            "agentos-model-worker", Set.of("agentos-domain", "agentos-bridge"),
            "agentos-agentd", Set.of("agentos-domain", "agentos-bridge", "agentos-kernel-support"),
            "agentos-app-tui", Set.of("agentos-domain", "agentos-bridge", "agentos-themes"),
            "agentos-app-javafx", Set.of("agentos-domain", "agentos-bridge", "agentos-themes"),
            "agentos-installer", Set.of(),
            "agentos-testkit",
                    Set.of(
                            "agentos-domain",
                            "agentos-bridge",
                            "agentos-kernel-support",
                            "agentos-agentd",
                            "agentos-app-tui",
                            "agentos-app-javafx",
                            "agentos-model-worker"));

    /** Fakes are made by hand: a mock proves that the code calls what the test says it calls. */
    private static final List<String> NEVER = List.of("mockito", "easymock", "powermock", "jmock", "wiremock");

    private record Dependency(String group, String artifact, String scope) {}

    private static Document read(Path pom) throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(pom.toFile());
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = parent.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i) instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }

    private static String text(Element parent, String name) {
        return children(parent, name).stream()
                .map(Node::getTextContent)
                .map(String::strip)
                .findFirst()
                .orElse("");
    }

    private static Map<String, List<Dependency>> modules() throws Exception {
        Map<String, List<Dependency>> modules = new TreeMap<>();
        Element parent = read(Project.root().resolve("pom.xml")).getDocumentElement();
        for (Element list : children(parent, "modules")) {
            for (Element module : children(list, "module")) {
                Element pom = read(Project.root()
                                .resolve(module.getTextContent().strip())
                                .resolve("pom.xml"))
                        .getDocumentElement();
                List<Dependency> dependencies = new ArrayList<>();
                for (Element section : children(pom, "dependencies")) {
                    for (Element one : children(section, "dependency")) {
                        dependencies.add(
                                new Dependency(text(one, "groupId"), text(one, "artifactId"), text(one, "scope")));
                    }
                }
                modules.put(text(pom, "artifactId"), dependencies);
            }
        }
        return modules;
    }

    @Test
    void everyModuleIsInTheDrawingAndHasOnlyItsArrows() throws Exception {
        Map<String, List<Dependency>> modules = modules();
        assertEquals(new TreeSet<>(ALLOWED.keySet()), new TreeSet<>(modules.keySet()));
        int arrows = 0;
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, List<Dependency>> module : modules.entrySet()) {
            Set<String> allowed = ALLOWED.getOrDefault(module.getKey(), Set.of());
            for (Dependency dependency : module.getValue()) {
                if (dependency.group().equals("dev.agentos")) {
                    arrows++;
                    if (!allowed.contains(dependency.artifact())) {
                        wrong.add(module.getKey() + " -> " + dependency.artifact());
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(arrows >= 8, arrows + " arrows were seen");
    }

    @Test
    void theDomainShipsWithTheYamlEngineAndNothingElse() throws Exception {
        assertEquals(
                List.of("snakeyaml-engine"),
                modules().getOrDefault("agentos-domain", List.of()).stream()
                        .filter(dependency -> !dependency.scope().equals("test"))
                        .map(Dependency::artifact)
                        .toList());
    }

    @Test
    void thereAreNoMocksAndTestLibrariesStayInTests() throws Exception {
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        for (Map.Entry<String, List<Dependency>> module : modules().entrySet()) {
            for (Dependency dependency : module.getValue()) {
                seen++;
                String name = dependency.group() + ":" + dependency.artifact();
                boolean forTests = name.contains("junit") || name.contains("archunit") || name.contains("jazzer");
                if (NEVER.stream().anyMatch(name::contains)
                        || (forTests && !dependency.scope().equals("test"))) {
                    wrong.add(module.getKey() + " -> " + name);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(seen > 20, seen + " dependencies were seen");
    }

    @Test
    void whatStandsAboveInTheBuildNeverDependsOnWhatStandsBelow() throws Exception {
        List<String> order = new ArrayList<>();
        Element parent = read(Project.root().resolve("pom.xml")).getDocumentElement();
        for (Element list : children(parent, "modules")) {
            for (Element module : children(list, "module")) {
                Path pom =
                        Project.root().resolve(module.getTextContent().strip()).resolve("pom.xml");
                assertTrue(Files.exists(pom), pom.toString());
                order.add(text(read(pom).getDocumentElement(), "artifactId"));
            }
        }
        for (Map.Entry<String, List<Dependency>> module : modules().entrySet()) {
            for (Dependency dependency : module.getValue()) {
                if (dependency.group().equals("dev.agentos")) {
                    assertTrue(
                            order.indexOf(dependency.artifact()) < order.indexOf(module.getKey()),
                            module.getKey() + " stands above " + dependency.artifact());
                }
            }
        }
    }
}

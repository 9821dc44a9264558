package org.smtpguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The drawings of {@code docs/architecture.md} have an arrow where one package imports another, and no arrow besides. */
class ArchitecturePageTest {
    private static final String ROOT = "org.smtpguard.";
    private static final String JAMES = ROOT + "james.";
    private static final Pattern DRAWING = Pattern.compile("```mermaid\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NODE = Pattern.compile("(\\w+)(?:\\[\"([^\"]+)\"])?");

    private final JavaClasses classes = new ClassFileImporter().withImportOption(new ArchitectureTest.NotWhereTestsAre())
        .importPackages("org.smtpguard");

    @Test
    void theFirstDrawingHasTheImportsOfThePackages() throws IOException {
        assertThat(drawn(0)).isEqualTo(imports(ArchitecturePageTest::verticalOf));
    }

    @Test
    void theSecondDrawingHasTheImportsOfTheAdapters() throws IOException {
        assertThat(drawn(1)).isEqualTo(imports(ArchitecturePageTest::roomOf));
    }

    /** Backends but for what they share are one. */
    private static Optional<String> verticalOf(JavaClass type) {
        if (!type.getPackageName().startsWith(ROOT)) {
            return Optional.empty();
        }
        String name = type.getPackageName().substring(ROOT.length());
        if (name.startsWith("backend")) {
            return Optional.of(name.equals("backend.support") ? name : "backend.*");
        }
        return Optional.of(name.split("\\.")[0]);
    }

    private static Optional<String> roomOf(JavaClass type) {
        String name = type.getPackageName() + ".";
        if (!name.startsWith(JAMES)) {
            return Optional.empty();
        }
        return Optional.of(name.equals(JAMES) ? "james" : name.substring(ROOT.length(), name.length() - 1));
    }

    private Set<String> imports(Function<JavaClass, Optional<String>> place) {
        Set<String> arrows = new TreeSet<>();
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                Optional<String> from = place.apply(type);
                Optional<String> to = place.apply(dependency.getTargetClass().getBaseComponentType());
                if (from.isPresent() && to.isPresent() && !from.equals(to)) {
                    arrows.add(from.get() + " --> " + to.get());
                }
            }
        }
        return arrows;
    }

    /** Dotted arrows are other things than imports. */
    private static Set<String> drawn(int number) throws IOException {
        List<MatchResult> drawings = DRAWING.matcher(Files.readString(Path.of("docs", "architecture.md"))).results()
            .collect(Collectors.toList());
        Map<String, String> labels = new HashMap<>();
        Set<String> arrows = new TreeSet<>();
        drawings.get(number).group(1).lines().map(String::trim).filter(line -> line.contains(" --> ")).forEach(line -> {
            String[] ends = line.split(" --> ");
            for (int i = 1; i < ends.length; i++) {
                for (String from : ends[i - 1].split(" & ")) {
                    for (String to : ends[i].split(" & ")) {
                        arrows.add(name(from, labels) + " --> " + name(to, labels));
                    }
                }
            }
        });
        return arrows;
    }

    private static String name(String node, Map<String, String> labels) {
        Matcher matcher = NODE.matcher(node.trim());
        assertThat(matcher.matches()).as(node).isTrue();
        Optional.ofNullable(matcher.group(2)).ifPresent(label -> labels.put(matcher.group(1), label));
        return labels.getOrDefault(matcher.group(1), matcher.group(1));
    }
}

package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Opens the finished jar: what is in it decides where it loads.
 */
class JarIT {
    /** Java 11, which the published image of James runs. */
    private static final int NEWEST_BYTECODE = 55;
    /** Named javax up to James 3.8 and jakarta from 3.9 on: whoever names either loads on one side only. */
    private static final List<String> RENAMED = List.of("javax/inject/", "jakarta/inject/", "javax/mail/", "jakarta/mail/");

    private static final Map<String, byte[]> CONTENT = new LinkedHashMap<>();
    private static Attributes manifest;

    @BeforeAll
    static void open() throws IOException {
        try (JarFile jar = new JarFile(Path.of(System.getProperty("smtpguard.it.jar")).toFile())) {
            manifest = jar.getManifest().getMainAttributes();
            for (ZipEntry entry : jar.stream().filter(entry -> !entry.isDirectory()).collect(Collectors.toList())) {
                try (InputStream content = jar.getInputStream(entry)) {
                    CONTENT.put(entry.getName(), content.readAllBytes());
                }
            }
        }
    }

    @Test
    void holdsClasses() {
        assertThat(classes()).isNotEmpty();
    }

    @Test
    void holdsNothingButOurPackagesAndMetadata() {
        assertThat(CONTENT.keySet()).allMatch(name -> name.startsWith("org/smtpguard/") || name.startsWith("META-INF/"));
    }

    @Test
    void holdsNoClassesForNewerJavaBesides() {
        assertThat(CONTENT.keySet()).noneMatch(name -> name.startsWith("META-INF/") && name.endsWith(".class"));
    }

    @Test
    void holdsNoFixtureAndNoTest() {
        assertThat(CONTENT.keySet()).noneMatch(name -> name.startsWith("org/smtpguard/fixture/") || name.startsWith("org/smtpguard/it/"));
    }

    @Test
    void runsOnJava11() {
        assertThat(classes()).allSatisfy((name, content) -> assertThat(bytecode(content)).isLessThanOrEqualTo(NEWEST_BYTECODE));
    }

    @Test
    void namesNoPackageThatLaterJamesRenamed() {
        assertThat(classes()).allSatisfy((name, content) ->
            assertThat(RENAMED.stream().filter(new String(content, StandardCharsets.ISO_8859_1)::contains)).isEmpty());
    }

    @Test
    void saysWhatItIs() {
        assertThat(manifest.getValue(Attributes.Name.IMPLEMENTATION_TITLE)).isEqualTo("James SMTP Guard");
        assertThat(manifest.getValue(Attributes.Name.IMPLEMENTATION_VERSION)).isNotBlank();
        assertThat(CONTENT).containsKey("META-INF/LICENSE");
    }

    @Test
    void namesTheVersionAndTheLicenceOfEachLibraryInIt() {
        List<String> rows = text("META-INF/THIRD-PARTY.txt").lines().skip(3).collect(Collectors.toList());

        assertThat(rows).allSatisfy(row -> {
            for (String file : row.split("\\s{2,}")[3].split(", ")) {
                assertThat(text("META-INF/" + file)).as(file).isNotBlank();
            }
        });
        assertThat(rows.stream().map(row -> row.split("\\s+")).map(columns -> columns[0] + ":" + columns[1]))
            .containsExactlyInAnyOrderElementsOf(libraries());
    }

    @Test
    void holdsALibraryForEachRelocatedPackage() {
        assertThat(stream().map(Map.Entry::getKey).filter(name -> name.startsWith("org/smtpguard/shaded/"))
            .map(name -> name.split("/")[3])).containsOnly("caffeine", "hc", "hikari", "lettuce", "ongres");
    }

    /** By the properties that Maven leaves in each jar. Caffeine is not built by Maven. */
    private static List<String> libraries() {
        List<String> found = new ArrayList<>();
        stream().map(Map.Entry::getKey).filter(name -> name.endsWith("/pom.properties")).forEach(name -> {
            Properties library = new Properties();
            try {
                library.load(new StringReader(text(name)));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            found.add(library.getProperty("groupId") + ":" + library.getProperty("artifactId") + ":" + library.getProperty("version"));
        });
        found.removeIf(name -> name.startsWith("org.smtpguard:"));
        Matcher caffeine = Pattern.compile("<artifactId>caffeine</artifactId>\\s*<version>([^<]+)</version>")
            .matcher(text("META-INF/maven/org.smtpguard/james-smtp-guard/pom.xml"));
        assertThat(caffeine.find()).isTrue();
        found.add("com.github.ben-manes.caffeine:caffeine:" + caffeine.group(1));
        return found;
    }

    private static String text(String name) {
        assertThat(CONTENT).containsKey(name);
        return new String(CONTENT.get(name), StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> classes() {
        return stream().filter(entry -> entry.getKey().endsWith(".class"))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Stream<Map.Entry<String, byte[]>> stream() {
        return CONTENT.entrySet().stream();
    }

    private static int bytecode(byte[] content) {
        try (DataInputStream header = new DataInputStream(new ByteArrayInputStream(content))) {
            assertThat(header.readInt()).isEqualTo(0xCAFEBABE);
            header.readUnsignedShort();
            return header.readUnsignedShort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

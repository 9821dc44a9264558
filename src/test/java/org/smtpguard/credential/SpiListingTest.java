package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/**
 * Holds the SPI, which backends of others are compiled against, to {@code docs/development/spi.txt}. After an addition,
 * {@code mvn test -Dtest=SpiListingTest -Dsmtpguard.update=true} writes the file again. A line that goes or changes breaks backends
 * of others: that needs a new major version (docs/stability.md).
 */
class SpiListingTest {
    private static final Path LISTING = Path.of("docs", "development", "spi.txt");
    private static final Path SOURCES = Path.of("src", "main", "java", "org", "smtpguard", "credential");
    private static final String INDENT = "    ";

    @Test
    void noSignatureIsRemovedOrChanged() throws IOException {
        assertThat(qualified(listing())).as("what backends of others may use; that it goes needs a new major version")
            .containsAll(qualified(committed()));
    }

    @Test
    void everySignatureIsListed() throws IOException {
        assertThat(committed()).as("docs/development/spi.txt; write it with -Dtest=SpiListingTest -Dsmtpguard.update=true")
            .isEqualTo(listing());
    }

    private static List<String> committed() throws IOException {
        if (Boolean.getBoolean("smtpguard.update")) {
            Files.write(LISTING, listing(), StandardCharsets.UTF_8);
        }
        return Files.readAllLines(LISTING, StandardCharsets.UTF_8);
    }

    /** Each member together with its type, for a member of the same signature is in many. */
    private static List<String> qualified(List<String> listing) {
        List<String> qualified = new ArrayList<>();
        String type = "";
        for (String line : listing) {
            type = line.startsWith(INDENT) ? type : line;
            qualified.add(line.startsWith(INDENT) ? type + ": " + line.trim() : line);
        }
        return qualified;
    }

    private static List<String> listing() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Class<?> type : types()) {
            lines.add(head(type));
            members(type).forEach(member -> lines.add(INDENT + member));
        }
        return lines;
    }

    private static List<Class<?>> types() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.equals("package-info.java"))
                .map(name -> load(CredentialBackend.class.getPackageName() + "." + name.replace(".java", "")))
                .flatMap(SpiListingTest::withNested).sorted(Comparator.comparing(Class::getName)).collect(Collectors.toList());
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    /** The type and what is public in it; nothing if it is not public itself. */
    private static Stream<Class<?>> withNested(Class<?> type) {
        return isVisible(type.getModifiers(), type) ? Stream.concat(Stream.of(type),
            Arrays.stream(type.getDeclaredClasses()).flatMap(SpiListingTest::withNested)) : Stream.empty();
    }

    private static String head(Class<?> type) {
        String above = Stream.concat(Stream.ofNullable(type.getGenericSuperclass()).filter(superclass -> superclass != Object.class),
            Arrays.stream(type.getGenericInterfaces())).map(Type::getTypeName).collect(Collectors.joining(", "));
        String written = type.toGenericString().replace("abstract static interface", "static interface")
            .replace("abstract interface", "interface");
        return readable(above.isEmpty() ? written : written + " extends " + above);
    }

    private static List<String> members(Class<?> type) {
        Stream<String> fields = Arrays.stream(type.getDeclaredFields()).filter(field -> isPublic(field, type))
            .map(Field::toGenericString);
        Stream<String> constructors = Arrays.stream(type.getDeclaredConstructors()).filter(constructor -> isPublic(constructor, type))
            .map(Constructor::toGenericString);
        Stream<String> methods = Arrays.stream(type.getDeclaredMethods()).filter(method -> isPublic(method, type))
            .map(Method::toGenericString);
        return Stream.of(fields, constructors, methods).flatMap(each -> each.map(text -> readable(text.replace(type.getName() + ".", "")))
            .sorted()).collect(Collectors.toList());
    }

    /** Without the packages that everything is from, and what is no part of the promise. */
    private static String readable(String signature) {
        return signature.replace(CredentialBackend.class.getPackageName() + ".", "").replaceAll("java\\.lang\\.(?=[A-Z])", "")
            .replace('$', '.').replace("synchronized ", "").replace(",", ", ").replaceAll(", +", ", ");
    }

    private static boolean isPublic(Member member, Class<?> type) {
        return !member.isSynthetic() && isVisible(member.getModifiers(), type);
    }

    /** Protected members can be used by those who may extend the type. */
    private static boolean isVisible(int modifiers, Class<?> type) {
        return Modifier.isPublic(modifiers) || (Modifier.isProtected(modifiers) && !Modifier.isFinal(type.getModifiers()));
    }
}

package org.smtpguard.linkage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.james.GuardHandlers;

/** Class files of a directory, of jars or of a class path, and whether a reference to a member of one links (JVMS §5.4.3). */
public final class ClassFiles {
    private static final String SUFFIX = ".class";

    private final Function<String, Optional<byte[]>> octets;
    private final Map<String, Optional<ClassFile>> parsed = new HashMap<>();

    private ClassFiles(Function<String, Optional<byte[]>> octets) {
        this.octets = octets;
    }

    /** Those that the tests run with. */
    static ClassFiles ofTheTests() {
        return new ClassFiles(ClassFiles::resource);
    }

    /** Those of jars, and of the JDK. */
    public static ClassFiles of(Collection<Path> jars) throws IOException {
        Map<String, JarFile> byName = new HashMap<>();
        for (Path jar : jars) {
            JarFile file = new JarFile(jar.toFile());
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                byName.putIfAbsent(entries.nextElement().getName(), file);
            }
        }
        return new ClassFiles(name -> byName.containsKey(name + SUFFIX) ? read(byName.get(name + SUFFIX), name + SUFFIX)
            : name.startsWith("java/") ? resource(name) : Optional.empty());
    }

    /** The project's own, not those of its tests. */
    public static List<ClassFile> ofTheProject() {
        try (Stream<Path> files = Files.walk(Path.of(GuardHandlers.class.getProtectionDomain().getCodeSource().getLocation().toURI()))) {
            return files.filter(file -> file.toString().endsWith(SUFFIX) && !file.endsWith("module-info.class")).sorted()
                .map(ClassFiles::read).map(ClassFile::parse).collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What classes refer to in packages that begin so: members, and classes of which no member is referred to. */
    public static Set<MemberReference> references(Collection<ClassFile> from, List<String> packages) {
        Set<MemberReference> references = new TreeSet<>();
        for (ClassFile file : from) {
            file.references().stream().filter(reference -> isIn(reference.owner(), packages)).forEach(references::add);
        }
        Set<String> owners = references.stream().map(MemberReference::owner).collect(Collectors.toSet());
        from.stream().flatMap(file -> file.classes().stream()).filter(type -> isIn(type, packages) && !owners.contains(type))
            .map(MemberReference::toClass).forEach(references::add);
        return references;
    }

    private static boolean isIn(String type, List<String> packages) {
        return packages.stream().anyMatch(type::startsWith);
    }

    /** Whether the class is there, and it or a supertype declares the member. */
    public boolean links(MemberReference reference) {
        return get(reference.owner()).isPresent() && (reference.isClass() || declares(reference.owner(), reference.signature()));
    }

    private boolean declares(String type, String signature) {
        return get(type).filter(file -> file.declared().stream().anyMatch(member -> member.signature().equals(signature))
            || file.supertypes().stream().anyMatch(parent -> declares(parent, signature))
            || (file.isInterface() && declares("java/lang/Object", signature))).isPresent();
    }

    /** The abstract methods of supertypes in those packages that a class neither has nor inherits. */
    public Set<String> unimplemented(ClassFile type, ClassFiles own, List<String> packages) {
        Set<String> required = new TreeSet<>();
        Set<String> present = new TreeSet<>();
        collect(type, own, required, present, packages);
        required.removeAll(present);
        return required.stream().map(signature -> type.name() + " " + signature).collect(Collectors.toCollection(TreeSet::new));
    }

    private void collect(ClassFile type, ClassFiles own, Set<String> required, Set<String> present, List<String> packages) {
        type.declared().forEach(member -> {
            if (!member.isAbstract() && !member.isStatic()) {
                present.add(member.signature());
            } else if (member.isAbstract() && isIn(type.name(), packages)) {
                required.add(member.signature());
            }
        });
        type.supertypes().forEach(parent -> own.get(parent).filter(file -> !isIn(parent, packages)).or(() -> get(parent))
            .ifPresent(file -> collect(file, own, required, present, packages)));
    }

    private Optional<ClassFile> get(String name) {
        return parsed.computeIfAbsent(name, type -> octets.apply(type).map(ClassFile::parse));
    }

    private static Optional<byte[]> resource(String name) {
        try (InputStream in = GuardHandlers.class.getClassLoader().getResourceAsStream(name + SUFFIX)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<byte[]> read(JarFile jar, String entry) {
        try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

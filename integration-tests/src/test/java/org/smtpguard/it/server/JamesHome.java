package org.smtpguard.it.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The James under test: the one that the build laid out, or any that lies unpacked elsewhere ({@code smtpguard.james.home}), on a
 * JVM of its own ({@code smtpguard.james.java}). The only class that knows how versions differ, but for what tests say of themselves
 * ({@link #isBefore}).
 */
public final class JamesHome {
    private static final String HOME = "smtpguard.james.home";
    private static final String JAVA = "smtpguard.james.java";
    /** A jar of James whose name has its version. */
    private static final Pattern VERSIONED = Pattern.compile("protocols-smtp-(\\d+)\\.(\\d+)[^/]*\\.jar");
    private static final String WEBADMIN = "webadmin.properties";
    private static final Pattern JVM_VERSION = Pattern.compile("(?m)^JAVA_RUNTIME_VERSION=\"(.*)\"$");
    /** As published: {@code libs} and {@code classes} in the image, {@code *.lib} beside the jar of the server in a zip or a build. */
    private static final List<String> LIBRARIES = List.of("lib", "libs");

    private final Optional<Path> home;
    private final Path java;
    private final List<Path> jars;
    private final int major;
    private final int minor;
    private final String version;

    private JamesHome(Optional<Path> home, Path java) throws IOException {
        this.home = home;
        this.java = java;
        this.jars = home.isPresent() ? jars(home.get()) : Files.isDirectory(Layout.lib()) ? jarsIn(Layout.lib()) : List.of();
        Matcher named = names().map(VERSIONED::matcher).filter(Matcher::matches).findFirst()
            .orElseThrow(() -> new IllegalArgumentException("There is no James in " + home.orElseGet(Layout::lib)
                + ": -D" + HOME + " names the directory with the server's jar and its libraries"));
        this.major = Integer.parseInt(named.group(1));
        this.minor = Integer.parseInt(named.group(2));
        this.version = named.group().replaceFirst("^protocols-smtp-", "").replaceFirst("\\.jar$", "");
    }

    /** Of its jars. The tag of an image says as much. */
    private Stream<String> names() {
        return Layout.inDocker() ? Stream.of("protocols-smtp-" + Layout.image().replaceFirst("^.*-", "") + ".jar")
            : jars.stream().map(jar -> jar.getFileName().toString());
    }

    public static JamesHome current() {
        try {
            return new JamesHome(named(HOME), named(JAVA).orElseGet(() -> Path.of(System.getProperty("java.home"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> named(String property) {
        return Optional.ofNullable(System.getProperty(property)).filter(path -> !path.isBlank()).map(Path::of).map(Path::toAbsolutePath);
    }

    private static List<Path> jars(Path home) throws IOException {
        List<Path> jars = new ArrayList<>(jarsIn(home));
        for (Path directory : list(home)) {
            String name = directory.getFileName().toString();
            if (Files.isDirectory(directory) && (LIBRARIES.contains(name) || name.endsWith(".lib"))) {
                jars.addAll(jarsIn(directory));
            }
        }
        return jars;
    }

    private static List<Path> jarsIn(Path directory) throws IOException {
        return list(directory).stream().filter(file -> file.toString().endsWith(".jar")).collect(Collectors.toList());
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().collect(Collectors.toList());
        }
    }

    /** As its jars have it. */
    public String version() {
        return version;
    }

    /** Major and minor: what tables of versions say. */
    public String release() {
        return major + "." + minor;
    }

    /** For what a test knows of one version alone. */
    public boolean isBefore(int otherMajor, int otherMinor) {
        return major < otherMajor || (major == otherMajor && minor < otherMinor);
    }

    /** Whether it is another than the one that the build laid out. */
    public boolean isElsewhere() {
        return home.isPresent();
    }

    public List<Path> jars() {
        return List.copyOf(jars);
    }

    /** What a JVM needs to run it. */
    public String classPath() {
        if (home.isEmpty()) {
            return Layout.lib() + File.separator + "*";
        }
        Stream<Path> classes = Stream.of("classes", "resources").map(home.get()::resolve).filter(Files::isDirectory);
        Stream<Path> libraries = jars.stream().map(Path::getParent).distinct().map(directory -> directory.resolve("*"));
        return Stream.concat(classes, libraries).map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    String mainClass() {
        return "org.apache.james.MemoryJamesServerMain";
    }

    /** A program of the JDK that runs it. */
    public Path program(String name) {
        return java.resolve("bin").resolve(name);
    }

    /** Where the archive of its classes is, for this JVM alone. */
    Path classArchive() {
        String jvm = System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version");
        if (!java.equals(Path.of(System.getProperty("java.home")))) {
            jvm = runtimeVersion();
        }
        String name = "classes-" + (isElsewhere() ? version + "-" : "") + jvm.replaceAll("[^A-Za-z0-9.]+", "-") + ".jsa";
        return isElsewhere() ? Layout.work().resolveSibling(name) : Layout.lib().resolveSibling(name);
    }

    /** The first number of the version of its JVM. */
    public int jvmFeature() {
        return java.equals(Path.of(System.getProperty("java.home"))) ? Runtime.version().feature()
            : Runtime.Version.parse(runtimeVersion()).feature();
    }

    private String runtimeVersion() {
        try {
            Matcher line = JVM_VERSION.matcher(Files.readString(java.resolve("release"), StandardCharsets.UTF_8));
            return line.find() ? line.group(1) : "0";
        } catch (IOException e) {
            return "0";
        }
    }

    /** Arguments that its JVM needs. */
    List<String> jvmArguments() {
        return List.of();
    }

    /** Arguments of the JVM of {@code TrialStarts}: from 3.9 on {@code createServer} adds the search for messages, as {@code main} does. */
    List<String> trialArguments() {
        return List.of("-Dsmtpguard.trial.search=" + isBefore(3, 9));
    }

    /** The configuration in the form that this version reads; that of the project is in the form of 3.8.1. */
    Map<String, String> configuration(Map<String, String> project) {
        if (isBefore(3, 10)) {
            return project;
        }
        Map<String, String> configuration = new HashMap<>(project);
        // Otherwise WebAdmin requires a password, another at each start.
        configuration.computeIfPresent(WEBADMIN, (file, content) -> content + "\npassword.generate=false\n");
        return configuration;
    }
}

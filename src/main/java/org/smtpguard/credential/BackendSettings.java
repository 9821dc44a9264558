package org.smtpguard.credential;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration of one {@code <backend>}: its child elements by name. Ports with equal settings share one backend. Immutable.
 *
 * <p>Values may contain placeholders for environment variables and files, see {@link Placeholders}. Getters return the values with
 * placeholders filled in; error messages show only the text as configured.
 */
public final class BackendSettings {
    /** The element of {@link #timeout}. */
    public static final String TIMEOUT = "timeout";

    /** The elements that every backend may have, with their attributes. They are handled outside of the backend. */
    private static final Map<String, List<String>> COMMON = Map.of(
        TIMEOUT, List.of(),
        "concurrency", List.of("max", "queue"),
        "circuitBreaker", List.of("failures", "retryAfter"),
        "cache", List.of("accepted", "refused", "entries", "stale"));
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})\\s*(ms|s|m|h|d)");
    private static final Duration MAX_DURATION = Duration.ofDays(30);

    private final String type;
    private final String name;
    private final Map<String, String> written;
    private final Map<String, String> elements = new HashMap<>();
    private final Function<String, Path> files;
    private final InstallationSecret secret;

    /**
     * Settings with a random secret, for a backend outside a server.
     *
     * @param type the backend's class, as configured
     * @param name the backend's name
     * @param elements the text of each child element by its name, and of each attribute of these by its
     *     {@linkplain #attribute name}
     * @param files resolves a value such as {@code file://conf/smtp-users} as James does
     * @throws InvalidConfigurationException if a placeholder names a variable that is not set, or a file that cannot be read
     */
    public BackendSettings(String type, String name, Map<String, String> elements, Function<String, Path> files) {
        this(type, name, elements, files, InstallationSecret.random());
    }

    /**
     * Settings of a backend in a server; the other parameters are as above.
     *
     * @param secret the secret of the installation
     */
    public BackendSettings(String type, String name, Map<String, String> elements, Function<String, Path> files,
                           InstallationSecret secret) {
        this(type, name, elements, files, secret, variable -> Optional.ofNullable(System.getenv(variable)));
    }

    BackendSettings(String type, String name, Map<String, String> elements, Function<String, Path> files,
                    Function<String, Optional<String>> environment) {
        this(type, name, elements, files, InstallationSecret.random(), environment);
    }

    private BackendSettings(String type, String name, Map<String, String> elements, Function<String, Path> files,
                            InstallationSecret secret, Function<String, Optional<String>> environment) {
        this.secret = Objects.requireNonNull(secret, "secret");
        this.type = Objects.requireNonNull(type, "type");
        this.name = Objects.requireNonNull(name, "name");
        this.written = new TreeMap<>(elements);
        this.files = Objects.requireNonNull(files, "files");
        Placeholders placeholders = new Placeholders(environment);
        written.forEach((element, text) -> this.elements.put(element, filled(element, text, placeholders)));
    }

    private String filled(String element, String text, Placeholders placeholders) {
        try {
            return placeholders.fill(text.trim());
        } catch (IllegalArgumentException e) {
            throw fault("has in " + place(element) + " " + e.getMessage());
        }
    }

    /** The name of an attribute of a child element, for the getters. */
    public static String attribute(String element, String attribute) {
        return element + " " + attribute;
    }

    /** The attributes that a child element may have; empty unless it is an element of every backend. */
    public static List<String> attributesOf(String element) {
        return COMMON.getOrDefault(element, List.of());
    }

    public String type() {
        return type;
    }

    public String name() {
        return name;
    }

    /**
     * Rejects elements other than these and those of every backend, so that a misspelt setting is never silently ignored.
     *
     * @throws InvalidConfigurationException if there is an unknown element; the message names it and the known ones
     */
    public BackendSettings only(String... known) {
        Set<String> names = new TreeSet<>(Set.of(known));
        names.addAll(COMMON.keySet());
        for (String element : written.keySet()) {
            if (!names.contains(element) && element.indexOf(' ') < 0) {
                throw fault("has an unknown element <" + element + ">; known here: <" + String.join(">, <", names) + ">");
            }
        }
        return this;
    }

    /**
     * A key of 32 octets for one use in this backend: the same after each restart and on all servers of a cluster.
     *
     * @param use as for {@link InstallationSecret#keyFor}
     */
    public byte[] keyFor(String use) {
        return secret.keyFor(use + " " + name);
    }

    /** Whether the element is configured, empty or not. */
    public boolean has(String element) {
        return written.containsKey(element);
    }

    public Optional<String> text(String element) {
        return Optional.ofNullable(elements.get(element)).filter(value -> !value.isEmpty());
    }

    /** @throws InvalidConfigurationException if the element is missing or empty */
    public String required(String element) {
        return text(element).orElseThrow(() -> fault("needs an element <" + element + ">"));
    }

    /** A boolean; false if the element is missing. */
    public boolean flag(String element) {
        String value = text(element).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw fault("has <" + element + "> that is neither true nor false; write one of the two");
        }
        return value.equals("true");
    }

    /** An integer between {@code min} and {@code max}. */
    public int number(String element, int min, int max, int defaultValue) {
        return text(element).map(text -> {
            int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
            if (number < min || number > max) {
                throw fault("has " + shown(element) + "; it must be a whole number from " + min + " to " + max);
            }
            return number;
        }).orElse(defaultValue);
    }

    /** A duration above zero, such as {@code 500ms}, {@code 2s}, {@code 5m}, {@code 1h} or {@code 1d}. */
    public Duration duration(String element, Duration defaultValue) {
        return text(element).map(text -> duration(text).orElseThrow(() -> fault("has " + shown(element)
            + ", which is not a duration; write for example 500ms, 2s, 5m or 1h"))).orElse(defaultValue);
    }

    /** The maximum time for an answer: {@code <timeout>}, which every backend may have. */
    public Duration timeout(Duration defaultValue) {
        return duration(TIMEOUT, defaultValue);
    }

    /** Parses a duration as {@link #duration(String, Duration)} does; empty if the text is not one. */
    public static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text.trim());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(unit(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1))))
            .filter(time -> !time.isZero() && time.compareTo(MAX_DURATION) <= 0);
    }

    private static Duration unit(String name) {
        switch (name) {
            case "ms":
                return Duration.ofMillis(1);
            case "s":
                return Duration.ofSeconds(1);
            case "m":
                return Duration.ofMinutes(1);
            case "h":
                return Duration.ofHours(1);
            default:
                return Duration.ofDays(1);
        }
    }

    /**
     * The file that an element names: {@code file://conf/x} is below James' working directory, {@code file:///x} is absolute.
     *
     * @throws InvalidConfigurationException if the element is missing or cannot be resolved
     */
    public Path file(String element) {
        String value = required(element);
        try {
            return files.apply(value);
        } catch (RuntimeException e) {
            InvalidConfigurationException fault = fault("has " + shown(element)
                + ", which cannot be resolved; write file://conf/... or file:///an/absolute/path");
            // The cause names the file; do not show it if it comes from a placeholder.
            throw value.equals(written.get(element)) ? new InvalidConfigurationException(fault.getMessage(), e) : fault;
        }
    }

    /** The element or attribute as configured, for error messages. */
    public String shown(String element) {
        String text = written.getOrDefault(element, "").trim();
        int blank = element.indexOf(' ');
        return blank < 0 ? "<" + element + ">" + text + "</" + element + ">"
            : element.substring(blank + 1) + "=\"" + text + "\" in <" + element.substring(0, blank) + ">";
    }

    private static String place(String element) {
        int blank = element.indexOf(' ');
        return blank < 0 ? "<" + element + ">" : "<" + element.substring(0, blank) + " " + element.substring(blank + 1) + "=…>";
    }

    /**
     * An error in the configuration of this backend.
     *
     * @param predicate the rest of a sentence that begins with the backend's name, without the full stop
     */
    public InvalidConfigurationException fault(String predicate) {
        return new InvalidConfigurationException("<backend class=\"" + type + "\" name=\"" + name + "\"> " + predicate + ".");
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof BackendSettings)) {
            return false;
        }
        BackendSettings that = (BackendSettings) o;
        return type.equals(that.type) && name.equals(that.name) && written.equals(that.written);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, name, written);
    }

    /** Names only: the values may be secrets. */
    @Override
    public String toString() {
        return type + " " + name + " " + written.keySet();
    }
}

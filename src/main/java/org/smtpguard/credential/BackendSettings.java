package org.smtpguard.credential;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What the operator wrote inside one {@code <backend>} element: child elements by name. Two ports whose settings are
 * equal share one backend.
 */
public final class BackendSettings {
    private final String type;
    private final String name;
    private final Map<String, String> elements;
    private final Function<String, Path> files;

    /**
     * @param type the backend's class, as written
     * @param name the backend's name
     * @param elements the text of each child element, by the element's name
     * @param files resolves a value such as {@code file://conf/smtp-users} as James does
     */
    public BackendSettings(String type, String name, Map<String, String> elements, Function<String, Path> files) {
        this.type = Objects.requireNonNull(type, "type");
        this.name = Objects.requireNonNull(name, "name");
        this.elements = new TreeMap<>(elements);
        this.files = Objects.requireNonNull(files, "files");
    }

    public String type() {
        return type;
    }

    public String name() {
        return name;
    }

    /**
     * Refuses elements that the backend does not know: a misspelt limit must not silently become the default.
     *
     * @throws ConfigurationFault naming the first unknown element and those that are known
     */
    public BackendSettings only(String... known) {
        Set<String> names = new TreeSet<>(Set.of(known));
        for (String element : elements.keySet()) {
            if (!names.contains(element)) {
                throw fault("has an unknown element <" + element + ">; known here: "
                    + (names.isEmpty() ? "none" : "<" + String.join(">, <", names) + ">"));
            }
        }
        return this;
    }

    public Optional<String> text(String element) {
        return Optional.ofNullable(elements.get(element)).map(String::trim).filter(value -> !value.isEmpty());
    }

    /** @throws ConfigurationFault if the element is missing or empty */
    public String required(String element) {
        return text(element).orElseThrow(() -> fault("needs an element <" + element + ">"));
    }

    /**
     * The file that an element names: {@code file://conf/x} is below James' working directory, {@code file:///x} is absolute.
     *
     * @throws ConfigurationFault if the element is missing or cannot be resolved
     */
    public Path file(String element) {
        String value = required(element);
        try {
            return files.apply(value);
        } catch (RuntimeException e) {
            throw new ConfigurationFault(fault("has <" + element + ">" + value + "</" + element
                + ">, which is no file that can be found; write file://conf/... or file:///an/absolute/path").getMessage(), e);
        }
    }

    /** A fault of this backend: the sentence goes on after its name. */
    public ConfigurationFault fault(String predicate) {
        return new ConfigurationFault("<backend class=\"" + type + "\" name=\"" + name + "\"> " + predicate + ".");
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof BackendSettings)) {
            return false;
        }
        BackendSettings that = (BackendSettings) o;
        return type.equals(that.type) && name.equals(that.name) && elements.equals(that.elements);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, name, elements);
    }

    /** Names only: the values may be secrets. */
    @Override
    public String toString() {
        return type + " " + name + " " + elements.keySet();
    }
}

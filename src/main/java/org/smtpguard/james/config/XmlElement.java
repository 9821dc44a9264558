package org.smtpguard.james.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.apache.commons.configuration2.tree.ImmutableNode;

/** An element of an XML file, with its line. Immutable once the file has been read. */
public final class XmlElement {
    private final String name;
    private final Map<String, String> attributes;
    private final int line;
    private final List<XmlElement> children = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    XmlElement(String name, Map<String, String> attributes, int line) {
        this.name = Objects.requireNonNull(name, "name");
        this.attributes = Map.copyOf(attributes);
        this.line = line;
    }

    void add(XmlElement child) {
        children.add(child);
    }

    void add(char[] characters, int start, int length) {
        text.append(characters, start, length);
    }

    public String name() {
        return name;
    }

    /** The line of its start tag, from 1. */
    public int line() {
        return line;
    }

    public Optional<String> attribute(String attribute) {
        return Optional.ofNullable(attributes.get(attribute)).map(String::trim);
    }

    /** Whether it has these attributes, with these values. */
    boolean has(Map<String, String> wanted) {
        return wanted.entrySet().stream().allMatch(each -> attribute(each.getKey()).equals(Optional.of(each.getValue())));
    }

    /** Its own text, without that of its children and without the spaces around it. */
    public String text() {
        return text.toString().trim();
    }

    /** The child elements of that name. */
    public Stream<XmlElement> children(String child) {
        return children.stream().filter(each -> each.name.equals(child));
    }

    /** The first element along these names. */
    public Optional<XmlElement> find(String... path) {
        Optional<XmlElement> found = Optional.of(this);
        for (String step : path) {
            found = found.flatMap(element -> element.children(step).findFirst());
        }
        return found;
    }

    /** All elements in it, in the order of the file. */
    public Stream<XmlElement> descendants() {
        return children.stream().flatMap(child -> Stream.concat(Stream.of(child), child.descendants()));
    }

    /** Whether James read this node from this element. */
    boolean isSameAs(ImmutableNode node) {
        if (!name.equals(node.getNodeName()) && node.getNodeName() != null) {
            return false;
        }
        List<ImmutableNode> nodes = node.getChildren();
        boolean same = attributes.size() == node.getAttributes().size() && nodes.size() == children.size()
            && text().equals(Optional.ofNullable(node.getValue()).map(Object::toString).map(String::trim).orElse(""))
            && attributes.entrySet().stream()
                .allMatch(entry -> entry.getValue().equals(String.valueOf(node.getAttributes().get(entry.getKey()))));
        for (int i = 0; same && i < nodes.size(); i++) {
            same = children.get(i).isSameAs(nodes.get(i));
        }
        return same;
    }

    @Override
    public String toString() {
        return "<" + name + "> in line " + line;
    }
}

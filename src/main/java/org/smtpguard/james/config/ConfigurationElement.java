package org.smtpguard.james.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.smtpguard.credential.InvalidConfigurationException;

/**
 * An element of {@code smtpserver.xml}, read strictly: an unknown element or attribute is an error, so a misspelt setting is
 * never silently ignored. Immutable.
 */
public final class ConfigurationElement {
    private final String name;
    private final ImmutableNode node;

    private ConfigurationElement(String name, ImmutableNode node) {
        this.name = name;
        this.node = node;
    }

    /** The {@code <handler>} element with which James initialises a handler. */
    public static ConfigurationElement handler(Configuration configuration, NamedClass handler) {
        if (!(configuration instanceof HierarchicalConfiguration)) {
            throw new InvalidConfigurationException("<handler class=\"" + handler.className() + "\"> has to be in smtpserver.xml.");
        }
        @SuppressWarnings("unchecked")
        HierarchicalConfiguration<ImmutableNode> tree = (HierarchicalConfiguration<ImmutableNode>) configuration;
        return new ConfigurationElement("<handler class=\"" + handler.className() + "\">", tree.getNodeModel().getNodeHandler()
            .getRootNode());
    }

    /** The element's name in messages. */
    public String name() {
        return name;
    }

    /** The same element with another name in messages. */
    public ConfigurationElement named(String other) {
        return new ConfigurationElement(other, node);
    }

    /** Whether James read this element from that one of the file. */
    public boolean isReadFrom(XmlElement element) {
        return element.isSameAs(node);
    }

    /** Refuses child elements other than these. */
    public ConfigurationElement onlyElements(String... known) {
        return only("element", "<", ">", node.getChildren().stream().map(ImmutableNode::getNodeName).collect(Collectors.toList()), known);
    }

    /** Refuses attributes other than these. */
    public ConfigurationElement onlyAttributes(String... known) {
        return only("attribute", "", "", List.copyOf(node.getAttributes().keySet()), known);
    }

    private ConfigurationElement only(String kind, String open, String close, List<String> given, String... known) {
        Set<String> names = new TreeSet<>(Set.of(known));
        given.stream().filter(each -> !names.contains(each)).findFirst().ifPresent(unknown -> {
            throw fault("has an unknown " + kind + " " + open + unknown + close + "; known here: "
                + (names.isEmpty() ? "none" : open + String.join(close + ", " + open, names) + close));
        });
        return this;
    }

    public List<ConfigurationElement> children(String element) {
        return node.getChildren().stream().filter(child -> child.getNodeName().equals(element))
            .map(child -> new ConfigurationElement("<" + element + "> in " + name, child))
            .collect(Collectors.toList());
    }

    /** All child elements. */
    public List<ConfigurationElement> children() {
        return node.getChildren().stream().map(child -> new ConfigurationElement(child.getNodeName(), child)).collect(Collectors.toList());
    }

    /** The child element of that name; an error if there are several. */
    public Optional<ConfigurationElement> child(String element) {
        List<ConfigurationElement> children = children(element);
        if (children.size() > 1) {
            throw fault("has <" + element + "> " + children.size() + " times; keep one");
        }
        return children.stream().findFirst();
    }

    public Optional<String> text() {
        return Optional.ofNullable(node.getValue()).map(Object::toString).map(String::trim).filter(text -> !text.isEmpty());
    }

    public Optional<String> attribute(String attribute) {
        return Optional.ofNullable(node.getAttributes().get(attribute)).map(Object::toString).map(String::trim)
            .filter(text -> !text.isEmpty());
    }

    /** An integer from {@code min} to {@code max}. */
    Optional<Integer> number(String attribute, int min, int max) {
        return attribute(attribute).map(text -> {
            int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
            if (number < min || number > max) {
                throw fault("has " + attribute + "=\"" + text + "\"; it must be a whole number from " + min + " to " + max);
            }
            return number;
        });
    }

    public String requiredAttribute(String attribute) {
        return attribute(attribute).orElseThrow(() -> fault("needs an attribute " + attribute + "=\"…\""));
    }

    /** An error in this element; the message is its name and the predicate. */
    public InvalidConfigurationException fault(String predicate) {
        return new InvalidConfigurationException(name + " " + predicate + ".");
    }
}

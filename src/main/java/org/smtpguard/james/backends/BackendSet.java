package org.smtpguard.james.backends;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.james.config.ConfigurationElement;

/** The backends of a handler's {@code <backend>} elements, acquired from the backends shared by all ports. Immutable. */
public final class BackendSet {
    private static final String ON_UNKNOWN = "onUnknown";
    private static final String ON_REFUSED = "onRefused";
    private static final String ON_UNAVAILABLE = "onUnavailable";

    private final Backends backends;
    private final List<BackendChain.Link> links;

    private BackendSet(Backends backends, List<BackendChain.Link> links) {
        this.backends = backends;
        this.links = links;
    }

    /**
     * Acquires the backends; release them with {@link #release}.
     *
     * @throws org.smtpguard.credential.InvalidConfigurationException naming the element and the fix
     */
    public static BackendSet parse(ConfigurationElement handler, Backends backends) {
        List<ConfigurationElement> elements = handler.children("backend");
        if (elements.isEmpty()) {
            throw handler.fault("needs at least one <backend class=\"FileBackend\" name=\"…\">");
        }
        List<BackendChain.Link> links = new ArrayList<>();
        try {
            for (ConfigurationElement element : elements) {
                links.add(link(element, backends));
            }
            return new BackendSet(backends, List.copyOf(links));
        } catch (RuntimeException e) {
            links.forEach(link -> backends.release(link.backend()));
            throw e;
        }
    }

    /** In query order. */
    public List<BackendChain.Link> links() {
        return links;
    }

    /** Releases the backends. Call once. */
    public void release() {
        links.forEach(link -> backends.release(link.backend()));
    }

    /** One {@code <backend>} element; its backend has to be released. */
    public static BackendChain.Link link(ConfigurationElement element, Backends backends) {
        element.onlyAttributes("class", "name", ON_UNKNOWN, ON_REFUSED, ON_UNAVAILABLE);
        Map<String, String> elements = new LinkedHashMap<>();
        for (ConfigurationElement child : element.children()) {
            List<String> attributes = BackendSettings.attributesOf(child.name());
            child.named("<" + child.name() + "> in " + label(element)).onlyAttributes(attributes.toArray(new String[0])).onlyElements();
            if (elements.put(child.name(), child.text().orElse("")) != null) {
                throw element.fault("has <" + child.name() + "> twice; keep one");
            }
            attributes.forEach(attribute -> child.attribute(attribute)
                .ifPresent(value -> elements.put(BackendSettings.attribute(child.name(), attribute), value)));
        }
        BackendChain.Then onUnknown = choice(element, ON_UNKNOWN);
        BackendChain.Then onRefused = choice(element, ON_REFUSED);
        BackendChain.Then onUnavailable = choice(element, ON_UNAVAILABLE);
        CredentialBackend backend = backends.acquire(new BackendSettings(element.requiredAttribute("class"),
            element.requiredAttribute("name"), elements, backends::file, backends.secret()));
        return BackendChain.Link.of(backend).onUnknown(onUnknown).onRefused(onRefused).onUnavailable(onUnavailable);
    }

    /** As the messages of the backend itself name it. */
    private static String label(ConfigurationElement element) {
        return element.attribute("class").flatMap(type -> element.attribute("name")
            .map(name -> "<backend class=\"" + type + "\" name=\"" + name + "\">")).orElseGet(element::name);
    }

    private static BackendChain.Then choice(ConfigurationElement element, String attribute) {
        Optional<String> choice = element.attribute(attribute);
        if (choice.isEmpty() || choice.get().equals("next")) {
            return BackendChain.Then.NEXT;
        }
        if (choice.get().equals("stop")) {
            return BackendChain.Then.STOP;
        }
        throw element.fault("has " + attribute + "=\"" + choice.get() + "\"; it can be next or stop");
    }
}

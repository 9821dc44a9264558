package org.smtpguard.james;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.NamedClass;

/** A {@code <handler>} element as a handler gets it: read by James' own reader, and cut out as its chain does. */
public final class Xml {
    private Xml() {
    }

    public static ConfigurationElement handler(NamedClass handler, String content) {
        return ConfigurationElement.handler(configuration(handler, content), handler);
    }

    static HierarchicalConfiguration<ImmutableNode> configuration(NamedClass handler, String content) {
        String xml = "<handlerchain><handler class=\"" + handler.className() + "\">" + content + "</handler></handlerchain>";
        try {
            return FileConfigurationProvider.getConfig(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
                .configurationsAt("handler").get(0);
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(xml, e);
        }
    }
}

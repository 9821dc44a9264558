package org.smtpguard.james.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.smtpguard.credential.AppPasswords;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.james.backends.BackendSet;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.backends.GuardSecret;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.event.GuardMetrics;

/**
 * The app passwords of a {@code smtpserver.xml}, for the command line, whether or not the server runs. Other backends are not created.
 */
public final class ConfiguredAppPasswords implements AutoCloseable {
    private static final String BACKEND = "AppPasswordBackend";

    private final Backends backends;
    private final Map<String, CredentialBackend> byName = new LinkedHashMap<>();

    private ConfiguredAppPasswords(Path home) {
        this.backends = new Backends(new FileSystemImpl(new JamesServerResourceLoader(home.toString())), new GuardPools(),
            LocalUsers.none(), GuardMetrics.unread(), GuardSecret.random());
    }

    /** @throws InvalidConfigurationException if the file cannot be read, or an {@code AppPasswordBackend} in it is wrong */
    public static ConfiguredAppPasswords of(Path smtpserver) {
        Path file = smtpserver.toAbsolutePath().normalize();
        // As in James: file://conf/x is relative to the parent of conf/.
        ConfiguredAppPasswords found = new ConfiguredAppPasswords(Optional.ofNullable(file.getParent()).map(Path::getParent)
            .orElse(file.getRoot()));
        try {
            Stream.of(NamedClass.AUTHENTICATION, NamedClass.BACKEND_AUTH_HOOK).forEach(type -> handlers(read(file), type).stream()
                .flatMap(handler -> handler.children("backend").stream())
                .filter(element -> element.attribute("class").filter(name -> name.endsWith(BACKEND)).isPresent())
                .forEach(found::add));
            return found;
        } catch (RuntimeException e) {
            found.close();
            throw e;
        }
    }

    private static HierarchicalConfiguration<ImmutableNode> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return FileConfigurationProvider.getConfig(in);
        } catch (ConfigurationException | IOException e) {
            throw new InvalidConfigurationException("The file " + file + " cannot be read (" + e.getClass().getSimpleName() + "); check it"
                + " with: guard check.");
        }
    }

    private static List<ConfigurationElement> handlers(HierarchicalConfiguration<ImmutableNode> xml, NamedClass type) {
        return xml.configurationsAt("smtpserver.handlerchain.handler").stream()
            .filter(handler -> handler.getString("[@class]", "").equals(type.className()))
            .map(handler -> ConfigurationElement.handler(handler, type)).collect(Collectors.toList());
    }

    private void add(ConfigurationElement element) {
        CredentialBackend backend = BackendSet.link(element, backends).backend();
        if (byName.putIfAbsent(backend.name(), backend) != null) {
            backends.release(backend);
        }
    }

    /** By the names of the backends, in the order of the file. */
    public Map<String, AppPasswords> byName() {
        Map<String, AppPasswords> found = new LinkedHashMap<>();
        byName.forEach((name, backend) -> backend.appPasswords().ifPresent(passwords -> found.put(name, passwords)));
        return found;
    }

    @Override
    public void close() {
        byName.values().forEach(backends::release);
    }
}

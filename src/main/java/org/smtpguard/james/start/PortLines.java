package org.smtpguard.james.start;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.commons.configuration2.Configuration;
import org.apache.james.filesystem.api.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.config.ServerFile;
import org.smtpguard.james.config.XmlElement;
import org.smtpguard.sequence.Mode;
import org.xml.sax.SAXException;

/**
 * Logs one line for each guarded port at the start. James does not tell a handler its port: the line is that of the first port in
 * {@code smtpserver.xml} with such a handler that has none yet. Ports with equal handlers get the same line except for what is read from
 * their own elements, so it does not matter which one is initialised first.
 *
 * <p>Threads: thread-safe, since James 3.9 initialises ports concurrently.
 */
@Singleton
public final class PortLines {
    /** A logger of James, by which it names its configuration at the start: its sample logback.xml shows INFO of its own loggers only. */
    private static final Logger LOGGER = LoggerFactory.getLogger("org.apache.james.CONFIGURATION");
    private static final String SERVER_FILE = "file://conf/smtpserver.xml";
    private static final String UNKNOWN_VERSION = "(development)";

    private final Optional<FileSystem> files;
    private final Set<XmlElement> told = new HashSet<>();
    private Optional<ServerFile> server = Optional.empty();

    @Inject
    public PortLines(FileSystem files) {
        this(Optional.of(files));
    }

    private PortLines(Optional<FileSystem> files) {
        this.files = files;
    }

    /** Logs nothing, for use without a server. */
    public static PortLines none() {
        return new PortLines(Optional.empty());
    }

    /** What a port offers for AUTH. */
    public static final class Offer {
        private final List<String> mechanisms;
        private final List<CredentialBackend> backends;

        /**
         * @param mechanisms in the order of announcement
         * @param backends in the order in which they are queried
         */
        public Offer(List<String> mechanisms, List<CredentialBackend> backends) {
            this.mechanisms = List.copyOf(mechanisms);
            this.backends = List.copyOf(backends);
        }
    }

    /**
     * Logs the line of the port with that handler.
     *
     * @param auth empty if James answers AUTH
     */
    public void log(NamedClass type, Configuration configuration, Mode mode, Optional<Offer> auth) {
        if (files.isEmpty()) {
            return;
        }
        Optional<XmlElement> port = next(type, configuration);
        LOGGER.info("SMTP Guard {}: {}", version(), line(port, type, mode, auth));
    }

    private synchronized Optional<XmlElement> next(NamedClass type, Configuration configuration) {
        try {
            if (server.isEmpty()) {
                server = Optional.of(ServerFile.read(files.orElseThrow().getFile(SERVER_FILE).toPath()));
            }
            ConfigurationElement handler = ConfigurationElement.handler(configuration, type);
            Optional<XmlElement> port = server.get().ports().stream().filter(each -> !told.contains(each))
                .filter(each -> !each.attribute("enabled").equals(Optional.of("false")))
                .filter(each -> ServerFile.handlers(each).stream().anyMatch(handler::isReadFrom)).findFirst();
            port.ifPresent(told::add);
            return port;
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException | SAXException | InvalidConfigurationException e) {
            LOGGER.debug("The port of a handler is unknown", e);
            return Optional.empty();
        }
    }

    static String line(Optional<XmlElement> port, NamedClass type, Mode mode, Optional<Offer> auth) {
        List<String> parts = new ArrayList<>();
        String name = "port " + port.map(ServerFile::bind).orElse("unknown");
        parts.add(name + " " + (type == NamedClass.SEQUENCE_GUARD ? mode.name().toLowerCase(Locale.ROOT) : "without SequenceGuard"));
        port.ifPresent(element -> parts.add(tls(element)));
        parts.add(auth.map(offer -> "AUTH " + String.join(" ", offer.mechanisms) + (port.filter(PortLines::requiresTls).isPresent()
            ? " (TLS only)" : "")).orElse("AUTH answered by James"));
        auth.ifPresent(offer -> parts.add("backends " + offer.backends.stream().map(PortLines::describe)
            .collect(Collectors.joining(", "))));
        return String.join(", ", parts);
    }

    private static String tls(XmlElement port) {
        Optional<XmlElement> tls = port.find("tls");
        if (tls.flatMap(element -> element.attribute("socketTLS")).filter("true"::equals).isPresent()) {
            return "TLS";
        }
        return tls.flatMap(element -> element.attribute("startTLS")).filter("true"::equals).isPresent() ? "STARTTLS" : "no TLS";
    }

    private static boolean requiresTls(XmlElement port) {
        return port.find("auth", "requireSSL").filter(element -> element.text().equals("true")).isPresent();
    }

    private static String describe(CredentialBackend backend) {
        return backend.name() + backend.summary().map(text -> " (" + text + ")").orElse("");
    }

    static String version() {
        return Optional.ofNullable(PortLines.class.getPackage().getImplementationVersion()).orElse(UNKNOWN_VERSION);
    }
}

package org.smtpguard.james.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import com.google.inject.Module;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.ex.ConversionException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.core.healthcheck.HealthCheck;
import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.lib.handler.HandlersPackage;
import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.apache.james.utils.UserDefinedStartable;
import org.apache.james.webadmin.Routes;
import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.bruteforce.redis.RedisSettings;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.james.auth.AuthenticationSettings;
import org.smtpguard.james.backends.BackendSet;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.backends.GuardSecret;
import org.smtpguard.james.check.Finding.Place;
import org.smtpguard.james.check.Finding.Severity;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.config.RedisProperties;
import org.smtpguard.james.config.ServerFile;
import org.smtpguard.james.config.SharedBruteForce;
import org.smtpguard.james.config.XmlElement;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.transcript.TranscriptSettings;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Checks a {@code smtpserver.xml} without starting a server, with the classes that a server reads it with. Finds settings of the guard and
 * of James' ports that prevent the start, settings that start but cannot work, and backends that are unavailable. An error at one place
 * does not hide others, and is reported once.
 *
 * <p>Threads: blocks the calling thread while backends are checked, each within its own time limit.
 */
public final class ConfigurationCheck {
    private static final String SERVER = "the file";
    private static final String MODULE_KEY = "guice.extension.module";
    /** The name of a port in JMX without {@code <jmxName>}. */
    private static final String DEFAULT_NAME = "smtpserver";

    private final Path file;
    private final FileSystem files;
    private final Backends backends;
    private final ExtensionClasses classes;
    private final SharedBruteForce bruteForce = new SharedBruteForce();
    private final Findings findings = new Findings();
    private final List<PortReport> ports = new ArrayList<>();
    private final Listening listening = new Listening();
    private final Map<String, String> names = new HashMap<>();
    /** Released at the end: two ports may use one name for different backends. */
    private final List<CredentialBackend> made = new ArrayList<>();
    private Optional<TranscriptSettings> transcripts = Optional.empty();
    private boolean isModuleNeeded;

    private ConfigurationCheck(Path file) {
        this.file = file;
        // As in James: file://conf/x is relative to the parent of conf/.
        Path home = Optional.ofNullable(file.getParent()).map(Path::getParent).orElse(file.getRoot());
        this.files = new FileSystemImpl(new JamesServerResourceLoader(home.toString()));
        this.classes = new ExtensionClasses(home);
        this.backends = new Backends(files, new GuardPools(), LocalUsers.none(), GuardMetrics.unread(), GuardSecret.random());
    }

    /** Checks the file, and those next to it that the guard needs. */
    public static CheckReport of(Path smtpserver) {
        ConfigurationCheck check = new ConfigurationCheck(smtpserver.toAbsolutePath().normalize());
        try {
            check.run();
        } finally {
            check.made.forEach(check.backends::release);
            check.listening.close();
            check.classes.close();
        }
        return new CheckReport(check.findings.list(), check.ports);
    }

    private void run() {
        Optional<HierarchicalConfiguration<ImmutableNode>> xml = read();
        if (xml.isEmpty()) {
            return;
        }
        List<HierarchicalConfiguration<ImmutableNode>> servers = xml.get().configurationsAt("smtpserver");
        if (servers.isEmpty()) {
            add(Severity.WRONG, file, Optional.of(1), SERVER, "has no <smtpserver>; it should be James' smtpserver.xml.");
        }
        List<XmlElement> elements = elements();
        for (int i = 0; i < servers.size(); i++) {
            new CheckedPort(servers.get(i), elements.get(i)).check();
        }
        checkSecret();
        checkProperties();
    }

    private Optional<HierarchicalConfiguration<ImmutableNode>> read() {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(FileConfigurationProvider.getConfig(in));
        } catch (ConfigurationException e) {
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            Optional<Integer> line = Optional.of(cause).filter(SAXParseException.class::isInstance).map(SAXParseException.class::cast)
                .map(SAXParseException::getLineNumber);
            add(Severity.WRONG, file, line, SERVER, "cannot be read as XML: " + cause.getMessage());
        } catch (IOException e) {
            add(Severity.WRONG, file, Optional.empty(), SERVER, "cannot be read (" + e.getClass().getSimpleName() + "); check the path.");
        }
        return Optional.empty();
    }

    private List<XmlElement> elements() {
        try {
            return ServerFile.read(file).ports();
        } catch (IOException | SAXException e) {
            throw new IllegalStateException("James can read the file, but its lines are unknown", e);
        }
    }

    /** Without creating it, as the server does. */
    private void checkSecret() {
        Path secret = file.resolveSibling("smtp-guard.secret");
        if (isModuleNeeded && Files.exists(secret)) {
            try {
                new GuardSecret(files).get();
            } catch (InvalidConfigurationException e) {
                add(Severity.WRONG, secret, Optional.of(1), SERVER, e.getMessage());
            }
        }
    }

    private void checkProperties() {
        checkClasses("webadmin.properties", "extensions.routes", Routes.class);
        checkClasses("healthcheck.properties", "additional.healthchecks", HealthCheck.class);
        checkClasses("extensions.properties", "guice.extension.startable", UserDefinedStartable.class);
        checkClasses("extensions.properties", MODULE_KEY, Module.class);
        if (isModuleNeeded) {
            read("extensions.properties").ifPresent(extensions -> {
                List<String> modules = extensions.values(MODULE_KEY);
                boolean named = modules.contains(NamedClass.GUARD_MODULE.className());
                if (!named && modules.stream().anyMatch(type -> type.startsWith(NamedClass.PACKAGE))) {
                    // Misspelt, which was found already.
                    return;
                }
                findings.add(named ? Severity.OK : Severity.WRONG, extensions.file(), extensions.line(MODULE_KEY, ""), MODULE_KEY,
                    named ? "names the guard's module." : "does not name " + NamedClass.GUARD_MODULE.className()
                        + "; add it, after a comma if there are others.");
            });
        }
    }

    private void checkClasses(String name, String key, Class<?> wanted) {
        read(name).ifPresent(properties -> properties.values(key).forEach(type -> {
            isModuleNeeded |= type.startsWith(NamedClass.PACKAGE) && wanted != Module.class;
            classes.fault(type, wanted)
                .ifPresent(fault -> findings.add(Severity.WRONG, properties.file(), properties.line(key, type), key, fault));
        }));
    }

    private Optional<PropertiesFile> read(String name) {
        Path path = file.resolveSibling(name);
        try {
            return Optional.of(PropertiesFile.read(path));
        } catch (IOException e) {
            add(Severity.WRONG, path, Optional.empty(), SERVER, "cannot be read (" + e.getClass().getSimpleName() + ").");
            return Optional.empty();
        }
    }

    private void add(Severity severity, Path where, Optional<Integer> line, String element, String sentence) {
        findings.add(severity, where.toString(), line, element, sentence);
    }

    /** One {@code <smtpserver>}. */
    private final class CheckedPort {
        private final HierarchicalConfiguration<ImmutableNode> port;
        private final XmlElement xml;
        private final List<HierarchicalConfiguration<ImmutableNode>> handlers;
        private final List<XmlElement> handlerElements;
        private final List<String> types;
        private final List<Finding> own = new ArrayList<>();
        private Optional<GuardSettings> guard = Optional.empty();
        private Optional<List<String>> mechanisms = Optional.empty();

        private CheckedPort(HierarchicalConfiguration<ImmutableNode> port, XmlElement xml) {
            this.port = port;
            this.xml = xml;
            this.handlers = port.configurationsAt("handlerchain.handler");
            this.handlerElements = ServerFile.handlers(xml);
            this.types = handlers.stream().map(handler -> handler.getString("[@class]", "")).collect(Collectors.toList());
        }

        private void check() {
            if (!isEnabled()) {
                return;
            }
            boolean guarded = types.stream().anyMatch(name -> name.startsWith(NamedClass.PACKAGE));
            isModuleNeeded |= guarded;
            if (!guarded) {
                add(Severity.OK, xml, "the chain", "has no handler of the guard.");
            }
            boolean isAccepted = new JamesSettings(files, port, (element, sentence) ->
                add(Severity.WRONG, ServerFile.named(xml, element), element, sentence)).check();
            if (isAccepted) {
                new TlsSettings(files, port, (severity, element, sentence) ->
                    add(severity, ServerFile.named(xml, element), element, sentence)).check(Instant.now());
            }
            checkName();
            checkChain();
            for (int i = 0; i < handlers.size(); i++) {
                checkHandler(types.get(i), handlers.get(i), handlerElements.get(i));
            }
            checkOrder();
            List<SettingDifference> differences = SettingDifference.of(port, types);
            differences.forEach(difference -> add(difference.severity(),
                ServerFile.named(xml, difference.element().replaceAll(" .*>", ">")), difference.element(), difference.sentence()));
            listening.open(ServerFile.bind(xml)).forEach(problem ->
                add(problem.severity(), ServerFile.named(xml, "<bind>"), "<bind>", problem.sentence()));
            own.forEach(findings::add);
            Announcement announcement = new Announcement(port, mechanisms);
            ports.add(new PortReport(ServerFile.bind(xml), xml.find("jmxName").map(XmlElement::text), Optional.of(xml.line()),
                guard.map(settings -> settings.mode().name().toLowerCase(Locale.ROOT)), announcement.inClearText(),
                announcement.underTls(), overrides(differences)));
        }

        private boolean isEnabled() {
            try {
                return port.getBoolean("[@enabled]", true);
            } catch (ConversionException e) {
                add(Severity.WRONG, xml, "<smtpserver>", "has enabled=\"" + port.getString("[@enabled]") + "\"; it must be true or false.");
                own.forEach(findings::add);
                return false;
            }
        }

        private List<String> overrides(List<SettingDifference> differences) {
            List<String> overrides = new ArrayList<>();
            if (mechanisms.isPresent()) {
                overrides.add("AUTH: answered by Authentication, not by James' AuthCmdHandler");
            }
            differences.forEach(difference -> overrides.add(difference.element() + " " + difference.sentence()));
            return overrides;
        }

        /** James registers each port in JMX. */
        private void checkName() {
            String name = port.getString("jmxName", DEFAULT_NAME);
            Optional.ofNullable(names.putIfAbsent(name, ServerFile.bind(xml))).ifPresent(other -> add(Severity.WRONG,
                ServerFile.named(xml, "<jmxName>"), "<jmxName>", "is " + name + ", as that of the port " + other
                    + "; give each port a name of its own."));
        }

        private void checkChain() {
            Optional<XmlElement> chain = xml.find("handlerchain");
            if (chain.isEmpty()) {
                add(Severity.WRONG, xml, "<handlerchain>", "is missing; add it, with the handlers of the port.");
                return;
            }
            for (String attribute : List.of("coreHandlersPackage", "jmxHandlersPackage")) {
                chain.get().attribute(attribute).flatMap(name -> classes.fault(name, HandlersPackage.class)
                        .or(() -> classes.fault(name, ProtocolHandler.class)))
                    .ifPresent(fault -> add(Severity.WRONG, chain.get(), "<handlerchain " + attribute + ">", fault));
            }
        }

        private void checkHandler(String type, HierarchicalConfiguration<ImmutableNode> handler, XmlElement element) {
            if (type.equals(NamedClass.SEQUENCE_GUARD.className())) {
                judge(element, "SequenceGuard", () -> checkGuard(
                    GuardSettings.parse(ConfigurationElement.handler(handler, NamedClass.SEQUENCE_GUARD))), "is valid.");
            } else if (type.equals(NamedClass.AUTHENTICATION.className())) {
                checkBackends(ConfigurationElement.handler(handler, NamedClass.AUTHENTICATION), element);
                judge(element, "Authentication", () -> checkSettings(element,
                    AuthenticationSettings.parse(ConfigurationElement.handler(handler, NamedClass.AUTHENTICATION), backends)),
                    Flag.of(port, "auth.requireSSL", false)
                        ? "is valid; AUTH is refused without TLS (<requireSSL>); James itself would only not announce it."
                        : "is valid.");
            } else if (type.equals(NamedClass.BACKEND_AUTH_HOOK.className())) {
                ConfigurationElement hook = ConfigurationElement.handler(handler, NamedClass.BACKEND_AUTH_HOOK);
                judge(element, "BackendAuthHook", () -> hook.onlyAttributes("class").onlyElements("backend"), "is valid.");
                checkBackends(hook, element);
                add(Severity.WARNING, element, "BackendAuthHook", "blocks James' threads while a backend is queried; Authentication"
                    + " does not.");
            } else if (type.isEmpty()) {
                add(Severity.WRONG, element, "<handler>", "has no attribute class; add class=\"…\" with the name of a handler.");
            } else {
                classes.fault(type, ProtocolHandler.class).or(() -> classes.refusal(type, handler))
                    .ifPresent(fault -> add(Severity.WRONG, element, "<handler>", fault.startsWith("is not") ? type + " " + fault : fault));
            }
        }

        private void judge(XmlElement handler, String element, Runnable parse, String success) {
            try {
                parse.run();
                add(Severity.OK, handler, element, success);
            } catch (InvalidConfigurationException e) {
                wrong(handler, element, e.getMessage());
            }
        }

        private void checkGuard(GuardSettings settings) {
            guard = Optional.of(settings);
            if (transcripts.isPresent() && settings.transcripts().isPresent() && !transcripts.equals(settings.transcripts())) {
                throw GuardSettings.differ(settings.transcripts().get(), transcripts.get());
            }
            transcripts = transcripts.or(settings::transcripts);
            if (!settings.greetingWait().isZero() && !usesGuardHandlers()) {
                throw GuardSettings.greetingNeeds(NamedClass.GUARD_HANDLERS);
            }
        }

        private void checkBackends(ConfigurationElement handler, XmlElement handlerElement) {
            List<XmlElement> elements = handlerElement.children("backend").collect(Collectors.toList());
            List<ConfigurationElement> children = handler.children("backend");
            for (int i = 0; i < children.size(); i++) {
                checkBackend(children.get(i), elements.get(i));
            }
        }

        private void checkBackend(ConfigurationElement element, XmlElement place) {
            String name = "backend " + element.attribute("name").orElse("without a name");
            try {
                CredentialBackend backend = BackendSet.link(element, backends).backend();
                made.add(backend);
                checkPermissions(element, place, name);
                if (Backends.needsLocalUsers(element.requiredAttribute("class"))) {
                    add(Severity.OK, place, name, "queries James' own users; not checked here, since James is not running.");
                    return;
                }
                Optional<String> found = backend.check().toCompletableFuture().join();
                Optional<String> mistake = backend.mistake();
                Optional<String> problem = found.filter(what -> !mistake.equals(found));
                add(problem.isPresent() ? Severity.WRONG : Severity.OK, place, name,
                    problem.map(what -> "is unavailable: " + what + ".").orElse("is available."));
                mistake.ifPresent(what -> add(Severity.WRONG, place, name, what + "."));
                backend.flaw().filter(flaw -> !mistake.equals(Optional.of(flaw)))
                    .ifPresent(flaw -> add(Severity.WARNING, place, name, flaw + "."));
                backend.notices().forEach(notice -> add(Severity.WARNING, place, name, notice + "."));
            } catch (InvalidConfigurationException e) {
                wrong(place, name, e.getMessage());
            }
        }

        /** Releases the backends. */
        private void checkSettings(XmlElement handler, AuthenticationSettings settings) {
            try {
                bruteForce.agree(settings.bruteForce());
                settings.bruteForce().filter(limits -> limits.store() == BruteForceSettings.Store.REDIS)
                    .ifPresent(limits -> checkRedis(handler));
                BackendChain chain = new BackendChain(settings.backends().links());
                settings.mechanisms().stream().filter(name -> name.startsWith("SCRAM-") && settings.relayOf(name).isEmpty())
                    .forEach(name -> checkScram(handler, name, chain));
                mechanisms = Optional.of(settings.mechanisms().stream().filter(name -> !name.startsWith("SCRAM-")
                    || settings.relayOf(name).isPresent() || !chain.census(name.replace("-PLUS", "")).isEmpty())
                    .collect(Collectors.toList()));
            } finally {
                settings.backends().release();
            }
        }

        private void checkRedis(XmlElement handler) {
            XmlElement place = ServerFile.named(handler, "<store>");
            try {
                RedisSettings redis = RedisProperties.read(file.resolveSibling("redis.properties"), backends::file);
                add(Severity.OK, place, "<store>", "names Redis at " + redis + "; not connected here.");
            } catch (InvalidConfigurationException e) {
                wrong(place, "<store>", e.getMessage());
            }
        }

        private void checkScram(XmlElement handler, String mechanism, BackendChain chain) {
            String scheme = mechanism.replace("-PLUS", "");
            XmlElement place = ServerFile.named(handler, "<mechanisms>");
            if (chain.census(scheme).isEmpty()) {
                add(Severity.WARNING, place, "<mechanisms>", "names " + mechanism + ", but no user has keys for it: it is not announced"
                    + " until one has; create keys with hash --scheme " + scheme + ", or remove it.");
            }
            if (!mechanism.equals(scheme)) {
                add(Severity.OK, place, "<mechanisms>", "names " + mechanism + ", which supports only the channel binding"
                    + " tls-server-end-point:"
                    + " gsasl, and Debian's mutt 2.2.12 with it, support only tls-exporter, and cannot log in under TLS if it is offered"
                    + " (docs/clients.md).");
            }
        }

        private void checkPermissions(ConfigurationElement backend, XmlElement place, String name) {
            backend.child("file").flatMap(ConfigurationElement::text).map(backends::file).filter(ConfigurationCheck::isOpenToAll)
                .ifPresent(path -> add(Severity.WARNING, place, name, "has the file " + path
                    + ", which every user of this machine may read; give read permission only to the user that runs James."));
        }

        private boolean usesGuardHandlers() {
            return port.getString("handlerchain[@coreHandlersPackage]", "").equals(NamedClass.GUARD_HANDLERS.className());
        }

        private void checkOrder() {
            XmlElement chain = ServerFile.named(xml, "<handlerchain>");
            long authHandlers = types.stream().filter(NamedClass.AUTHENTICATION.className()::equals).count();
            if (authHandlers > 1) {
                add(Severity.WRONG, handlerElements.get(types.lastIndexOf(NamedClass.AUTHENTICATION.className())), "Authentication",
                    "is configured twice; remove one, with all its backends.");
            }
            if (authHandlers > 0 && !usesGuardHandlers()) {
                add(Severity.WARNING, chain, "<handlerchain>", "keeps James' own AUTH handler after Authentication; write"
                    + " coreHandlersPackage=\""
                    + NamedClass.GUARD_HANDLERS.className() + "\".");
            }
            if (authHandlers == 0 && usesGuardHandlers() && !types.contains(NamedClass.BACKEND_AUTH_HOOK.className())) {
                add(Severity.WARNING, chain, "<handlerchain>", "removes James' AUTH handler, and there is no Authentication in"
                    + " its place: no client can"
                    + " log in here.");
            }
            int guarding = types.indexOf(NamedClass.SEQUENCE_GUARD.className());
            types.subList(0, Math.max(guarding, 0)).stream().filter(this::handlesLines).findFirst().ifPresent(before ->
                add(Severity.WRONG, handlerElements.get(guarding), "SequenceGuard", "comes after another line handler (" + before
                    + "); move it to the top."));
            if (guarding != types.lastIndexOf(NamedClass.SEQUENCE_GUARD.className())) {
                add(Severity.WRONG, handlerElements.get(types.lastIndexOf(NamedClass.SEQUENCE_GUARD.className())), "SequenceGuard",
                    "is configured twice; remove one.");
            }
            boolean hasTls = Flag.of(port, "tls[@startTLS]", false) || Flag.of(port, "tls[@socketTLS]", false);
            if (authHandlers > 0 && Flag.of(port, "auth.requireSSL", false) && !hasTls) {
                add(Severity.WRONG, ServerFile.named(xml, "<requireSSL>"), "<requireSSL>", "makes AUTH require TLS, but <tls> has neither"
                    + " startTLS nor socketTLS: no client can log in here.");
            }
        }

        private boolean handlesLines(String type) {
            return classes.find(type).filter(LineHandler.class::isAssignableFrom).isPresent();
        }

        /** A mistake that the guard reports, at the element that its message names. That of a backend is also one of its handler. */
        private void wrong(XmlElement scope, String element, String sentence) {
            if (own.stream().noneMatch(finding -> finding.severity() == Severity.WRONG && finding.sentence().equals(sentence))) {
                add(Severity.WRONG, ServerFile.named(scope, sentence), element, sentence);
            }
        }

        private void add(Severity severity, XmlElement place, String element, String sentence) {
            own.add(new Finding(severity, file.toString(), List.of(new Place(Optional.of(ServerFile.bind(xml)), Optional.of(place.line()))),
                element, sentence));
        }
    }

    private static boolean isOpenToAll(Path path) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            return permissions.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            // The file is missing, which is reported elsewhere, or the file system is not POSIX.
            return false;
        }
    }
}

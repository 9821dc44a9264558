package org.smtpguard.james.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.server.core.filesystem.FileSystemImpl;
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
import org.smtpguard.james.check.Finding.Severity;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.config.RedisProperties;
import org.smtpguard.james.config.SharedBruteForce;
import org.smtpguard.james.event.GuardMetrics;

/**
 * Checks a {@code smtpserver.xml} without starting a server, with the classes that a server reads it with. Finds settings that
 * prevent the start, settings that start but cannot work, and backends that are unavailable. An error at one place does not
 * hide others.
 *
 * <p>Threads: blocks the calling thread while backends are checked, each within its own time limit.
 */
public final class ConfigurationCheck {
    private static final String SERVER = "the file";
    private static final String MODULE_KEY = "guice.extension.module";

    private final Path file;
    private final Backends backends;
    private final SharedBruteForce bruteForce = new SharedBruteForce();
    private final List<Finding> findings = new ArrayList<>();
    /** Released at the end: two ports may use one name for different backends. */
    private final List<CredentialBackend> made = new ArrayList<>();

    private ConfigurationCheck(Path file) {
        this.file = file;
        // As in James: file://conf/x is relative to the parent of conf/.
        Path home = Optional.ofNullable(file.getParent()).map(Path::getParent).orElse(file.getRoot());
        this.backends = new Backends(new FileSystemImpl(new JamesServerResourceLoader(home.toString())), new GuardPools(),
            LocalUsers.none(), GuardMetrics.unread(), GuardSecret.random());
    }

    /** The findings of all severities, port by port in file order. */
    public static List<Finding> of(Path smtpserver) {
        ConfigurationCheck check = new ConfigurationCheck(smtpserver.toAbsolutePath().normalize());
        try {
            check.run();
        } finally {
            check.made.forEach(check.backends::release);
        }
        return List.copyOf(check.findings);
    }

    private void run() {
        Optional<HierarchicalConfiguration<ImmutableNode>> xml = read();
        if (xml.isEmpty()) {
            return;
        }
        List<HierarchicalConfiguration<ImmutableNode>> ports = xml.get().configurationsAt("smtpserver");
        if (ports.isEmpty()) {
            add(Severity.WRONG, file.toString(), SERVER, "has no <smtpserver>; it should be James' smtpserver.xml.");
        }
        boolean guarded = false;
        for (HierarchicalConfiguration<ImmutableNode> port : ports) {
            guarded |= new CheckedPort(port).check();
        }
        if (guarded) {
            checkModule(file.resolveSibling("extensions.properties"));
        }
    }

    private Optional<HierarchicalConfiguration<ImmutableNode>> read() {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(FileConfigurationProvider.getConfig(in));
        } catch (ConfigurationException e) {
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            add(Severity.WRONG, file.toString(), SERVER, "cannot be read as XML: " + cause.getMessage());
        } catch (IOException e) {
            add(Severity.WRONG, file.toString(), SERVER, "cannot be read (" + e.getClass().getSimpleName() + "); check the path.");
        }
        return Optional.empty();
    }

    private void checkModule(Path extensions) {
        Properties properties = new Properties();
        if (Files.exists(extensions)) {
            try (InputStream in = Files.newInputStream(extensions)) {
                properties.load(in);
            } catch (IOException e) {
                add(Severity.WRONG, extensions.toString(), SERVER, "cannot be read (" + e.getClass().getSimpleName() + ").");
                return;
            }
        }
        boolean named = List.of(properties.getProperty(MODULE_KEY, "").trim().split("\\s*,\\s*"))
            .contains(NamedClass.GUARD_MODULE.className());
        add(named ? Severity.OK : Severity.WRONG, extensions.toString(), MODULE_KEY, named ? "names the guard's module."
            : "does not name " + NamedClass.GUARD_MODULE.className() + "; add it, after a comma if there are others.");
    }

    private void add(Severity severity, String place, String element, String sentence) {
        Finding finding = new Finding(severity, place, element, sentence);
        if (findings.stream().map(Finding::toString).noneMatch(finding.toString()::equals)) {
            findings.add(finding);
        }
    }

    /** One {@code <smtpserver>}. */
    private final class CheckedPort {
        private final HierarchicalConfiguration<ImmutableNode> port;
        private final String place;
        private final List<HierarchicalConfiguration<ImmutableNode>> handlers;
        private final List<String> classes;

        private CheckedPort(HierarchicalConfiguration<ImmutableNode> port) {
            this.port = port;
            this.place = port.getString("bind", "a port without <bind>");
            this.handlers = port.configurationsAt("handlerchain.handler");
            this.classes = handlers.stream().map(handler -> handler.getString("[@class]", "")).collect(Collectors.toList());
        }

        /** @return whether the port has a handler of the guard */
        private boolean check() {
            if (!port.getBoolean("[@enabled]", true)) {
                return false;
            }
            for (int i = 0; i < handlers.size(); i++) {
                checkHandler(classes.get(i), handlers.get(i));
            }
            checkOrder();
            SettingDifference.of(port, classes).forEach(difference ->
                add(difference.severity(), place, difference.element(), difference.sentence()));
            boolean guarded = classes.stream().anyMatch(name -> name.startsWith(NamedClass.PACKAGE));
            if (!guarded) {
                add(Severity.OK, place, "the chain", "has no handler of the guard.");
            }
            return guarded;
        }

        private void checkHandler(String type, HierarchicalConfiguration<ImmutableNode> handler) {
            if (type.equals(NamedClass.SEQUENCE_GUARD.className())) {
                judge("SequenceGuard", () -> GuardSettings.parse(ConfigurationElement.handler(handler, NamedClass.SEQUENCE_GUARD)),
                    "is valid.");
            } else if (type.equals(NamedClass.AUTHENTICATION.className())) {
                checkBackends(ConfigurationElement.handler(handler, NamedClass.AUTHENTICATION));
                judge("Authentication", () -> checkSettings(
                    AuthenticationSettings.parse(ConfigurationElement.handler(handler, NamedClass.AUTHENTICATION), backends)),
                    port.getBoolean("auth.requireSSL", false)
                        ? "is valid; AUTH is refused without TLS (<requireSSL>); James itself would only not announce it."
                        : "is valid.");
            } else if (type.equals(NamedClass.BACKEND_AUTH_HOOK.className())) {
                checkBackends(ConfigurationElement.handler(handler, NamedClass.BACKEND_AUTH_HOOK));
                add(Severity.WARNING, place, "BackendAuthHook", "blocks James' threads while a backend is queried; Authentication"
                    + " does not.");
            }
        }

        private void judge(String element, Runnable parse, String success) {
            try {
                parse.run();
                add(Severity.OK, place, element, success);
            } catch (InvalidConfigurationException e) {
                add(Severity.WRONG, place, element, e.getMessage());
            }
        }

        private void checkBackends(ConfigurationElement handler) {
            for (ConfigurationElement element : handler.children("backend")) {
                String name = "backend " + element.attribute("name").orElse("without a name");
                try {
                    CredentialBackend backend = BackendSet.link(element, backends).backend();
                    made.add(backend);
                    checkPermissions(element, name);
                    if (Backends.needsLocalUsers(element.requiredAttribute("class"))) {
                        add(Severity.OK, place, name, "queries James' own users; not checked here, since James is not running.");
                        continue;
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
                    add(Severity.WRONG, place, name, e.getMessage());
                }
            }
        }

        /** Releases the backends. */
        private void checkSettings(AuthenticationSettings settings) {
            try {
                bruteForce.agree(settings.bruteForce());
                settings.bruteForce().filter(limits -> limits.store() == BruteForceSettings.Store.REDIS).ifPresent(limits -> checkRedis());
                BackendChain chain = new BackendChain(settings.backends().links());
                settings.mechanisms().stream().filter(name -> name.startsWith("SCRAM-") && settings.relayOf(name).isEmpty())
                    .forEach(name -> checkScram(name, chain));
            } finally {
                settings.backends().release();
            }
        }

        private void checkRedis() {
            String name = "<store>";
            try {
                RedisSettings redis = RedisProperties.read(file.resolveSibling("redis.properties"), backends::file);
                add(Severity.OK, place, name, "names Redis at " + redis + "; not connected here.");
            } catch (InvalidConfigurationException e) {
                add(Severity.WRONG, place, name, e.getMessage());
            }
        }

        private void checkScram(String mechanism, BackendChain chain) {
            String scheme = mechanism.replace("-PLUS", "");
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

        private void checkPermissions(ConfigurationElement backend, String name) {
            backend.child("file").flatMap(ConfigurationElement::text).map(backends::file).filter(ConfigurationCheck::isOpenToAll)
                .ifPresent(path -> add(Severity.WARNING, place, name, "has the file " + path
                    + ", which every user of this machine may read; give read permission only to the user that runs James."));
        }

        private void checkOrder() {
            boolean usesGuardHandlers = port.getString("handlerchain[@coreHandlersPackage]", "")
                .equals(NamedClass.GUARD_HANDLERS.className());
            long authHandlers = classes.stream().filter(NamedClass.AUTHENTICATION.className()::equals).count();
            if (authHandlers > 1) {
                add(Severity.WRONG, place, "Authentication", "is configured twice; remove one, with all its backends.");
            }
            if (authHandlers > 0 && !usesGuardHandlers) {
                add(Severity.WARNING, place, "<handlerchain>", "keeps James' own AUTH handler after Authentication; write"
                    + " coreHandlersPackage=\""
                    + NamedClass.GUARD_HANDLERS.className() + "\".");
            }
            if (authHandlers == 0 && usesGuardHandlers && !classes.contains(NamedClass.BACKEND_AUTH_HOOK.className())) {
                add(Severity.WARNING, place, "<handlerchain>", "removes James' AUTH handler, and there is no Authentication in"
                    + " its place: no client can"
                    + " log in here.");
            }
            int guard = classes.indexOf(NamedClass.SEQUENCE_GUARD.className());
            classes.subList(0, Math.max(guard, 0)).stream().filter(ConfigurationCheck::handlesLines).findFirst().ifPresent(before ->
                add(Severity.WRONG, place, "SequenceGuard", "comes after another line handler (" + before + "); move it to the top."));
            if (guard != classes.lastIndexOf(NamedClass.SEQUENCE_GUARD.className())) {
                add(Severity.WRONG, place, "SequenceGuard", "is configured twice; remove one.");
            }
            boolean tls = port.getBoolean("tls[@startTLS]", false) || port.getBoolean("tls[@socketTLS]", false);
            if (authHandlers > 0 && port.getBoolean("auth.requireSSL", false) && !tls) {
                add(Severity.WRONG, place, "<requireSSL>", "makes AUTH require TLS, but <tls> has neither startTLS nor socketTLS: "
                    + "no client can log in here.");
            }
        }
    }

    private static boolean handlesLines(String type) {
        try {
            return LineHandler.class.isAssignableFrom(Class.forName(type, false, ConfigurationCheck.class.getClassLoader()));
        } catch (ClassNotFoundException e) {
            // James reports it itself.
            return false;
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

package org.smtpguard.james.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * James' own settings of its ports that sessions do not expose in every version of James, read from {@code smtpserver.xml} at
 * startup: {@code isPlainAuthEnabled()} and {@code saslConfiguration()} of {@code SMTPConfiguration} are removed in James 3.10.
 *
 * <p>Threads: immutable.
 */
@Singleton
public final class PortSettings {
    private static final Logger LOGGER = LoggerFactory.getLogger(PortSettings.class);
    private static final Set<String> PASSWORD_FACTORIES = Set.of("PlainSaslMechanismFactory", "LoginSaslMechanismFactory");
    /** From 3.10 on. */
    private static final boolean JAMES_READS_SASL_MECHANISMS = SMTPSession.class.getClassLoader()
        .getResource("org/apache/james/protocols/api/sasl/SaslMechanismFactory.class") != null;
    private static final String DEFAULT_BIND = "0.0.0.0:25";

    private static final String SASL_MECHANISMS = "auth.saslMechanisms";
    private static final String OIDC = "auth.oidc";

    private final List<InetSocketAddress> withoutPasswords;
    /** The claim with the user's name, of each address whose port accepts bearer tokens. */
    private final Map<InetSocketAddress, String> oidcClaims;
    private final Set<Integer> named;
    private final boolean configuresJamesMechanisms;

    private PortSettings(List<HierarchicalConfiguration<ImmutableNode>> ports) {
        this.withoutPasswords = addresses(ports);
        this.oidcClaims = ports.stream().filter(port -> port.containsKey(OIDC + ".claim"))
            .flatMap(port -> binds(port).map(bind -> Map.entry(bind, port.getString(OIDC + ".claim"))))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, (first, second) -> first));
        this.named = ports.stream().flatMap(PortSettings::binds).map(InetSocketAddress::getPort).collect(Collectors.toUnmodifiableSet());
        this.configuresJamesMechanisms = guarded(ports).anyMatch(PortSettings::configuresJamesMechanisms);
    }

    /** Reads the file, and logs on which guarded ports password mechanisms are disabled. */
    @Inject
    public PortSettings(ConfigurationProvider configurations) throws ConfigurationException {
        this(configurations.getConfiguration("smtpserver").configurationsAt("smtpserver"));
        if (JAMES_READS_SASL_MECHANISMS) {
            guarded(configurations.getConfiguration("smtpserver").configurationsAt("smtpserver"))
                .filter(PortSettings::hidesOAuth).forEach(port -> LOGGER.warn("{}: <oidc> has no effect: OAUTHBEARER and XOAUTH2 are not"
                    + " offered, since <saslMechanisms> does not name their factories. Add OauthBearerSaslMechanismFactory and"
                    + " XOauth2SaslMechanismFactory to it, or remove it", port.getString("bind", DEFAULT_BIND)));
        }
    }

    /** Without {@code smtpserver.xml}: every port accepts passwords. */
    public static PortSettings defaults() {
        return new PortSettings(List.of());
    }

    /** Whether {@code <auth><plainAuthEnabled>} enables PLAIN and LOGIN on the session's port. */
    public boolean isPlainAuthEnabled(SMTPSession session) {
        return withoutPasswords.isEmpty() || withoutPasswords.stream().noneMatch(bind -> isBoundTo(session.getLocalAddress(), bind));
    }

    /** The claim of a bearer token that has the user's name, on the session's port; empty if it accepts no such tokens. */
    public Optional<String> oidcClaim(SMTPSession session) {
        return oidcClaims.entrySet().stream().filter(bind -> isBoundTo(session.getLocalAddress(), bind.getKey()))
            .map(Map.Entry::getValue).findFirst();
    }

    /** Whether a guarded port configures mechanisms that James executes. */
    public boolean configuresJamesMechanisms() {
        return configuresJamesMechanisms;
    }

    /** Whether James 3.10 does not offer the bearer tokens that {@code <oidc>} configures. */
    public static boolean hidesOAuth(HierarchicalConfiguration<ImmutableNode> port) {
        return port.getKeys(OIDC).hasNext() && port.containsKey(SASL_MECHANISMS)
            && saslFactories(port).noneMatch(factory -> factory.toLowerCase(Locale.ROOT).contains("oauth"));
    }

    /** Whether the port names a factory of James 3.10 for a mechanism that {@code <mechanisms>} does not replace. */
    public static boolean hasSaslFactories(HierarchicalConfiguration<ImmutableNode> port) {
        return saslFactories(port).anyMatch(factory -> !PASSWORD_FACTORIES.contains(factory.substring(factory.lastIndexOf('.') + 1)));
    }

    private static Stream<String> saslFactories(HierarchicalConfiguration<ImmutableNode> port) {
        return Arrays.stream(port.getStringArray(SASL_MECHANISMS)).flatMap(value -> Arrays.stream(value.split(","))).map(String::trim)
            .filter(name -> !name.isEmpty());
    }

    private static boolean configuresJamesMechanisms(HierarchicalConfiguration<ImmutableNode> port) {
        return port.getKeys(OIDC).hasNext() || (JAMES_READS_SASL_MECHANISMS && hasSaslFactories(port));
    }

    /** The value of the element, true by default, as in James. */
    public static boolean isPlainAuthEnabled(HierarchicalConfiguration<ImmutableNode> port) {
        return port.getBoolean("auth.plainAuthEnabled", true);
    }

    /** Whether a guarded port offers mechanisms other than PLAIN and LOGIN. */
    public static boolean offersMoreThanPasswords(HierarchicalConfiguration<ImmutableNode> port) {
        return port.getKeys(OIDC).hasNext() || (JAMES_READS_SASL_MECHANISMS && hasSaslFactories(port)) || authentications(port)
            .flatMap(handler -> MechanismNames.parse(handler.getString("mechanisms", "")))
            .anyMatch(name -> !MechanismNames.isPassword(name));
    }

    private static Stream<HierarchicalConfiguration<ImmutableNode>> authentications(HierarchicalConfiguration<ImmutableNode> port) {
        return port.configurationsAt("handlerchain.handler").stream()
            .filter(handler -> handler.getString("[@class]", "").equals(NamedClass.AUTHENTICATION.className()));
    }

    private static Stream<HierarchicalConfiguration<ImmutableNode>> guarded(List<HierarchicalConfiguration<ImmutableNode>> ports) {
        return ports.stream().filter(port -> port.getBoolean("[@enabled]", true) && authentications(port).findAny().isPresent());
    }

    private static List<InetSocketAddress> addresses(List<HierarchicalConfiguration<ImmutableNode>> ports) {
        return guarded(ports)
            .filter(port -> !isPlainAuthEnabled(port))
            .flatMap(port -> {
                String bind = port.getString("bind", DEFAULT_BIND);
                if (offersMoreThanPasswords(port)) {
                    LOGGER.info("{}: <plainAuthEnabled> is false: AUTH PLAIN and LOGIN are off on this port", bind);
                } else {
                    LOGGER.warn("{}: <plainAuthEnabled> is false: AUTH PLAIN and LOGIN are off on this port, and no other mechanism is"
                        + " configured: AUTH is not offered there", bind);
                }
                return binds(port);
            })
            .collect(Collectors.toUnmodifiableList());
    }

    private static Stream<InetSocketAddress> binds(HierarchicalConfiguration<ImmutableNode> port) {
        return Arrays.stream(port.getString("bind", DEFAULT_BIND).split(",")).map(PortSettings::address).filter(Objects::nonNull);
    }

    /** Parses {@code <bind>} as James does; null for a value that James rejects. */
    private static InetSocketAddress address(String bind) {
        String[] parts = bind.trim().split(":");
        try {
            return parts.length == 2
                ? new InetSocketAddress(InetAddress.getByName(parts[0].trim()), Integer.parseInt(parts[1].trim())) : null;
        } catch (UnknownHostException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Port 0 stands for a port chosen by the system, other than those configured. */
    private boolean isBoundTo(InetSocketAddress local, InetSocketAddress bind) {
        boolean isPort = bind.getPort() == 0 ? !named.contains(local.getPort()) : local.getPort() == bind.getPort();
        return isPort && (bind.getAddress().isAnyLocalAddress() || bind.getAddress().equals(local.getAddress()));
    }
}

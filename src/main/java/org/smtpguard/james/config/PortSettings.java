package org.smtpguard.james.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
 * startup: {@code SMTPConfiguration.isPlainAuthEnabled()} is removed in James 3.10.
 *
 * <p>Threads: immutable.
 */
@Singleton
public final class PortSettings {
    private static final Logger LOGGER = LoggerFactory.getLogger(PortSettings.class);
    private static final String DEFAULT_BIND = "0.0.0.0:25";

    private final List<InetSocketAddress> withoutPasswords;
    private final Set<Integer> named;

    private PortSettings(List<InetSocketAddress> withoutPasswords, Set<Integer> named) {
        this.withoutPasswords = withoutPasswords;
        this.named = named;
    }

    private PortSettings(List<HierarchicalConfiguration<ImmutableNode>> ports) {
        this(addresses(ports), ports.stream().flatMap(PortSettings::binds).map(InetSocketAddress::getPort)
            .collect(Collectors.toUnmodifiableSet()));
    }

    /** Reads the file, and logs on which guarded ports password mechanisms are disabled. */
    @Inject
    public PortSettings(ConfigurationProvider configurations) throws ConfigurationException {
        this(configurations.getConfiguration("smtpserver").configurationsAt("smtpserver"));
    }

    /** Without {@code smtpserver.xml}: every port accepts passwords. */
    public static PortSettings defaults() {
        return new PortSettings(List.of(), Set.of());
    }

    /** Whether {@code <auth><plainAuthEnabled>} enables PLAIN and LOGIN on the session's port. */
    public boolean isPlainAuthEnabled(SMTPSession session) {
        return withoutPasswords.isEmpty() || withoutPasswords.stream().noneMatch(bind -> isBoundTo(session.getLocalAddress(), bind));
    }

    /** The value of the element, true by default, as in James. */
    public static boolean isPlainAuthEnabled(HierarchicalConfiguration<ImmutableNode> port) {
        return port.getBoolean("auth.plainAuthEnabled", true);
    }

    /** Whether a guarded port offers mechanisms other than PLAIN and LOGIN. */
    public static boolean offersMoreThanPasswords(HierarchicalConfiguration<ImmutableNode> port) {
        return port.getKeys("auth.oidc").hasNext() || authentications(port)
            .flatMap(handler -> MechanismNames.parse(handler.getString("mechanisms", "")))
            .anyMatch(name -> !MechanismNames.isPassword(name));
    }

    private static Stream<HierarchicalConfiguration<ImmutableNode>> authentications(HierarchicalConfiguration<ImmutableNode> port) {
        return port.configurationsAt("handlerchain.handler").stream()
            .filter(handler -> handler.getString("[@class]", "").equals(NamedClass.AUTHENTICATION.className()));
    }

    private static List<InetSocketAddress> addresses(List<HierarchicalConfiguration<ImmutableNode>> ports) {
        return ports.stream()
            .filter(port -> port.getBoolean("[@enabled]", true) && !isPlainAuthEnabled(port) && authentications(port).findAny().isPresent())
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

package org.smtpguard.james.auth;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.james.config.CertificateName;
import org.smtpguard.james.config.MechanismNames;
import org.smtpguard.james.config.PortSettings;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.guard.OfferedAuth;
import org.smtpguard.sasl.Peer;
import org.smtpguard.sasl.SaslMechanism;

/** The AUTH mechanisms of a port, and those offered to a session. Immutable. */
public final class PortMechanisms implements OfferedAuth {
    private final Map<String, SaslMechanism> mechanisms;
    private final CertificateName certificateName;
    private final PortSettings ports;
    private final Optional<JamesSasl> sasl;

    /** @param mechanisms by name, in the order of announcement */
    public PortMechanisms(Map<String, SaslMechanism> mechanisms, CertificateName certificateName, PortSettings ports) {
        this(mechanisms, certificateName, ports, Optional.empty());
    }

    private PortMechanisms(Map<String, SaslMechanism> mechanisms, CertificateName certificateName, PortSettings ports,
                           Optional<JamesSasl> sasl) {
        this.mechanisms = mechanisms;
        this.certificateName = certificateName;
        this.ports = ports;
        this.sasl = sasl;
    }

    /** A copy that also has the mechanisms that James executes. */
    public PortMechanisms with(JamesSasl james) {
        return new PortMechanisms(mechanisms, certificateName, ports, Optional.of(james));
    }

    @Override
    public Optional<String> proposedCommand(SMTPSession session) {
        if (mechanisms.containsKey("PLAIN") && isEnabled(session, "PLAIN")) {
            return Optional.of(PROPOSED_PLAIN);
        }
        // Prefer one that works on every connection.
        return enabled(session).filter(mechanism -> mechanism.canSucceed(Peer.inClearText())).map(SaslMechanism::name).findFirst()
            .or(() -> enabled(session).map(SaslMechanism::name).findFirst())
            .or(() -> sasl.stream().flatMap(james -> james.offered(session)).findFirst())
            .map(name -> "AUTH " + name);
    }

    private Stream<SaslMechanism> enabled(SMTPSession session) {
        return mechanisms.values().stream().filter(mechanism -> isEnabled(session, mechanism.name()));
    }

    /** James' {@code <plainAuthEnabled>} disables the mechanisms that send the password, including relayed ones. */
    private boolean isEnabled(SMTPSession session, String mechanism) {
        return !MechanismNames.isPassword(mechanism) || ports.isPlainAuthEnabled(session);
    }

    @Override
    public List<String> offered(SMTPSession session) {
        Peer peer = peer(session);
        List<String> ours = enabled(session).filter(mechanism -> mechanism.canSucceed(peer)).map(SaslMechanism::name)
            .collect(Collectors.toList());
        // Mechanisms that send the password are announced last.
        return Stream.of(ours.stream().filter(name -> !MechanismNames.isPassword(name)),
                sasl.stream().flatMap(james -> james.offered(session)),
                ours.stream().filter(MechanismNames::isPassword))
            .flatMap(Function.identity()).distinct().collect(Collectors.toList());
    }

    /** The mechanism of that name, if the session's port has it enabled. */
    Optional<SaslMechanism> mechanism(SMTPSession session, String name) {
        return Optional.ofNullable(mechanisms.get(name)).filter(ours -> isEnabled(session, name))
            .or(() -> sasl.flatMap(james -> james.mechanism(session, name)));
    }

    /** The properties of the connection that mechanisms use. */
    Peer peer(SMTPSession session) {
        return session.getSSLSession().map(tls -> TlsPeer.of(tls, certificateName)).orElseGet(Peer::inClearText)
            .at(Logbook.client(session), session.getSessionID());
    }
}

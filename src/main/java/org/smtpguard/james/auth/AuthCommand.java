package org.smtpguard.james.auth;

import java.util.Locale;
import java.util.Optional;

import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.guard.GuardedPort;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sasl.Peer;
import org.smtpguard.sasl.SaslMechanism;

/**
 * Handles the AUTH commands of a port (RFC 4954).
 *
 * <p>Threads: the sessions' own.
 */
public final class AuthCommand {
    private static final String EMPTY_RESPONSE = "=";

    private final GuardedPort port;
    private final PortMechanisms mechanisms;
    private final FailureDelay delay;

    public AuthCommand(GuardedPort port, PortMechanisms mechanisms, LoginProtection protection) {
        this.port = port;
        this.mechanisms = mechanisms;
        this.delay = protection.failureDelay();
    }

    /** @return the reply, which may be deferred */
    public Response onCommand(SMTPSession session, Request request) {
        CommandLine command = CommandLine.of(Verb.AUTH, Optional.ofNullable(request.getArgument()));
        Optional<Response> refusal = port.guard().judge(session, command, port.guard().sessions().state(session));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        String[] words = command.argument().orElse("").trim().split(" ", 2);
        Peer peer = mechanisms.peer(session);
        Optional<SaslMechanism> mechanism = mechanisms.mechanism(session, words[0].toUpperCase(Locale.ROOT))
            .filter(named -> named.canSucceed(peer));
        if (mechanism.isEmpty()) {
            return port.guard().refuse(session, Fault.MECHANISM_UNKNOWN, command);
        }
        AuthDialogue dialogue = new AuthDialogue(port, mechanism.get(), peer, command, delay);
        if (words.length == 1) {
            return dialogue.start(session);
        }
        if (mechanism.get().isServerFirst()) {
            return dialogue.refuseInitialResponse(session);
        }
        String initial = words[1].trim();
        return dialogue.start(session, initial.equals(EMPTY_RESPONSE) ? "" : initial);
    }
}

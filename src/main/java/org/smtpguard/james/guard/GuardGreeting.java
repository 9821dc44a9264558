package org.smtpguard.james.guard;

import java.util.Optional;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;

/**
 * James' own greeting, with an optional delay. A client that sends meanwhile violates RFC 5321 §3.1: it gets 554 and is
 * disconnected or, in mode {@code observe}, is greeted normally.
 *
 * <p>Threads: the session's own.
 */
public final class GuardGreeting implements ConnectHandler<SMTPSession> {
    /** Input before the greeting is not parsed as commands. */
    private static final CommandLine TALK = CommandLine.of(Verb.OTHER, Optional.empty());

    private final ConnectHandler<SMTPSession> greeting = new JamesWelcomeMessageHandler();
    private Optional<GuardedPort> port = Optional.empty();

    /** Called once, while the chain is wired. */
    public void guardedBy(GuardedPort guarded) {
        port = Optional.of(guarded);
    }

    @Override
    public Response onConnect(SMTPSession session) {
        return port.filter(guarded -> !guarded.guard().greetingWait().isZero())
            .map(guarded -> guarded.replies().pause(session, guarded.guard().greetingWait(), octets -> octets == 0
                ? greeting.onConnect(session)
                : talkedEarly(session, guarded.guard(), octets)))
            .orElseGet(() -> greeting.onConnect(session));
    }

    private Response talkedEarly(SMTPSession session, PortGuard guard, int octets) {
        guard.logbook().command(session, TALK, octets);
        return guard.judge(session, Fault.EARLY_TALK, TALK).orElseGet(() -> greeting.onConnect(session));
    }
}

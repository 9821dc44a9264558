package org.smtpguard.james.guard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.james.event.Notes;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.RefusedRecipients;
import org.smtpguard.sequence.SessionState;

/**
 * Derives the state of a session from James' own session; nothing that James knows is stored twice. State that James lacks is
 * attached to its session and ends with the connection ({@link Notes}) or with the transaction: at RSET, EHLO, STARTTLS and the
 * end of a message.
 *
 * <p>Threads: the sessions' own.
 */
public final class Sessions {
    private static final String EHLO = "EHLO";
    /** A documentation address (RFC 5737), which represents clients without special authorisation. */
    private static final String SOME_CLIENT = "192.0.2.1";

    private static final AttachmentKey<RefusedRecipients> REFUSED_RECIPIENTS =
        AttachmentKey.of("smtpguard.refusedRecipients", RefusedRecipients.class);

    private final OfferedAuth auth;
    /** Interned: one object for all clients that are offered the same. */
    private final Map<Port, Port> ports = new ConcurrentHashMap<>();

    public Sessions(OfferedAuth auth) {
        this.auth = auth;
    }

    /** The AUTH mechanisms offered to the session. */
    List<String> mechanisms(SMTPSession session) {
        return auth.offered(session);
    }

    public SessionState state(SMTPSession session) {
        Notes notes = Notes.of(session);
        SessionState.Builder state = SessionState.on(notes.port(() -> port(session)))
            .greeting(greeting(session, notes))
            .tls(session.isTLSStarted())
            .authenticated(session.getUsername() != null)
            .authenticationNeeded(notes.isAuthenticationNeeded())
            .recipients(session.getAttachment(SMTPSession.RCPT_LIST, State.Transaction).map(List::size).orElse(0))
            .refusedRecipients(session.getAttachment(REFUSED_RECIPIENTS, State.Transaction).orElseGet(RefusedRecipients::none));
        session.getAttachment(SMTPSession.SENDER, State.Transaction).map(Sessions::address).ifPresent(state::sender);
        return state.build();
    }

    /** Notes the recipients of the open transaction that James has refused. */
    void refusedRecipients(SMTPSession session, RefusedRecipients refused) {
        session.setAttachment(REFUSED_RECIPIENTS, refused, State.Transaction);
    }

    /**
     * A snapshot of the state that James drops at a greeting; run it to restore the state if James refuses the greeting (RFC
     * 5321 §4.1.1.1).
     */
    @SuppressWarnings("deprecation") // Nothing else gives all attachments of a session.
    Runnable snapshot(SMTPSession session) {
        Map<AttachmentKey<?>, Object> transaction = new HashMap<>(session.getState());
        Optional<String> name = session.getAttachment(SMTPSession.CURRENT_HELO_NAME, State.Connection);
        return () -> {
            session.getState().clear();
            session.getState().putAll(transaction);
            session.removeAttachment(SMTPSession.CURRENT_HELO_NAME, State.Connection);
            name.ifPresent(known -> session.setAttachment(SMTPSession.CURRENT_HELO_NAME, known, State.Connection));
        };
    }

    private static Greeting greeting(SMTPSession session, Notes notes) {
        return session.getAttachment(SMTPSession.CURRENT_HELO_MODE, State.Connection)
            .map(mode -> {
                if (notes.isGreetingVoid(session.isTLSStarted())) {
                    return Greeting.VOIDED_BY_TLS;
                }
                return EHLO.equals(mode) ? Greeting.EHLO : Greeting.HELO;
            })
            .orElse(Greeting.NONE);
    }

    private static String address(MaybeSender sender) {
        return sender.asOptional().map(MailAddress::asString).orElse("");
    }

    private Port port(SMTPSession session) {
        Port plain = Port.plain().withStartTls(session.isStartTLSSupported());
        Port port = auth.proposedCommand(session).map(command -> plain.withAuth(authOffer(session), command)).orElse(plain);
        return ports.computeIfAbsent(port, Function.identity());
    }

    private static Port.AuthOffer authOffer(SMTPSession session) {
        // James does not announce AUTH to authorised addresses but accepts it from them; treat them like other clients.
        SMTPConfiguration configuration = session.getConfiguration();
        boolean inClearText = configuration.isAuthAnnounced(session.getRemoteAddress().getAddress().getHostAddress(), false)
            || configuration.isAuthAnnounced(SOME_CLIENT, false);
        // If AUTH is never announced, James does not tell whether it needs TLS: assume that it does.
        return inClearText ? Port.AuthOffer.ALWAYS : Port.AuthOffer.UNDER_TLS;
    }
}

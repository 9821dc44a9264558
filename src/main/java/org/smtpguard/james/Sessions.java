package org.smtpguard.james;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.SessionState;

/**
 * Reads where a session stands off James' own session. What James knows is never kept a second time; the few things that
 * it does not know are attachments of its session, so that they end when it ends them: those of the transaction with
 * RSET, EHLO, STARTTLS and the end of a message.
 */
final class Sessions {
    private static final String EHLO = "EHLO";
    /** An address for documentation (RFC 5737), nobody's: what the port asks of clients that it does not know. */
    private static final String SOME_CLIENT = "192.0.2.1";

    private static final AttachmentKey<Port> PORT = AttachmentKey.of("smtpguard.port", Port.class);
    private static final AttachmentKey<Boolean> GREETED_UNDER_TLS = AttachmentKey.of("smtpguard.greetedUnderTls", Boolean.class);
    private static final AttachmentKey<Boolean> AUTHENTICATION_NEEDED = AttachmentKey.of("smtpguard.authenticationNeeded", Boolean.class);
    @SuppressWarnings("unchecked")
    private static final AttachmentKey<List<RefusedRecipient>> REFUSED_RECIPIENTS =
        AttachmentKey.of("smtpguard.refusedRecipients", (Class<List<RefusedRecipient>>) (Object) List.class);

    private static final AttachmentKey<Integer> ERRORS = AttachmentKey.of("smtpguard.errors", Integer.class);
    private static final AttachmentKey<Integer> AUTH_FAILURES = AttachmentKey.of("smtpguard.authFailures", Integer.class);
    private static final AttachmentKey<Integer> CONSEQUENCES = AttachmentKey.of("smtpguard.consequences", Integer.class);
    /** A server takes 100 recipients at least (RFC 5321 §4.5.3.1.8): so many errors may follow from one. */
    private static final int CONSEQUENCE_LIMIT = 100;

    private final Optional<String> authCommand;

    /** @param authCommand the AUTH command that refusals on this port propose; empty if nobody answers AUTH there */
    Sessions(Optional<String> authCommand) {
        this.authCommand = authCommand;
    }

    SessionState state(SMTPSession session) {
        SessionState.Builder state = SessionState.on(port(session))
            .greeting(greeting(session))
            .tls(session.isTLSStarted())
            .authenticated(session.getUsername() != null)
            .authenticationNeeded(session.getAttachment(AUTHENTICATION_NEEDED, State.Connection).orElse(false))
            .recipients(session.getAttachment(SMTPSession.RCPT_LIST, State.Transaction).map(List::size).orElse(0))
            .refusedRecipients(session.getAttachment(REFUSED_RECIPIENTS, State.Transaction).orElse(List.of()));
        session.getAttachment(SMTPSession.SENDER, State.Transaction).map(Sessions::address).ifPresent(state::sender);
        return state.build();
    }

    /** Notes under which transport the greeting that James has just accepted was said (RFC 3207 §4.2). */
    void greeted(SMTPSession session) {
        session.setAttachment(GREETED_UNDER_TLS, session.isTLSStarted(), State.Connection);
    }

    /** Notes a recipient of the open transaction that James has refused. */
    void refusedRecipient(SMTPSession session, RefusedRecipient recipient) {
        List<RefusedRecipient> refused = new ArrayList<>(session.getAttachment(REFUSED_RECIPIENTS, State.Transaction).orElse(List.of()));
        refused.add(recipient);
        session.setAttachment(REFUSED_RECIPIENTS, refused, State.Transaction);
    }

    /** Notes that this client will not get on without AUTH. */
    void needsAuthentication(SMTPSession session) {
        session.setAttachment(AUTHENTICATION_NEEDED, true, State.Connection);
    }

    /** What James is about to forget at a greeting, to be given back if it refuses the greeting (RFC 5321 §4.1.1.1). */
    Runnable remembering(SMTPSession session) {
        Map<AttachmentKey<?>, Object> transaction = new HashMap<>(session.getState());
        Optional<String> name = session.getAttachment(SMTPSession.CURRENT_HELO_NAME, State.Connection);
        return () -> {
            session.getState().clear();
            session.getState().putAll(transaction);
            session.removeAttachment(SMTPSession.CURRENT_HELO_NAME, State.Connection);
            name.ifPresent(known -> session.setAttachment(SMTPSession.CURRENT_HELO_NAME, known, State.Connection));
        };
    }

    /** Counts an error; the number survives RSET and EHLO. */
    int countError(SMTPSession session) {
        return count(session, ERRORS);
    }

    /** Counts a failed AUTH. */
    int countAuthFailure(SMTPSession session) {
        return count(session, AUTH_FAILURES);
    }

    /** Notes that a command failed on which those behind it in its pipelined group depend (RFC 2920 §3.1). */
    void groupFailed(SMTPSession session) {
        if (session.getAttachment(CONSEQUENCES, State.Connection).isEmpty()) {
            session.setAttachment(CONSEQUENCES, 0, State.Connection);
        }
    }

    /** Notes that what comes now depends on no failure before it. */
    void groupIsOver(SMTPSession session) {
        session.removeAttachment(CONSEQUENCES, State.Connection);
    }

    /** Whether an error just follows from one that was counted: a client that pipelines could not know. */
    boolean isConsequence(SMTPSession session) {
        return session.getAttachment(CONSEQUENCES, State.Connection).isPresent() && count(session, CONSEQUENCES) <= CONSEQUENCE_LIMIT;
    }

    private static int count(SMTPSession session, AttachmentKey<Integer> key) {
        int count = session.getAttachment(key, State.Connection).orElse(0) + 1;
        session.setAttachment(key, count, State.Connection);
        return count;
    }

    private static Greeting greeting(SMTPSession session) {
        return session.getAttachment(SMTPSession.CURRENT_HELO_MODE, State.Connection)
            .map(mode -> {
                boolean underTls = session.getAttachment(GREETED_UNDER_TLS, State.Connection).orElseGet(session::isTLSStarted);
                if (underTls != session.isTLSStarted()) {
                    return Greeting.VOIDED_BY_TLS;
                }
                return EHLO.equals(mode) ? Greeting.EHLO : Greeting.HELO;
            })
            .orElse(Greeting.NONE);
    }

    private static String address(MaybeSender sender) {
        return sender.asOptional().map(MailAddress::asString).orElse("");
    }

    /** What the port offers this client is the same for the whole session. */
    private Port port(SMTPSession session) {
        return session.getAttachment(PORT, State.Connection).orElseGet(() -> {
            Port port = Port.plain()
                .withStartTls(session.isStartTLSSupported())
                .withAuth(authOffer(session), authCommand.orElse(""));
            session.setAttachment(PORT, port, State.Connection);
            return port;
        });
    }

    private Port.AuthOffer authOffer(SMTPSession session) {
        if (authCommand.isEmpty()) {
            return Port.AuthOffer.NEVER;
        }
        // James announces no AUTH to authorised addresses, and accepts it from them: what holds for others holds for them.
        SMTPConfiguration configuration = session.getConfiguration();
        boolean inClearText = configuration.isAuthAnnounced(session.getRemoteAddress().getAddress().getHostAddress(), false)
            || configuration.isAuthAnnounced(SOME_CLIENT, false);
        // Where AUTH is announced to nobody, James does not tell whether it needs TLS: then it does.
        return inClearText ? Port.AuthOffer.ALWAYS : Port.AuthOffer.UNDER_TLS;
    }
}

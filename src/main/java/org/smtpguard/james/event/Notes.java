package org.smtpguard.james.event;

import java.util.Optional;
import java.util.function.Supplier;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.sequence.Port;
import org.smtpguard.transcript.Recording;

/**
 * What the guard has to know of a connection as long as it lasts, and James does not: one attachment of its session, so that
 * James ends it, and one object, since there may be very many connections that do nothing. For the session's own thread.
 */
public final class Notes {
    private static final AttachmentKey<Notes> KEY = AttachmentKey.of("smtpguard.notes", Notes.class);
    /** A server takes 100 recipients at least (RFC 5321 §4.5.3.1.8): so many errors may follow from one. */
    private static final int CONSEQUENCE_LIMIT = 100;
    /** How many refusals a session gets at most that count as nothing. */
    public static final int FORGIVEN_LIMIT = 1_000;
    private static final int NO_FAILURE = -1;

    /** These two are null while they are not there: an Optional would be one more object. */
    private Port port;
    private Recording recording;
    private int errors;
    private int authFailures;
    private int refusedRecipients;
    private int forgiven;
    /** The number of the batch of lines at hand: of those that the server has read together. */
    private int batch;
    private int failedBatch = NO_FAILURE;
    private int consequences;
    private boolean greetedInClearText;
    private boolean authenticationNeeded;
    private boolean failedLoginReported;
    private boolean authRefused;

    private Notes() {
    }

    /** Those of the session, which are begun when they are first asked for. */
    public static Notes of(SMTPSession session) {
        return session.getAttachment(KEY, State.Connection).orElseGet(() -> {
            Notes notes = new Notes();
            session.setAttachment(KEY, notes, State.Connection);
            return notes;
        });
    }

    /** What the port offers this client, which is the same for the whole session. */
    public Port port(Supplier<Port> offer) {
        if (port == null) {
            port = offer.get();
        }
        return port;
    }

    /** The session's transcript; empty if there is none. */
    Optional<Recording> recording() {
        return Optional.ofNullable(recording);
    }

    void record(Recording begun) {
        recording = begun;
    }

    /** James has accepted a greeting, under that transport (RFC 3207 §4.2). */
    public void greeted(boolean underTls) {
        greetedInClearText = !underTls;
    }

    /** Whether the greeting that James goes by was said before TLS. */
    public boolean isGreetingVoid(boolean underTls) {
        return underTls && greetedInClearText;
    }

    /** This client will not get on without AUTH. */
    public void needsAuthentication() {
        authenticationNeeded = true;
    }

    public boolean isAuthenticationNeeded() {
        return authenticationNeeded;
    }

    /** Counts an error; the number survives RSET and EHLO. */
    public int countError() {
        return ++errors;
    }

    /** Counts a failed AUTH. */
    public int countAuthFailure() {
        return ++authFailures;
    }

    /** Counts a recipient that was refused for good; the number survives RSET and EHLO. */
    public int countRefusedRecipient() {
        return ++refusedRecipients;
    }

    /** A failed log-in that James will answer has been written down. */
    public void failedLoginReported() {
        failedLoginReported = true;
    }

    /** Whether the failed log-in that James has just answered is written down already. */
    public boolean takeFailedLoginReported() {
        boolean reported = failedLoginReported;
        failedLoginReported = false;
        return reported;
    }

    /** The last line ended an AUTH with a refusal. */
    public void authRefused() {
        authRefused = true;
    }

    /** Whether the line before the one at hand ended an AUTH with a refusal. Asked once a line, so that it holds for one line only. */
    public boolean takeAuthRefused() {
        boolean refused = authRefused;
        authRefused = false;
        return refused;
    }

    /** What comes now was read after what came before, so that it may have been sent when the replies to that were there. */
    public void batchEnded() {
        batch++;
    }

    /** A command failed on which those after it in its pipelined group depend (RFC 2920 §3.1). */
    public void groupFailed() {
        if (failedBatch != batch) {
            failedBatch = batch;
            consequences = 0;
        }
    }

    /** What comes now depends on no failure before it. */
    public void groupIsOver() {
        failedBatch = NO_FAILURE;
    }

    /**
     * Whether an error follows from a failure of which the client could not know: it was read together with it, and so before the reply
     * was written. At most {@value #CONSEQUENCE_LIMIT} follow from one failure.
     */
    public boolean isConsequence() {
        if (failedBatch != batch || consequences == CONSEQUENCE_LIMIT) {
            return false;
        }
        consequences++;
        return forgive();
    }

    /** Whether a refusal may count as nothing: {@value #FORGIVEN_LIMIT} of a session do. */
    public boolean forgive() {
        if (forgiven == FORGIVEN_LIMIT) {
            return false;
        }
        forgiven++;
        return true;
    }
}

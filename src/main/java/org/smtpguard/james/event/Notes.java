package org.smtpguard.james.event;

import java.util.Optional;
import java.util.function.Supplier;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.sequence.Port;
import org.smtpguard.transcript.Recording;

/**
 * The per-connection state that James' session lacks. It is an attachment of the session, so it ends with the connection, and a
 * single object, since there may be many idle connections.
 *
 * <p>Threads: the session's own.
 */
public final class Notes {
    private static final AttachmentKey<Notes> KEY = AttachmentKey.of("smtpguard.notes", Notes.class);
    /** A server accepts at least 100 recipients (RFC 5321 §4.5.3.1.8), so this many errors may follow from one. */
    private static final int CONSEQUENCE_LIMIT = 100;
    /** The maximum number of refusals of a session that are not counted as errors. */
    public static final int FORGIVEN_LIMIT = 1_000;
    private static final int NO_FAILURE = -1;

    /** Null if absent, like {@link #recording}: an Optional would be another object per connection. */
    private Port port;
    private Recording recording;
    private int errors;
    private int authFailures;
    private int refusedRecipients;
    private int forgiven;
    /** The number of the current batch of lines, which the server has read together. */
    private int batch;
    private int failedBatch = NO_FAILURE;
    private int consequences;
    private boolean greetedInClearText;
    private boolean authenticationNeeded;
    private boolean failedLoginReported;
    private boolean authRefused;
    /** Null if absent. */
    private LoginScope scope;
    private String senderRefusal;

    private Notes() {
    }

    /** The session's notes, created on first use. */
    public static Notes of(SMTPSession session) {
        return session.getAttachment(KEY, State.Connection).orElseGet(() -> {
            Notes notes = new Notes();
            session.setAttachment(KEY, notes, State.Connection);
            return notes;
        });
    }

    /** What the port offers this client, constant for the session. */
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

    void record(Recording started) {
        recording = started;
    }

    /** James has accepted EHLO or HELO, with or without TLS (RFC 3207 §4.2). */
    public void greeted(boolean underTls) {
        greetedInClearText = !underTls;
    }

    /** Whether the greeting was sent before STARTTLS and is therefore void. */
    public boolean isGreetingVoid(boolean underTls) {
        return underTls && greetedInClearText;
    }

    /** This client cannot continue without AUTH. */
    public void requireAuthentication() {
        authenticationNeeded = true;
    }

    public boolean isAuthenticationNeeded() {
        return authenticationNeeded;
    }

    /** The session has logged in with an app password. */
    public void limitTo(LoginScope limits) {
        scope = limits;
    }

    /** What the session's log-in may do; empty if it is not limited. */
    public Optional<LoginScope> scope() {
        return Optional.ofNullable(scope);
    }

    /** The hook has refused the sender of MAIL, whose reply is to be worded. */
    public void senderRefused(String detail) {
        senderRefusal = detail;
    }

    /** Why the hook has refused the sender of the last MAIL; empty if it has not. Resets the note. */
    public Optional<String> takeSenderRefusal() {
        Optional<String> detail = Optional.ofNullable(senderRefusal);
        senderRefusal = null;
        return detail;
    }

    /** Counts an error; the number survives RSET and EHLO. */
    public int countError() {
        return ++errors;
    }

    /** Counts a failed AUTH. */
    public int countAuthFailure() {
        return ++authFailures;
    }

    /** Counts a permanently refused recipient; the number survives RSET and EHLO. */
    public int countRefusedRecipient() {
        return ++refusedRecipients;
    }

    /** A failed log-in that James will answer has been recorded. */
    public void failedLoginReported() {
        failedLoginReported = true;
    }

    /** Whether the failed log-in that James has just answered is already recorded. Resets the flag. */
    public boolean takeFailedLoginReported() {
        boolean reported = failedLoginReported;
        failedLoginReported = false;
        return reported;
    }

    /** The last line ended an AUTH with a refusal. */
    public void authRefused() {
        authRefused = true;
    }

    /** Whether the previous line ended an AUTH with a refusal. Resets the flag; call once per line. */
    public boolean takeAuthRefused() {
        boolean refused = authRefused;
        authRefused = false;
        return refused;
    }

    /** The batch has ended: lines from now on may have been sent after the replies to earlier ones. */
    public void onBatchEnd() {
        batch++;
    }

    /** A command has failed on which later ones of its pipelined group depend (RFC 2920 §3.1). */
    public void onGroupFailure() {
        if (failedBatch != batch) {
            failedBatch = batch;
            consequences = 0;
        }
    }

    /** Later commands depend on no earlier failure. */
    public void onGroupEnd() {
        failedBatch = NO_FAILURE;
    }

    /**
     * Whether an error is a consequence of a failure that the client could not know of: both were read together, before the
     * reply was written. At most {@value #CONSEQUENCE_LIMIT} follow from one failure. Counts the consequence.
     */
    public boolean takeConsequence() {
        if (failedBatch != batch || consequences == CONSEQUENCE_LIMIT) {
            return false;
        }
        consequences++;
        return forgive();
    }

    /** Whether a refusal may be forgiven: at most {@value #FORGIVEN_LIMIT} per session. Counts it. */
    public boolean forgive() {
        if (forgiven == FORGIVEN_LIMIT) {
            return false;
        }
        forgiven++;
        return true;
    }
}

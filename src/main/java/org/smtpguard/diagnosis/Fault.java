package org.smtpguard.diagnosis;

import java.util.Set;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Verb;

/**
 * A cause of refusal that does not follow from the order of commands, which the sequence table judges. The replies of AUTH follow
 * RFC 4954 §4 and §6. Unknown user, wrong password and disabled account are one fault.
 */
public enum Fault {
    UNKNOWN_COMMAND(DiagnosisId.SYN_COMMAND, 500, "5.5.1", "unknown command"),
    BARE_LF(DiagnosisId.SEQ_BARE_LF, 500, "5.5.2", "the line ends in LF alone; every line has to end in CRLF"),
    CONTROL_CHARACTER(DiagnosisId.SYN_CHARACTER, 501, "5.5.2", "the line contains a control character"),
    EARLY_TALK(DiagnosisId.SEQ_GREETING_EARLY, 554, "5.5.1", "it was sent before the greeting; the connection is closed"),
    PIPELINED(DiagnosisId.SEQ_PIPELINING, 503, "5.5.1", "it was sent before the previous command was answered"),
    FOLLOWED_TOO_EARLY(DiagnosisId.SEQ_PIPELINING, 503, "5.5.1", "more was sent before it was answered",
        Verb.STARTTLS),
    PIPELINED_CONTENT(DiagnosisId.SEQ_PIPELINING, 503, "5.5.1", "the message was sent before the reply 354; it was discarded",
        Verb.DATA),
    TOO_MANY_ERRORS(DiagnosisId.LIMIT_ERRORS, 421, "4.7.0", "too many errors in this session; the connection is closed"),
    TOO_MANY_AUTH_FAILURES(DiagnosisId.LIMIT_AUTH, 421, "4.7.0", "too many failed AUTHs in this session; the connection is closed",
        Verb.AUTH),
    TOO_MANY_REFUSED_RECIPIENTS(DiagnosisId.LIMIT_RECIPIENTS, 421, "4.7.0",
        "too many recipients were refused in this session; the connection is closed", Verb.RCPT),

    AUTHENTICATION_REQUIRED(DiagnosisId.AUTH_REQUIRED, 530, "5.7.0", "you have to authenticate first", Verb.RCPT),
    LOGINS_BLOCKED(DiagnosisId.AUTH_BLOCKED, 454, "4.7.0", "too many log-ins have failed, from your network or to this account"),
    CREDENTIALS_REFUSED(DiagnosisId.AUTH_CREDENTIALS, 535, "5.7.8", "the user name or the password is wrong"),
    IDENTITY_REFUSED(DiagnosisId.AUTH_IDENTITY, 535, "5.7.8", "the user may not act as the requested authorization identity"),
    PASSWORD_EXPIRED(DiagnosisId.AUTH_EXPIRED, 432, "4.7.12", "the password must be changed first"),
    MECHANISM_TOO_WEAK(DiagnosisId.AUTH_TOO_WEAK, 534, "5.7.9", "the mechanism is too weak for this user"),
    BACKEND_UNAVAILABLE(DiagnosisId.AUTH_UNAVAILABLE, 454, "4.7.0",
        "the credentials could not be checked at the moment; they may be correct"),
    MECHANISM_UNKNOWN(DiagnosisId.AUTH_MECHANISM, 504, "5.5.4", "this port does not offer that mechanism"),
    UNDECODABLE(DiagnosisId.AUTH_ENCODING, 501, "5.5.2", "the response is not base64"),
    MALFORMED(DiagnosisId.AUTH_ENCODING, 501, "5.5.2", "the response is not valid for the mechanism"),
    INITIAL_RESPONSE(DiagnosisId.AUTH_ENCODING, 501, "5.7.0", "the mechanism takes no initial response; send AUTH without one"),
    RESPONSE_TOO_LONG(DiagnosisId.AUTH_TOO_LONG, 500, "5.5.6", "the response is too long"),
    CANCELLED(DiagnosisId.AUTH_CANCELLED, 501, "5.7.0", "you cancelled it"),
    NOTHING_TO_CANCEL(DiagnosisId.AUTH_CANCELLED, 501, "5.7.0", "no AUTH exchange is in progress"),
    SENDER_REFUSED(DiagnosisId.AUTH_SENDER, 553, "5.7.1", "the app password of this session may not be used for that sender address",
        Verb.MAIL),
    LOGIN_ENDED(DiagnosisId.AUTH_REVOKED, 421, "4.7.0",
        "the app password of this session was revoked or has expired; the connection is closed", Verb.MAIL),
    LOGIN_UNCHECKED(DiagnosisId.AUTH_UNAVAILABLE, 454, "4.7.0", "the app password of this session could not be checked at the moment",
        Verb.MAIL);

    private final DiagnosisId id;
    private final int code;
    private final EnhancedStatus status;
    private final String cause;
    private final Set<Verb> verbs;

    /** @param verbs the commands that it can refuse; none for all commands, or for AUTH in the group AUTHENTICATION */
    Fault(DiagnosisId id, int code, String status, String cause, Verb... verbs) {
        this.id = id;
        this.code = code;
        this.status = EnhancedStatus.of(status);
        this.cause = cause;
        this.verbs = verbs.length == 0 && id.group() == DiagnosisId.Group.AUTHENTICATION ? Set.of(Verb.AUTH) : Set.of(verbs);
    }

    public DiagnosisId id() {
        return id;
    }

    public int code() {
        return code;
    }

    public EnhancedStatus status() {
        return status;
    }

    /** The commands that it can refuse; empty for all. */
    public Set<Verb> verbs() {
        return verbs;
    }

    /** The cause, for the client: the text after "… refused: ". */
    public String cause() {
        return cause;
    }
}

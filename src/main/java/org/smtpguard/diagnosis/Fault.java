package org.smtpguard.diagnosis;

import java.util.Set;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Verb;

/**
 * What can be wrong with a command beside its place in the order, which the rows of the sequence table judge. The
 * replies of AUTH are those of RFC 4954 §4 and §6. Unknown user, wrong password and disabled account are one fault.
 */
public enum Fault {
    UNKNOWN_COMMAND(DiagnosisId.SYN_COMMAND, 500, "5.5.1", "this server knows no such command"),
    BARE_LF(DiagnosisId.SEQ_BARE_LF, 500, "5.5.2", "the line ends in LF alone; every line has to end in CRLF"),
    CONTROL_CHARACTER(DiagnosisId.SYN_CHARACTER, 501, "5.5.2", "the line has a control character in it"),
    EARLY_TALK(DiagnosisId.SEQ_GREETING_EARLY, 554, "5.5.1", "it was sent before the greeting; the connection is closed"),
    PIPELINED(DiagnosisId.SEQ_PIPELINING, 503, "5.5.1", "it was sent before the reply to the command in front of it had come"),
    PIPELINED_BEHIND(DiagnosisId.SEQ_PIPELINING, 503, "5.5.1", "something was sent behind it before its reply had come",
        Verb.STARTTLS),
    PIPELINED_CONTENT(DiagnosisId.SEQ_PIPELINING, 503, "5.5.1", "the message was sent before the reply 354 had come; it was thrown away",
        Verb.DATA),
    TOO_MANY_ERRORS(DiagnosisId.LIMIT_ERRORS, 421, "4.7.0", "too many errors in this session; the connection is closed"),
    TOO_MANY_AUTH_FAILURES(DiagnosisId.LIMIT_AUTH, 421, "4.7.0", "too many failed AUTHs in this session; the connection is closed",
        Verb.AUTH),
    TOO_MANY_REFUSED_RECIPIENTS(DiagnosisId.LIMIT_RECIPIENTS, 421, "4.7.0",
        "too many recipients were refused in this session; the connection is closed", Verb.RCPT),

    AUTHENTICATION_REQUIRED(DiagnosisId.AUTH_REQUIRED, 530, "5.7.0", "you have to authenticate first", Verb.RCPT),
    CREDENTIALS_REFUSED(DiagnosisId.AUTH_CREDENTIALS, 535, "5.7.8", "the user name or the password is wrong"),
    IDENTITY_REFUSED(DiagnosisId.AUTH_IDENTITY, 535, "5.7.8", "you may not act as the authorization identity that you asked for"),
    PASSWORD_EXPIRED(DiagnosisId.AUTH_EXPIRED, 432, "4.7.12", "the password has to be changed first"),
    MECHANISM_TOO_WEAK(DiagnosisId.AUTH_TOO_WEAK, 534, "5.7.9", "this user may not log in by a mechanism as weak as this"),
    BACKEND_UNAVAILABLE(DiagnosisId.AUTH_UNAVAILABLE, 454, "4.7.0",
        "the credentials could not be checked just now; they may well be right"),
    MECHANISM_UNKNOWN(DiagnosisId.AUTH_MECHANISM, 504, "5.5.4", "this port does not offer that mechanism"),
    UNDECODABLE(DiagnosisId.AUTH_ENCODING, 501, "5.5.2", "the response is not base64"),
    MALFORMED(DiagnosisId.AUTH_ENCODING, 501, "5.5.2", "the response is not what the mechanism asks for"),
    INITIAL_RESPONSE(DiagnosisId.AUTH_ENCODING, 501, "5.7.0", "the server begins in that mechanism; send AUTH without a response"),
    RESPONSE_TOO_LONG(DiagnosisId.AUTH_TOO_LONG, 500, "5.5.6", "the response is longer than a line may be here"),
    CANCELLED(DiagnosisId.AUTH_CANCELLED, 501, "5.7.0", "you cancelled it"),
    NOTHING_TO_CANCEL(DiagnosisId.AUTH_CANCELLED, 501, "5.7.0", "no AUTH exchange is open");

    private final DiagnosisId id;
    private final int code;
    private final EnhancedStatus status;
    private final String cause;
    private final Set<Verb> verbs;

    /** @param verbs the commands that are refused so; none if it can be any, and for a reply of AUTH, which refuses AUTH */
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

    /** The commands that are refused so; empty if it can be any. */
    public Set<Verb> verbs() {
        return verbs;
    }

    /** Why, for the client: goes on after "… refused: ". */
    public String cause() {
        return cause;
    }
}

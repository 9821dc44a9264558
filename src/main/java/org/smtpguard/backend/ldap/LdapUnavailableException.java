package org.smtpguard.backend.ldap;

import java.util.Set;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import org.smtpguard.credential.CredentialResult;

/**
 * Why a directory was unavailable, in words for the operator. From an {@link LDAPException} it takes the result code and the class
 * of the cause, and not its text: that may contain names, and any text of the server.
 */
final class LdapUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Codes that concern the directory, or every client that connects as James does. */
    private static final Set<ResultCode> OF_THE_SERVICE = Set.of(ResultCode.BUSY, ResultCode.UNAVAILABLE, ResultCode.CONNECT_ERROR,
        ResultCode.STRONG_AUTH_REQUIRED, ResultCode.CONFIDENTIALITY_REQUIRED, ResultCode.AUTH_METHOD_NOT_SUPPORTED);
    /** Codes for an error that one user's name may have caused. */
    private static final Set<ResultCode> PERHAPS_OF_THE_USER = Set.of(ResultCode.OPERATIONS_ERROR, ResultCode.PROTOCOL_ERROR,
        ResultCode.TIME_LIMIT_EXCEEDED, ResultCode.ADMIN_LIMIT_EXCEEDED, ResultCode.OTHER);
    /** The highest code that a server sends (RFC 4511 §4.1.9); those above are the SDK's. */
    private static final int LAST_OF_A_SERVER = 80;

    private final transient CredentialResult verdict;
    private final boolean disconnect;

    LdapUnavailableException(String reason) {
        this(CredentialResult.unavailable(reason), false);
    }

    private LdapUnavailableException(CredentialResult verdict, boolean disconnect) {
        super(verdict.reason());
        this.verdict = verdict;
        this.disconnect = disconnect;
    }

    /** A directory answered with this code. Most concern one entry: a locked account, a referral, an invalid name. */
    static CredentialResult result(String reason, ResultCode code) {
        CredentialResult unavailable = CredentialResult.unavailable(reason);
        if (OF_THE_SERVICE.contains(code)) {
            return unavailable;
        }
        return PERHAPS_OF_THE_USER.contains(code) || code.intValue() > LAST_OF_A_SERVER ? unavailable.perhapsForThisUser()
            : unavailable.forThisUser();
    }

    /** The directory was not queried, so this says nothing about it. */
    static LdapUnavailableException notQueried(String reason) {
        return new LdapUnavailableException(CredentialResult.notQueried(reason), false);
    }

    /** @param what the request */
    static LdapUnavailableException of(String what, LdapServer server, LDAPException e) {
        String reason = what + " at " + server + ": " + code(e);
        // A wrong base or service account in the configuration concerns all users.
        boolean isOfConfiguration = e.getResultCode().equals(ResultCode.NO_SUCH_OBJECT)
            || e.getResultCode().equals(ResultCode.INSUFFICIENT_ACCESS_RIGHTS) || e.getResultCode().equals(ResultCode.INVALID_CREDENTIALS);
        return new LdapUnavailableException(isOfConfiguration ? CredentialResult.unavailable(reason) : result(reason, e.getResultCode()),
            e.getResultCode().equals(ResultCode.SERVER_DOWN));
    }

    /** Whether the server closed the connection in place of an answer, or had closed it before the request was sent. */
    boolean isDisconnect() {
        return disconnect;
    }

    CredentialResult verdict() {
        return verdict;
    }

    /** Such as {@code connect error (91, ConnectException)}. */
    private static String code(LDAPException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return e.getResultCode().getName() + " (" + e.getResultCode().intValue()
            + (cause instanceof LDAPException ? "" : ", " + cause.getClass().getSimpleName()) + ")";
    }
}

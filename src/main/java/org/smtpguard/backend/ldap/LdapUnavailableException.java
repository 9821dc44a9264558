package org.smtpguard.backend.ldap;

import java.util.Set;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import org.smtpguard.credential.CredentialResult;

/**
 * Why a directory could not judge, in words for the operator. Of an {@link LDAPException} it has the result code and the class
 * of what was behind it: its own text may hold names, and whatever a server likes to say.
 */
final class LdapUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What a directory says of itself, or of all who connect as James does. */
    private static final Set<ResultCode> OF_THE_SERVICE = Set.of(ResultCode.BUSY, ResultCode.UNAVAILABLE, ResultCode.CONNECT_ERROR,
        ResultCode.STRONG_AUTH_REQUIRED, ResultCode.CONFIDENTIALITY_REQUIRED, ResultCode.AUTH_METHOD_NOT_SUPPORTED);
    /** What it says where something went wrong, which may be this name's doing. */
    private static final Set<ResultCode> PERHAPS_OF_THE_USER = Set.of(ResultCode.OPERATIONS_ERROR, ResultCode.PROTOCOL_ERROR,
        ResultCode.TIME_LIMIT_EXCEEDED, ResultCode.ADMIN_LIMIT_EXCEEDED, ResultCode.OTHER);
    /** Below are the codes that a server sends (RFC 4511 §4.1.9), above those of the SDK. */
    private static final int LAST_OF_A_SERVER = 80;

    private final transient CredentialResult verdict;
    private final boolean hangUp;

    LdapUnavailableException(String reason) {
        this(CredentialResult.unavailable(reason), false);
    }

    private LdapUnavailableException(CredentialResult verdict, boolean hangUp) {
        super(verdict.reason());
        this.verdict = verdict;
        this.hangUp = hangUp;
    }

    /** That a directory answered by this code. Most are about one entry: a locked account, a referral, an invalid name. */
    static CredentialResult result(String reason, ResultCode code) {
        CredentialResult unavailable = CredentialResult.unavailable(reason);
        if (OF_THE_SERVICE.contains(code)) {
            return unavailable;
        }
        return PERHAPS_OF_THE_USER.contains(code) || code.intValue() > LAST_OF_A_SERVER ? unavailable.perhapsForThisUser()
            : unavailable.forThisUser();
    }

    /** Nothing is learnt of the directory by it. */
    static LdapUnavailableException notQueried(String reason) {
        return new LdapUnavailableException(CredentialResult.notQueried(reason), false);
    }

    /** It waited in vain for its turn, here. */
    static LdapUnavailableException overloaded(String reason) {
        return new LdapUnavailableException(CredentialResult.overloaded(reason), false);
    }

    /**
     * @param what what was asked of the server
     */
    static LdapUnavailableException of(String what, LdapServer server, LDAPException e) {
        String reason = what + " at " + server + ": " + code(e);
        // A base or an account of the configuration that is missing concerns all users.
        boolean isOfConfiguration = e.getResultCode().equals(ResultCode.NO_SUCH_OBJECT)
            || e.getResultCode().equals(ResultCode.INSUFFICIENT_ACCESS_RIGHTS) || e.getResultCode().equals(ResultCode.INVALID_CREDENTIALS);
        return new LdapUnavailableException(isOfConfiguration ? CredentialResult.unavailable(reason) : result(reason, e.getResultCode()),
            e.getResultCode().equals(ResultCode.SERVER_DOWN));
    }

    /** Whether the server hung up in place of an answer. It may have begun to answer, or have been gone before it was asked. */
    boolean isHangUp() {
        return hangUp;
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

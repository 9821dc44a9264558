package org.smtpguard.backend;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import org.smtpguard.credential.CredentialResult;

/**
 * Why a directory could not judge, in words for the operator. Of an {@link LDAPException} it has the result code and the class
 * of what was behind it: its own text may hold names, and whatever a server likes to say.
 */
final class LdapFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean asked;
    private final boolean hangUp;

    LdapFault(String reason) {
        this(reason, true, false);
    }

    private LdapFault(String reason, boolean asked, boolean hangUp) {
        super(reason);
        this.asked = asked;
        this.hangUp = hangUp;
    }

    /** Nothing is learnt of the directory by it. */
    static LdapFault notAsked(String reason) {
        return new LdapFault(reason, false, false);
    }

    /**
     * @param what what was asked of the server
     */
    static LdapFault of(String what, LdapServer server, LDAPException e) {
        return new LdapFault(what + " at " + server + ": " + code(e), true,
            e.getResultCode().equals(ResultCode.SERVER_DOWN));
    }

    /** Whether the server hung up in place of an answer. It may have begun to answer, or have been gone before it was asked. */
    boolean isHangUp() {
        return hangUp;
    }

    CredentialResult verdict() {
        return asked ? CredentialResult.unavailable(getMessage()) : CredentialResult.notAsked(getMessage());
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

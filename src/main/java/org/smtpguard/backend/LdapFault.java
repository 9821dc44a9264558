package org.smtpguard.backend;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;

/**
 * Why a directory could not judge, in words for the operator. Of an {@link LDAPException} it has the result code and the class
 * of what was behind it: its own text may hold names, and whatever a server likes to say.
 */
final class LdapFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean hangUp;

    LdapFault(String reason) {
        this(reason, false);
    }

    private LdapFault(String reason, boolean hangUp) {
        super(reason);
        this.hangUp = hangUp;
    }

    /**
     * @param what what was asked of the server
     */
    static LdapFault of(String what, LdapServer server, LDAPException e) {
        return new LdapFault(what + " at " + server + ": " + code(e), e.getResultCode().equals(ResultCode.SERVER_DOWN));
    }

    /** Whether the server hung up in place of an answer. It may have begun to answer, or have been gone before it was asked. */
    boolean isHangUp() {
        return hangUp;
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

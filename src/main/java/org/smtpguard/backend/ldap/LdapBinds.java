package org.smtpguard.backend.ldap;

import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.LDAPBindException;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.controls.PasswordExpiredControl;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ErrorType;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10RequestControl;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ResponseControl;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Secret;

/**
 * Simple binds as users, on connections that are used for nothing else, since a connection stays bound as its last user. A bind
 * is sent once, whatever its outcome, since the directory may count it.
 */
final class LdapBinds implements AutoCloseable {
    /** Active Directory's text gives the reason for {@code invalidCredentials}: a Windows error, in hexadecimal. */
    private static final Pattern ACTIVE_DIRECTORY = Pattern.compile("AcceptSecurityContext error, data ([0-9a-fA-F]+)");

    private final LdapPool connections;

    LdapBinds(LdapServers servers, LongSupplier nanoTime) {
        this.connections = new LdapPool(servers, LdapPool::probe, nanoTime);
    }

    /** The verdict after a successful bind, on the same connection, which is bound as the user. */
    interface AfterBind {
        CredentialResult judge(LDAPConnection connection, LdapDeadline deadline) throws LDAPException, LdapUnavailableException;
    }

    /**
     * Binds.
     *
     * @param name the DN, or what the directory accepts in its place
     * @param password not empty: that would be an anonymous bind, and succeed (RFC 4513 §5.1.2)
     * @param afterBind gives the verdict if the bind succeeds
     */
    CredentialResult bind(LdapUser user, String name, Secret password, LdapDeadline deadline, AfterBind afterBind)
        throws LdapUnavailableException {
        return connections.send("a bind", deadline, (connection, limit) -> {
            SimpleBindRequest request = new SimpleBindRequest(name, password.bytes(), new DraftBeheraLDAPPasswordPolicy10RequestControl());
            request.setResponseTimeoutMillis(limit.millis());
            BindResult result = resultOf(request, connection);
            return result.getResultCode().equals(ResultCode.SUCCESS) && !hasExpired(result)
                ? afterBind.judge(connection, limit)
                : refusal(result, user);
        });
    }

    private static BindResult resultOf(SimpleBindRequest request, LDAPConnection connection) throws LDAPException {
        try {
            return connection.bind(request);
        } catch (LDAPBindException e) {
            if (!e.getResultCode().isConnectionUsable()) {
                throw e;
            }
            return e.getBindResult();
        }
    }

    private static CredentialResult refusal(BindResult result, LdapUser user) {
        if (hasExpired(result)) {
            return CredentialResult.expired();
        }
        switch (result.getResultCode().intValue()) {
            case ResultCode.INVALID_CREDENTIALS_INT_VALUE:
                return policyError(result).isPresent() ? CredentialResult.disabled() : invalidCredentials(result.getDiagnosticMessage());
            case ResultCode.INAPPROPRIATE_AUTHENTICATION_INT_VALUE:
                // The entry has no password to compare with.
                return CredentialResult.refused();
            case ResultCode.CONSTRAINT_VIOLATION_INT_VALUE:
                // 389 Directory Server's code for an account that is locked after too many wrong passwords.
                return CredentialResult.disabled();
            case ResultCode.NO_SUCH_OBJECT_INT_VALUE:
                return CredentialResult.unknown();
            case ResultCode.INVALID_DN_SYNTAX_INT_VALUE:
                // A name that no entry can have; but if an ordinary name gets this answer, the DN in the configuration is wrong.
                return user.isPlain() ? unavailable(result) : CredentialResult.unknown();
            default:
                return unavailable(result);
        }
    }

    private static CredentialResult invalidCredentials(String diagnostic) {
        Matcher windows = ACTIVE_DIRECTORY.matcher(diagnostic == null ? "" : diagnostic);
        switch (windows.find() ? windows.group(1) : "") {
            case "525":
                return CredentialResult.unknown();
            case "532": // password expired
            case "773": // password must be changed
                return CredentialResult.expired();
            case "530": // not at this time
            case "531": // not from this machine
            case "533": // disabled
            case "701": // account expired
            case "775": // locked
                return CredentialResult.disabled();
            default:
                return CredentialResult.refused();
        }
    }

    /** By Netscape's control or by draft-behera-ldap-password-policy; a successful bind may then only change the password. */
    private static boolean hasExpired(BindResult result) {
        return result.getResponseControl(PasswordExpiredControl.PASSWORD_EXPIRED_OID) != null
            || policyError(result).filter(error -> error != DraftBeheraLDAPPasswordPolicy10ErrorType.ACCOUNT_LOCKED).isPresent();
    }

    private static Optional<DraftBeheraLDAPPasswordPolicy10ErrorType> policyError(BindResult result) {
        try {
            return Optional.ofNullable(DraftBeheraLDAPPasswordPolicy10ResponseControl.get(result))
                .map(DraftBeheraLDAPPasswordPolicy10ResponseControl::getErrorType);
        } catch (LDAPException e) {
            // The result code remains.
            return Optional.empty();
        }
    }

    private static CredentialResult unavailable(BindResult result) {
        return LdapUnavailableException.result("a bind was answered by " + result.getResultCode().getName() + " ("
            + result.getResultCode().intValue() + ")", result.getResultCode());
    }

    @Override
    public void close() {
        connections.close();
    }
}

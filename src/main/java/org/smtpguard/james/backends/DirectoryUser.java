package org.smtpguard.james.backends;

import java.lang.reflect.Field;
import java.util.Optional;
import java.util.UUID;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.model.User;
import org.smtpguard.credential.Secret;

/**
 * A user of the LDAP directory that James uses. James treats every failure of a bind as a wrong password; this class makes the
 * same bind, on a connection of James' pool, and distinguishes a wrong password from an unavailable directory.
 *
 * <p>James exposes neither the pool nor the user's DN, so they are read from private fields, which have the same names in 3.8
 * and 3.9.
 */
final class DirectoryUser {
    private static final String REPOSITORY = "org.apache.james.user.ldap.ReadOnlyUsersLDAPRepository";

    private final LDAPConnectionPool connections;
    private final DN name;

    private DirectoryUser(LDAPConnectionPool connections, DN name) {
        this.connections = connections;
        this.name = name;
    }

    /** Whether the repository's users are in a directory. */
    static boolean isUsedBy(UsersRepository users) {
        return users.getClass().getName().equals(REPOSITORY);
    }

    /** Empty if this version of James has another class for such users. */
    static Optional<DirectoryUser> of(User user) {
        try {
            return Optional.of(new DirectoryUser((LDAPConnectionPool) field(user, "connectionPool"), (DN) field(user, "userDN")));
        } catch (ReflectiveOperationException | ClassCastException e) {
            return Optional.empty();
        }
    }

    private static Object field(User user, String name) throws ReflectiveOperationException {
        Field field = user.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(user);
    }

    /** A nonexistent sibling of this user, so that a bind for an unknown user costs the directory the same. */
    DirectoryUser nonexistentSibling() {
        RDN unused = new RDN("cn", "nobody-" + UUID.randomUUID());
        return new DirectoryUser(connections, name.getParent() == null ? new DN(unused) : new DN(unused, name.getParent()));
    }

    /**
     * Whether this is the user's password. It must not be empty: that would be an anonymous bind (RFC 4513 §5.1.2).
     *
     * @throws LDAPException if the directory is unavailable or has not decided
     */
    boolean hasPassword(Secret password) throws LDAPException {
        try {
            connections.bindAndRevertAuthentication(new SimpleBindRequest(name.toString(), password.bytes()));
            return true;
        } catch (LDAPException e) {
            switch (e.getResultCode().intValue()) {
                case ResultCode.INVALID_CREDENTIALS_INT_VALUE:
                case ResultCode.INAPPROPRIATE_AUTHENTICATION_INT_VALUE:
                case ResultCode.CONSTRAINT_VIOLATION_INT_VALUE:
                case ResultCode.NO_SUCH_OBJECT_INT_VALUE:
                    return false;
                default:
                    throw e;
            }
        }
    }
}

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
 * A user of an LDAP directory that James asks. James binds as the user and takes all that goes wrong with that for a wrong password;
 * here the same bind is made, on a connection of James' own pool, and what comes of it is told apart.
 *
 * <p>James lends nobody the pool and the user's name in the directory, so they are taken from fields, which 3.8 and 3.9 call the
 * same. This class is the only one that knows.
 */
final class DirectoryUser {
    private static final String REPOSITORY = "org.apache.james.user.ldap.ReadOnlyUsersLDAPRepository";

    private final LDAPConnectionPool connections;
    private final DN name;

    private DirectoryUser(LDAPConnectionPool connections, DN name) {
        this.connections = connections;
        this.name = name;
    }

    /** Whether the users of that repository are a directory's. */
    static boolean are(UsersRepository users) {
        return users.getClass().getName().equals(REPOSITORY);
    }

    /** Empty if this James has another class for users of a directory. */
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

    /** A user next to this one who does not exist: the directory has as much to do for it as it has for a name. */
    DirectoryUser nobody() {
        RDN unused = new RDN("cn", "nobody-" + UUID.randomUUID());
        return new DirectoryUser(connections, name.getParent() == null ? new DN(unused) : new DN(unused, name.getParent()));
    }

    /**
     * Whether the password is theirs; not empty, which would be an anonymous bind (RFC 4513 §5.1.2).
     *
     * @throws LDAPException if the directory has said neither yes nor no
     */
    boolean has(Secret password) throws LDAPException {
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

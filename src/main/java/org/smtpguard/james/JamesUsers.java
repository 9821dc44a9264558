package org.smtpguard.james;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.UsersRepositoryException;
import org.apache.james.user.api.model.User;
import org.apache.james.user.lib.model.Algorithm;
import org.apache.james.user.lib.model.DefaultUser;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Secret;

/**
 * James' {@link UsersRepository}, asked as James' own {@code UsersRepositoryAuthHook} asks it: by the name that the client sent, in
 * James' normal form. With virtual hosting that has to be the whole address.
 *
 * <p>James hashes nothing for a user it does not have, so that the time would tell who is one. Such a name costs a hash here, of
 * the algorithm that was last seen with a user. Users that James itself asks a directory for ({@link DirectoryUser}) have no hash;
 * there the time tells.
 *
 * <p>Any thread that may wait. What threads share is {@link #seen}: immutable, and whichever was written last will do.
 */
@Singleton
public final class JamesUsers implements LocalUsers {
    /** What James takes where nothing is configured. */
    private static final Algorithm BY_DEFAULT = Algorithm.of("PBKDF2");

    private final UsersRepository users;
    private final PasswordTest test = PasswordTest.ofThisJames();
    private volatile Optional<Algorithm> seen = Optional.empty();

    @Inject
    public JamesUsers(UsersRepository users) {
        this.users = users;
    }

    @Override
    public CredentialResult verify(String username, Secret password) throws Exception {
        Username name;
        try {
            name = Username.of(username);
        } catch (RuntimeException e) {
            // Whatever James does not take for a user name can be nobody's.
            return CredentialResult.unknown();
        }
        Optional<CredentialResult> byDirectory = askDirectory(name, password);
        if (byDirectory.isPresent()) {
            return byDirectory.get();
        }
        String text = new String(password.bytes(), StandardCharsets.UTF_8);
        Optional<Username> user = test.ask(users, name, text);
        if (user.isPresent()) {
            if (seen.isEmpty()) {
                isKnown(name);
            }
            return CredentialResult.accepted(user.get().asString());
        }
        if (isKnown(name)) {
            return CredentialResult.refused();
        }
        seen.orElse(BY_DEFAULT).digest(text, name.asString());
        return CredentialResult.unknown();
    }

    /** Empty if James has its users from elsewhere, or from a directory by a class that is not known. */
    private Optional<CredentialResult> askDirectory(Username name, Secret password) throws Exception {
        if (!DirectoryUser.are(users)) {
            return Optional.empty();
        }
        Optional<User> user = Optional.ofNullable(users.getUserByName(name));
        if (user.isEmpty()) {
            return Optional.of(CredentialResult.unknown());
        }
        Optional<DirectoryUser> entry = DirectoryUser.of(user.get());
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(entry.get().has(password) ? CredentialResult.accepted(user.get().getUserName().asString())
            : CredentialResult.refused());
    }

    private boolean isKnown(Username name) throws UsersRepositoryException {
        Optional<User> user = Optional.ofNullable(users.getUserByName(name));
        user.filter(DefaultUser.class::isInstance).map(DefaultUser.class::cast)
            .ifPresent(hashed -> seen = Optional.of(hashed.getHashAlgorithm()));
        return user.isPresent();
    }

    @Override
    public void probe() throws UsersRepositoryException {
        users.contains(Username.of("nobody"));
    }
}

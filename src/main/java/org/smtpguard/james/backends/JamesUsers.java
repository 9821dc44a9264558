package org.smtpguard.james.backends;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.UsersRepositoryException;
import org.apache.james.user.api.model.User;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Secret;

/**
 * James' {@link UsersRepository}, asked as James' own {@code UsersRepositoryAuthHook} asks it: by the name that the client sent, in
 * James' normal form. With virtual hosting that has to be the whole address.
 *
 * <p>James hashes nothing for a user it does not have, so that the time would tell who is one. Such a name costs a hash here, of an
 * algorithm that James has hashed its users' passwords with ({@link HashSample}). Where James has its users from a directory
 * ({@link DirectoryUser}), an unknown name costs a bind, as a name that does not exist.
 *
 * <p>Any thread that may wait.
 */
@Singleton
public final class JamesUsers implements LocalUsers {
    private final UsersRepository users;
    private final UsersRepositoryCompat test = UsersRepositoryCompat.ofThisJames();
    private final HashSample sample;

    @Inject
    public JamesUsers(UsersRepository users, GuardSecret secret) {
        this(users, secret.get());
    }

    public JamesUsers(UsersRepository users, InstallationSecret secret) {
        this.users = users;
        this.sample = new HashSample(users, secret.keyFor("password-decoy of James' users"), System::nanoTime);
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
        sample.refresh();
        Optional<CredentialResult> byDirectory = askDirectory(name, password);
        if (byDirectory.isPresent()) {
            return byDirectory.get();
        }
        String text = new String(password.bytes(), StandardCharsets.UTF_8);
        Optional<Username> user = test.ask(users, name, text);
        if (user.isPresent()) {
            return CredentialResult.accepted(user.get().asString());
        }
        if (users.getUserByName(name) != null) {
            return CredentialResult.refused();
        }
        sample.algorithmFor(name).digest(text, name.asString());
        return CredentialResult.unknown();
    }

    /** Empty if James has its users from elsewhere, or from a directory by a class that is not known. */
    private Optional<CredentialResult> askDirectory(Username name, Secret password) throws Exception {
        if (!DirectoryUser.are(users)) {
            return Optional.empty();
        }
        Optional<User> user = Optional.ofNullable(users.getUserByName(name));
        if (user.isEmpty()) {
            Optional<DirectoryUser> another = sample.anyUser().flatMap(DirectoryUser::of);
            if (another.isPresent()) {
                another.get().nobody().has(password);
            }
            return Optional.of(CredentialResult.unknown());
        }
        Optional<DirectoryUser> entry = DirectoryUser.of(user.get());
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(entry.get().has(password) ? CredentialResult.accepted(user.get().getUserName().asString())
            : CredentialResult.refused());
    }

    @Override
    public void probe() throws UsersRepositoryException {
        users.contains(Username.of("nobody"));
    }
}

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
 * Queries James' {@link UsersRepository} as James' own {@code UsersRepositoryAuthHook} does: with the name that the client
 * sent, in James' normal form. With virtual hosting that is the full address.
 *
 * <p>James computes no hash for an unknown user, so the time would reveal which users exist. Here, an unknown name costs a hash
 * with an algorithm that James uses for its users ({@link HashSample}). If James' users are in a directory
 * ({@link DirectoryUser}), it costs a bind as a nonexistent entry.
 *
 * <p>Threads: thread-safe; may block.
 */
@Singleton
public final class JamesUsers implements LocalUsers {
    private final UsersRepository users;
    private final UsersRepositoryCompat compat = UsersRepositoryCompat.ofThisJames();
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
            // Not a valid user name in James, so no such user exists.
            return CredentialResult.unknown();
        }
        sample.refresh();
        Optional<CredentialResult> byDirectory = queryDirectory(name, password);
        if (byDirectory.isPresent()) {
            return byDirectory.get();
        }
        String text = new String(password.bytes(), StandardCharsets.UTF_8);
        Optional<Username> user = compat.test(users, name, text);
        if (user.isPresent()) {
            return CredentialResult.accepted(user.get().asString());
        }
        if (users.getUserByName(name) != null) {
            return CredentialResult.refused();
        }
        sample.algorithmFor(name).digest(text, name.asString());
        return CredentialResult.unknown();
    }

    /** Empty if James' users are not in a directory, or an unknown class handles them. */
    private Optional<CredentialResult> queryDirectory(Username name, Secret password) throws Exception {
        if (!DirectoryUser.isUsedBy(users)) {
            return Optional.empty();
        }
        Optional<User> user = Optional.ofNullable(users.getUserByName(name));
        if (user.isEmpty()) {
            Optional<DirectoryUser> another = sample.anyUser().flatMap(DirectoryUser::of);
            if (another.isPresent()) {
                another.get().nonexistentSibling().hasPassword(password);
            }
            return Optional.of(CredentialResult.unknown());
        }
        Optional<DirectoryUser> entry = DirectoryUser.of(user.get());
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(entry.get().hasPassword(password) ? CredentialResult.accepted(user.get().getUserName().asString())
            : CredentialResult.refused());
    }

    @Override
    public void probe() throws UsersRepositoryException {
        users.contains(Username.of("nobody"));
    }
}

package org.smtpguard.backend.james;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Workers;

/**
 * James' own users, by the passwords by which they read their mail ({@code docs/backends/james.md}).
 *
 * <p>Threads: James' repository is asked, and waited for, on the pool for calls that wait; the answer is completed there.
 */
public final class JamesBackend implements CredentialBackend {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private final BackendSettings settings;
    private final Workers workers;
    private final LocalUsers users;

    /** @param settings nothing beside what stands on every backend */
    public JamesBackend(BackendSettings settings, Workers workers, LocalUsers users) {
        this.settings = settings.only();
        this.workers = workers;
        this.users = users;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Duration timeLimit() {
        return settings.timeout(TIME_LIMIT);
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // Whoever is meant, known or not: a repository that stands upon a directory would bind anonymously.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        return workers.blocking().judge(credentials.origin(), () -> users.verify(credentials.username(), credentials.password()));
    }

    @Override
    public CompletionStage<Optional<String>> check() {
        return workers.blocking().submit(Origin.byHand(), () -> {
            try {
                users.probe();
                return Optional.empty();
            } catch (Throwable fault) {
                return Optional.of("James' users repository cannot be asked: " + CredentialResult.unavailable(fault).reason());
            }
        });
    }

    /** James is told nothing. */
    @Override
    public Origin relevant(Origin origin) {
        return Origin.byHand();
    }

    @Override
    public String toString() {
        return "JamesBackend " + name();
    }
}

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
 * James' own users with their mailbox passwords ({@code docs/backends/james.md}).
 *
 * <p>Threads: James' repository is queried on the pool for blocking calls; the result is completed there.
 */
public final class JamesBackend implements CredentialBackend {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private final BackendSettings settings;
    private final Workers workers;
    private final LocalUsers users;

    /** @param settings has no elements besides those common to all backends */
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
    public Optional<String> summary() {
        return Optional.of("James' users");
    }

    @Override
    public Duration timeLimit() {
        return settings.timeout(TIME_LIMIT);
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // Whether or not the user exists: a repository on a directory would bind anonymously.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        return workers.blocking().judge(credentials.origin(), () -> verifyNow(credentials));
    }

    private CredentialResult verifyNow(Credentials credentials) {
        try {
            return users.verify(credentials.username(), credentials.password());
        } catch (Throwable fault) {
            // Also errors, as of any backend.
            CredentialResult result = CredentialResult.unavailable(fault);
            return result.wasQueried() ? result.because(problem(result)) : result;
        }
    }

    /** James does not tell where its users are. */
    private static String problem(CredentialResult result) {
        return "James' users repository cannot be queried: " + result.reason();
    }

    @Override
    public CompletionStage<Optional<String>> check() {
        return workers.blocking().submit(Origin.byHand(), () -> {
            try {
                users.probe();
                return Optional.empty();
            } catch (Throwable fault) {
                return Optional.of(problem(CredentialResult.unavailable(fault)));
            }
        });
    }

    /** Nothing: the result depends on the credentials only. */
    @Override
    public Origin relevant(Origin origin) {
        return Origin.byHand();
    }

    @Override
    public String toString() {
        return "JamesBackend " + name();
    }
}

package org.smtpguard.backend.apppassword;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.UserNames;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.AppPasswords;
import org.smtpguard.credential.IssuedAppPassword;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.ScramScheme;
import org.smtpguard.password.ScramVerifier;

/** The management of the app passwords in a store. Threads: everything is done on workers. */
final class AppPasswordRegister implements AppPasswords {
    private static final Logger LOGGER = LoggerFactory.getLogger(AppPasswordRegister.class);

    private final String backend;
    private final AppPasswordStore store;
    private final ExpiryWatch watch;
    private final WorkerPool workers;
    private final boolean withScram;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /** @param withScram whether new ones get SCRAM keys */
    AppPasswordRegister(String backend, AppPasswordStore store, ExpiryWatch watch, WorkerPool workers, boolean withScram, Clock clock) {
        this.backend = backend;
        this.store = store;
        this.watch = watch;
        this.workers = workers;
        this.withScram = withScram;
        this.clock = clock;
    }

    @Override
    public CompletionStage<IssuedAppPassword> issue(AppPasswordRequest request) {
        return submit(() -> {
            Instant now = now();
            AppPassword made = AppPassword.of(AppPasswordSecret.generateId(random), RequestRules.checked(request, now), now);
            AppPasswordSecret secret = AppPasswordSecret.generate(random);
            Secret shown = Secret.of(secret.grouped());
            store.add(new StoredAppPassword(made, secret.hash(),
                withScram ? Optional.of(keys(shown, store.salt(made.user(), UserSalt.generate(random)))) : Optional.empty()));
            LOGGER.info("Backend {} has a new app password {} ({}) of {}, made by {}", backend, made.id(), made.label(), made.user(),
                made.createdBy());
            watch.look();
            return new IssuedAppPassword(made, shown);
        });
    }

    private static StoredAppPassword.ProofKeys keys(Secret secret, UserSalt salt) {
        ScramVerifier verifier = ScramScheme.sha256(CostLimits.standard()).keys(secret.storedForm(), salt.salt(), salt.iterations());
        return new StoredAppPassword.ProofKeys(verifier.storedKey(), verifier.serverKey());
    }

    @Override
    public CompletionStage<List<AppPassword>> list(String user) {
        return submit(() -> store.of(UserNames.normalise(user)).stream().map(StoredAppPassword::info)
            .collect(Collectors.toUnmodifiableList()));
    }

    @Override
    public CompletionStage<Optional<AppPassword>> revoke(String user, String id, String by) {
        return submit(() -> revoked(user, one -> one.id().equals(id), by).stream().findFirst());
    }

    @Override
    public CompletionStage<List<AppPassword>> revokeAll(String user, String by) {
        return submit(() -> {
            Instant now = now();
            List<String> usable = store.of(UserNames.normalise(user)).stream().map(StoredAppPassword::info)
                .filter(one -> !one.isRevoked()).map(AppPassword::id).collect(Collectors.toList());
            return revoked(user, one -> usable.contains(one.id()) && !one.created().isAfter(now), by);
        });
    }

    private List<AppPassword> revoked(String user, Predicate<AppPassword> meant, String by) throws StoreException {
        List<AppPassword> revoked = store.revoke(UserNames.normalise(user), meant, now(), by);
        revoked.forEach(one -> LOGGER.info("Backend {} has revoked the app password {} ({}) of {}, for {}", backend, one.id(), one.label(),
            one.user(), one.revokedBy().orElse("")));
        watch.look();
        return revoked;
    }

    @Override
    public CompletionStage<String> initialise() {
        return submit(store::initialise);
    }

    @Override
    public long expiringBefore(Instant time) {
        return watch.expiringBefore(time);
    }

    /** Stores keep seconds. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private <T> CompletableFuture<T> submit(Callable<T> call) {
        return workers.submit(Origin.byHand(), call);
    }
}

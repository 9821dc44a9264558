package org.smtpguard.backend.apppassword;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.backend.support.UserNames;
import org.smtpguard.bruteforce.Network;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordUse;
import org.smtpguard.credential.AppPasswords;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.ClientNetwork;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.KeyCandidate;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.ScramKeys;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;

/**
 * App passwords: any number of secrets for a user, one for each device ({@code docs/backends/app-passwords.md}). A password that looks like
 * one is verified here and by no other backend ({@link #claims}); every other password is unknown here.
 *
 * <p>A log-in costs one SHA-256 and one look-up, whether or not the user or the secret exists. If the store cannot be read, the result is
 * unavailable: what was read before is not used.
 *
 * <p>Threads: the store is read on workers, which complete the results. What follows a log-in is written later.
 */
public final class AppPasswordBackend implements CredentialBackend {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
    /** Beyond the time limit of the store, for the queue of workers. */
    private static final Duration QUEUE_LIMIT = Duration.ofSeconds(10);
    private static final String SCRAM = "SCRAM-SHA-256";

    private final BackendSettings settings;
    private final AppPasswordStore store;
    private final WorkerPool workers;
    private final boolean withScram;
    private final Clock clock;
    private final ExpiryWatch watch;
    private final AppPasswordRegister register;

    /**
     * Does not read the store yet.
     *
     * @param settings {@code <store>} and its elements, and {@code <scram>}; see {@code docs/backends/app-passwords.md}
     * @throws org.smtpguard.credential.InvalidConfigurationException if one is wrong
     */
    public AppPasswordBackend(BackendSettings settings, Workers workers) {
        this(settings, AppPasswordStores.of(settings, workers, TIME_LIMIT), Clock.systemUTC());
        watch.start();
    }

    AppPasswordBackend(BackendSettings settings, AppPasswordStores.Opened opened, Clock clock) {
        this.settings = settings;
        this.store = opened.store();
        this.workers = opened.workers();
        this.withScram = settings.flag(AppPasswordStores.SCRAM);
        this.clock = clock;
        this.watch = new ExpiryWatch(settings.name(), store, workers, clock);
        this.register = new AppPasswordRegister(settings.name(), store, watch, workers, withScram, clock);
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
    public boolean claims(Secret password) {
        return AppPasswordSecret.read(password).isPresent();
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        Optional<AppPasswordSecret> secret = AppPasswordSecret.read(credentials.password());
        if (secret.isEmpty()) {
            // Depends on the password only, so the quick reply does not reveal whether the user exists.
            return CompletableFuture.completedFuture(CredentialResult.unknown());
        }
        return workers.judge(credentials.origin(), () -> available(() -> verdict(credentials, secret.get())));
    }

    private CredentialResult verdict(Credentials credentials, AppPasswordSecret secret) throws StoreException {
        String user = UserNames.normalise(credentials.username());
        Optional<StoredAppPassword> found = store.find(secret.hash());
        if (found.filter(stored -> stored.info().user().equals(user)).isPresent()) {
            return verdict(found.get(), credentials.origin());
        }
        Optional<String> mistake = store.mistake();
        if (found.isEmpty() && mistake.isPresent()) {
            return CredentialResult.unavailable("the app password was not found, but the store " + mistake.get()).forThisUser();
        }
        String reason = found.map(stored -> describe(stored.info()) + "is of another user")
            .orElse(secret.isWellFormed() ? "no such app password" : "mistyped app password");
        return store.of(user).isEmpty() ? CredentialResult.unknown(reason) : CredentialResult.refused(reason);
    }

    /** For a client that has the secret and names its user. */
    private CredentialResult verdict(StoredAppPassword stored, Origin origin) {
        AppPassword info = stored.info();
        Optional<String> refusal = refusal(info, origin);
        if (refusal.isPresent()) {
            return CredentialResult.refused(describe(info) + refusal.get());
        }
        if (origin.remoteAddress().isPresent()) {
            store.use(stored, new AppPasswordUse(now(), origin.remoteAddress(), origin.mechanism()));
        }
        return CredentialResult.accepted(info.user()).within(scope(stored, origin));
    }

    private static String describe(AppPassword info) {
        return "app password " + info.id() + " (" + info.label() + ") ";
    }

    private Optional<String> refusal(AppPassword info, Origin origin) {
        if (info.isRevoked()) {
            return Optional.of("was revoked at " + info.revoked().orElseThrow());
        }
        if (info.isExpired(clock.instant())) {
            return Optional.of("has expired at " + info.expires().orElseThrow());
        }
        return info.networks().isEmpty() || isWithin(info.networks(), origin) ? Optional.empty()
            : Optional.of("may not be used from this network");
    }

    private static boolean isWithin(List<String> networks, Origin origin) {
        Optional<Network> client = Network.of(ClientNetwork.of(origin.remoteAddress()));
        return client.isPresent() && networks.stream().map(Network::parse).flatMap(Optional::stream)
            .anyMatch(network -> network.contains(client.get()));
    }

    /** Each later look-up waits in the queue in the place of its client's network, without the listener of the log-in. */
    private LoginScope scope(StoredAppPassword stored, Origin origin) {
        AppPassword info = stored.info();
        Origin later = Origin.of(origin.mechanism(), origin.remoteAddress(), origin.sessionId(), origin.isUnderTls());
        return LoginScope.of(info.id(), info.label(), info.senders(), () -> recheck(stored.hash(), info.user(), later));
    }

    private CompletionStage<CredentialResult> recheck(String hash, String user, Origin origin) {
        return workers.judge(origin, () -> available(() -> {
            Optional<AppPassword> info = store.find(hash).map(StoredAppPassword::info);
            return info.filter(one -> one.isUsable(clock.instant())).isPresent() ? CredentialResult.accepted(user)
                : CredentialResult.refused(info.map(one -> one.isRevoked() ? "revoked" : "expired").orElse("removed"));
        })).completeOnTimeout(CredentialResult.unavailable("the store did not answer in time"),
            timeLimit().plus(QUEUE_LIMIT).toMillis(), TimeUnit.MILLISECONDS);
    }

    private static CredentialResult available(Lookup<CredentialResult> lookup) {
        try {
            return lookup.run();
        } catch (StoreException e) {
            return e.result();
        }
    }

    @Override
    public boolean hasKeys() {
        return withScram;
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        if (!withScram || !scheme.equals(SCRAM)) {
            return CompletableFuture.completedFuture(KeyResult.unknown());
        }
        String user = UserNames.normalise(username);
        return workers.submit(origin, () -> {
            try {
                return keys(user, origin);
            } catch (StoreException e) {
                return KeyResult.none(e.result());
            }
        });
    }

    /** Also those that are refused: which one the client has, and why it is refused, is known after the proof. */
    private KeyResult keys(String user, Origin origin) throws StoreException {
        // Both queries for each name: their number must not tell who has app passwords.
        Optional<UserSalt> salt = store.salt(user);
        List<StoredAppPassword> all = store.of(user);
        List<KeyCandidate> candidates = salt.isEmpty() ? List.of() : all.stream()
            .flatMap(stored -> stored.keys().stream().map(keys -> new KeyCandidate(
                new ScramKeys(salt.get().iterations(), salt.get().salt(), keys.storedKey(), keys.serverKey()),
                () -> verdict(stored, origin))))
            .collect(Collectors.toList());
        // With none that can be used, the next backend's keys are those of the user.
        boolean isAnyUsable = all.stream().anyMatch(stored -> stored.keys().isPresent()
            && stored.info().isUsable(clock.instant()));
        return isAnyUsable && !candidates.isEmpty() ? KeyResult.found(user, candidates) : KeyResult.unknown();
    }

    @Override
    public KeyCensus census(String scheme) {
        return !withScram || !scheme.equals(SCRAM) ? KeyCensus.counted(Map.of()) : KeyCensus.sampled(watch.shapes());
    }

    /** All of it: networks, and what is noted as last use. */
    @Override
    public Origin relevant(Origin origin) {
        return origin;
    }

    @Override
    public CompletionStage<Optional<String>> check() {
        return workers.submit(Origin.byHand(), () -> {
            try {
                store.find("");
                return flaw();
            } catch (StoreException e) {
                return Optional.of(e.getMessage());
            }
        });
    }

    @Override
    public Optional<String> summary() {
        return Optional.of("app passwords");
    }

    @Override
    public Optional<String> address() {
        return Optional.of(store.address());
    }

    @Override
    public Optional<String> flaw() {
        String flaws = Stream.of(store.mistake(), store.problem()).flatMap(Optional::stream).collect(Collectors.joining("; "));
        return Optional.of(flaws).filter(text -> !text.isEmpty());
    }

    @Override
    public Optional<String> mistake() {
        return store.mistake();
    }

    @Override
    public List<String> notices() {
        long soon = watch.expiringBefore(clock.instant().plus(ExpiryWatch.NOTICE));
        return soon == 0 ? List.of() : List.of("has app passwords that expire within " + ExpiryWatch.NOTICE.toDays() + " days: " + soon);
    }

    @Override
    public Optional<AppPasswords> appPasswords() {
        return Optional.of(register);
    }

    /** Visible to tests, which do not wait an hour. */
    ExpiryWatch watch() {
        return watch;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    @Override
    public void close() {
        watch.close();
        store.close();
    }

    @Override
    public String toString() {
        return "AppPasswordBackend " + name() + " (" + store + ")";
    }

    private interface Lookup<T> {
        T run() throws StoreException;
    }
}

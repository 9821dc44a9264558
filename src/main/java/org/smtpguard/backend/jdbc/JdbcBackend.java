package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.HashSettings;
import org.smtpguard.backend.support.HashUpgrade;
import org.smtpguard.backend.support.PasswordCheck;
import org.smtpguard.backend.support.ScramLookup;
import org.smtpguard.backend.support.Sideline;
import org.smtpguard.backend.support.UserNames;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.MalformedHashException;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * Users in a database, looked up by a statement of the operator's ({@code docs/backends/jdbc.md}). It gives at most one row, with the
 * hash of the password and perhaps more ({@link JdbcUser}).
 *
 * <p>Every claim costs one query and one check of one hash, known user or not. What an unknown user's password is checked against
 * costs what the users' hashes do ({@link JdbcSample}).
 *
 * <p>Threads: the blocking pool asks the database, then the hashing pool checks the hash and completes the answer. What is
 * written afterwards, a better hash ({@link HashUpgrade}) and that there was a log-in ({@link JdbcLastLogin}), is written on the
 * blocking pool, over half of the connections at most: a table that is locked must not stand in the way of those who want to log in.
 */
public final class JdbcBackend implements CredentialBackend {
    private static final Logger LOGGER = LoggerFactory.getLogger(JdbcBackend.class);

    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);
    private static final String LOOKUP = "lookup";
    private static final String[] ELEMENTS = {JdbcSource.URL, JdbcSource.DRIVER, JdbcSource.USER, JdbcSource.PASSWORD,
        JdbcDatabase.POOL_SIZE, LOOKUP, JdbcHash.ELEMENT, JdbcLastLogin.ELEMENT, JdbcSample.ELEMENT,
        HashSettings.PREFERRED_SCHEME, HashSettings.ALLOW_PLAIN, HashSettings.COST_LIMITS};
    /** SQLSTATEs of databases that cannot hold a character of the name, or so long a one: nobody in there has that name. */
    private static final Set<String> NO_SUCH_NAME = Set.of("22001", "22021", "22P05");

    private final BackendSettings settings;
    private final WorkerPool hashing;
    /** No more than there are connections, for which no request has to wait then. */
    private final WorkerPool blocking;
    private final PasswordSchemes schemes;
    private final JdbcStatement lookup;
    private final JdbcDatabase database;
    private final Optional<JdbcStatement> upgrade;
    private final HashUpgrade hashUpgrade;
    private final Optional<JdbcLastLogin> lastLogin;
    private final JdbcSample sample;

    /**
     * Connects to nobody yet.
     *
     * @param settings {@code <url>}, {@code <lookup>} and what {@code docs/backends/jdbc.md} says beside them
     * @throws org.smtpguard.credential.InvalidConfigurationException if one of those is missing, no driver takes the address, or a
     * statement has
     *     parameters that are not known
     */
    public JdbcBackend(BackendSettings settings, Workers workers) {
        this(settings, workers, HashSettings.schemes(settings.only(ELEMENTS)));
    }

    JdbcBackend(BackendSettings settings, Workers workers, PasswordSchemes schemes) {
        this.settings = settings.only(ELEMENTS);
        this.hashing = workers.hashing();
        this.blocking = workers.blocking(JdbcDatabase.poolSize(settings));
        this.schemes = schemes;
        this.lookup = JdbcStatement.of(settings, LOOKUP, Set.of(JdbcUser.ASKED, JdbcUser.LOCALPART, JdbcUser.DOMAIN));
        this.upgrade = JdbcHash.statement(settings);
        Optional<JdbcStatement> record = JdbcLastLogin.statement(settings);
        Optional<JdbcStatement> sampled = JdbcSample.statement(settings, lookup);
        // Last: from here on there are threads.
        this.database = new JdbcDatabase(settings, timeLimit());
        Executor writers = new Sideline(blocking, Math.max(1, JdbcDatabase.poolSize(settings) / 2));
        this.sample = new JdbcSample(settings, sampled, database, schemes, writers, System::nanoTime);
        this.hashUpgrade = new HashUpgrade(settings.name(), schemes, hashing, writers);
        this.lastLogin = record.map(statement -> new JdbcLastLogin(settings.name(), statement, database, writers));
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
            // Whoever is meant, known or not: nobody has an empty password, and nothing is learnt from the haste.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        String asked = UserNames.normalise(credentials.username());
        CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
        Origin origin = credentials.origin();
        step(origin, answer, blocking, Function.identity(), () -> {
            Optional<JdbcUser> user = find(asked);
            sample.refresh();
            step(origin, answer, hashing, Function.identity(), () -> conclude(answer, asked, user, credentials));
        });
        return answer;
    }

    @Override
    public boolean hasKeys() {
        return true;
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        String asked = UserNames.normalise(username);
        CompletableFuture<KeyResult> answer = new CompletableFuture<>();
        step(origin, answer, blocking, KeyResult::none, () -> {
            Optional<JdbcUser> found = find(asked);
            sample.refresh();
            answer.complete(found.map(user -> keys(user, scheme)).orElseGet(KeyResult::unknown));
        });
        return answer;
    }

    /** The look-up is told nothing. */
    @Override
    public Origin relevant(Origin origin) {
        return Origin.byHand();
    }

    @Override
    public KeyCensus census(String scheme) {
        return sample.census(scheme);
    }

    /** A look-up that does not use the whole name finds one user by several names. */
    @Override
    public String identity(String username) {
        return lookup.names(JdbcUser.ASKED) || lookup.names(JdbcUser.DOMAIN) ? username
            : JdbcUser.names(UserNames.normalise(username)).get(JdbcUser.LOCALPART);
    }

    @Override
    public CompletionStage<Optional<String>> check() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        step(Origin.byHand(), answer, blocking, result -> Optional.of(result.reason()), () -> answer.complete(
            find("smtp-guard-" + UUID.randomUUID() + "@check.invalid")
            .map(anybody -> "the statement in <" + LOOKUP + "> finds a user who cannot exist; have it compare the name")));
        return answer;
    }

    @Override
    public Optional<String> flaw() {
        String flaws = Stream.of(sample.problem(), hashUpgrade.problem(), lastLogin.flatMap(JdbcLastLogin::problem))
            .flatMap(Optional::stream).collect(Collectors.joining("; "));
        return Optional.of(flaws).filter(any -> !any.isEmpty());
    }

    /**
     * Part of the way to an answer, on a worker. What has not begun when nobody waits any more is left undone. What is wrong with one
     * user is no fault of the database: were it, that user's five tries would keep everybody else out.
     */
    private <T> void step(Origin origin, CompletableFuture<T> answer, WorkerPool workers, Function<CredentialResult, T> unavailable,
                          WorkerPool.Work step) {
        workers.execute(origin, answer, () -> {
            try {
                step.take();
            } catch (MalformedHashException e) {
                answer.complete(unavailable.apply(ofOneUser("the user's stored hash cannot be used: " + e.getMessage())));
            } catch (JdbcUser.UnusableRowException e) {
                answer.complete(unavailable.apply(ofOneUser(e.getMessage())));
            } catch (Throwable fault) {
                // Errors too: a driver that is not whole must not leave a client without an answer.
                answer.complete(unavailable.apply(JdbcException.result(fault)));
            }
        });
    }

    private CredentialResult ofOneUser(String reason) {
        LOGGER.warn("Backend {} cannot judge a user: {}", name(), reason);
        return CredentialResult.unavailable(reason).forThisUser();
    }

    private Optional<JdbcUser> find(String asked) throws SQLException {
        try {
            return database.ask(lookup, JdbcUser.names(asked), rows -> JdbcUser.read(rows, asked));
        } catch (SQLException e) {
            if (NO_SUCH_NAME.contains(String.valueOf(e.getSQLState()))) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void conclude(CompletableFuture<CredentialResult> answer, String asked, Optional<JdbcUser> user, Credentials credentials) {
        PasswordHash decoy = sample.decoys().of(identity(asked));
        PasswordHash hash = user.flatMap(this::hash).orElse(decoy);
        boolean matches = PasswordCheck.matches(hash, credentials.password());
        CredentialResult result = user.map(one -> verdict(one, matches)).orElseGet(CredentialResult::unknown);
        answer.complete(result);
        // The client has its verdict; nothing that happens from here on can change or delay it.
        if (result.isAccepted()) {
            lastLogin.ifPresent(one -> one.begin(asked, credentials.origin()));
            if (schemes.isOutdated(hash)) {
                upgrade.ifPresent(statement -> hashUpgrade.begin(asked, credentials.password(),
                    new JdbcHash(statement, database, asked, user.orElseThrow())));
            }
        }
    }

    /** Empty if the user has none, and has to be checked against a decoy. */
    private Optional<PasswordHash> hash(JdbcUser user) {
        try {
            return Optional.of(user.hash()).filter(text -> !text.isEmpty()).map(schemes::read);
        } catch (MalformedHashException e) {
            if (user.isDisabled()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static CredentialResult verdict(JdbcUser user, boolean matches) {
        if (user.isDisabled()) {
            return CredentialResult.disabled();
        }
        if (!matches) {
            return CredentialResult.refused();
        }
        return user.isExpired() ? CredentialResult.expired() : CredentialResult.accepted(user.name());
    }

    private KeyResult keys(JdbcUser user, String scheme) {
        return user.isDisabled() || user.isExpired() ? KeyResult.disabled() : ScramLookup.keys(user.name(), hash(user), scheme);
    }

    @Override
    public void close() {
        database.close();
    }

    @Override
    public String toString() {
        return "JdbcBackend " + name() + " (" + database + ")";
    }
}

package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.Background;
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
 * Users in a database, looked up with the operator's statement ({@code docs/backends/jdbc.md}). It returns at most one row,
 * with the password hash and optional further columns ({@link JdbcUser}).
 *
 * <p>Every log-in attempt costs one query and one hash check, whether or not the user exists. The decoy for an unknown user
 * costs as much as the users' hashes ({@link JdbcSample}).
 *
 * <p>Threads: the blocking pool queries the database, then the hashing pool checks the hash and completes the result.
 * Subsequent writes, of a stronger hash ({@link HashUpgrade}) and of the last log-in ({@link JdbcLastLogin}), run on the
 * blocking pool and use at most half of the connections, so a locked table cannot block log-ins.
 */
public final class JdbcBackend implements CredentialBackend {
    private static final Logger LOGGER = LoggerFactory.getLogger(JdbcBackend.class);

    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);
    private static final String LOOKUP = "lookup";
    private static final String[] ELEMENTS = {JdbcSource.URL, JdbcSource.DRIVER, JdbcSource.USER, JdbcSource.PASSWORD,
        JdbcDatabase.POOL_SIZE, LOOKUP, JdbcHash.ELEMENT, JdbcLastLogin.ELEMENT, JdbcSample.ELEMENT,
        HashSettings.PREFERRED_SCHEME, HashSettings.ALLOW_PLAIN, HashSettings.COST_LIMITS};
    /** SQLSTATEs for a name that is too long, or has a character that the database cannot store: no such user exists. */
    private static final Set<String> NO_SUCH_NAME = Set.of("22001", "22021", "22P05");

    private final BackendSettings settings;
    private final WorkerPool hashing;
    /** As many workers as connections, so no worker waits for a connection. */
    private final WorkerPool blocking;
    private final PasswordSchemes schemes;
    private final JdbcStatement lookup;
    private final JdbcDatabase database;
    private final Optional<JdbcStatement> upgrade;
    private final HashUpgrade hashUpgrade;
    private final Optional<JdbcLastLogin> lastLogin;
    private final JdbcSample sample;

    /**
     * Does not connect to the database yet.
     *
     * @param settings {@code <url>}, {@code <lookup>} and the optional elements in {@code docs/backends/jdbc.md}
     * @throws org.smtpguard.credential.InvalidConfigurationException if one of these is missing, no driver accepts the URL, or
     *     a statement has unknown parameters
     */
    public JdbcBackend(BackendSettings settings, Workers workers) {
        this(settings, workers, HashSettings.schemes(settings.only(ELEMENTS)));
    }

    JdbcBackend(BackendSettings settings, Workers workers, PasswordSchemes schemes) {
        this.settings = settings.only(ELEMENTS);
        this.hashing = workers.hashing();
        this.blocking = workers.blocking(JdbcDatabase.poolSize(settings));
        this.schemes = schemes;
        this.lookup = JdbcStatement.of(settings, LOOKUP, Set.of(JdbcUser.USER, JdbcUser.LOCALPART, JdbcUser.DOMAIN));
        this.upgrade = JdbcHash.statement(settings);
        Optional<JdbcStatement> record = JdbcLastLogin.statement(settings);
        Optional<JdbcStatement> sampled = JdbcSample.statement(settings, lookup);
        // Last, since it starts threads.
        this.database = new JdbcDatabase(settings, timeLimit());
        Background background = new Sideline(blocking, Math.max(1, JdbcDatabase.poolSize(settings) / 2));
        this.sample = new JdbcSample(settings, sampled, database, schemes, background, System::nanoTime);
        this.hashUpgrade = new HashUpgrade(settings.name(), schemes, hashing, background);
        this.lastLogin = record.map(statement -> new JdbcLastLogin(settings.name(), statement, database, background));
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Optional<String> summary() {
        return Optional.of("SQL");
    }

    @Override
    public Duration timeLimit() {
        return settings.timeout(TIME_LIMIT);
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (credentials.password().isEmpty()) {
            // The same for every user name, so the quick reply reveals nothing.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        String name = UserNames.normalise(credentials.username());
        CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
        Origin origin = credentials.origin();
        step(origin, answer, blocking, Function.identity(), () -> {
            Optional<JdbcUser> user = find(name);
            sample.refresh();
            step(origin, answer, hashing, Function.identity(), () -> conclude(answer, name, user, credentials));
        });
        return answer;
    }

    @Override
    public boolean hasKeys() {
        return true;
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        String name = UserNames.normalise(username);
        CompletableFuture<KeyResult> answer = new CompletableFuture<>();
        step(origin, answer, blocking, KeyResult::none, () -> {
            Optional<JdbcUser> found = find(name);
            sample.refresh();
            answer.complete(found.map(user -> keys(user, scheme)).orElseGet(KeyResult::unknown));
        });
        return answer;
    }

    /** Nothing: the look-up has no such parameters. */
    @Override
    public Origin relevant(Origin origin) {
        return Origin.byHand();
    }

    @Override
    public KeyCensus census(String scheme) {
        return sample.census(scheme);
    }

    /** A look-up that does not use the whole name finds the same user by several names. */
    @Override
    public String identity(String username) {
        return lookup.names(JdbcUser.USER) || lookup.names(JdbcUser.DOMAIN) ? username
            : JdbcUser.names(UserNames.normalise(username)).get(JdbcUser.LOCALPART);
    }

    @Override
    public CompletionStage<Optional<String>> check() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        step(Origin.byHand(), answer, blocking, result -> Optional.of(result.reason()), () -> answer.complete(
            find("smtp-guard-" + UUID.randomUUID() + "@check.invalid")
            .map(anybody -> "the statement in <" + LOOKUP + "> finds a user who cannot exist; make it compare the name")));
        return answer;
    }

    /** Without user, password and other parameters of the URL. */
    @Override
    public Optional<String> address() {
        return Optional.of(database.address());
    }

    @Override
    public Optional<String> flaw() {
        String flaws = Stream.of(sample.problem(), hashUpgrade.problem(), lastLogin.flatMap(JdbcLastLogin::problem))
            .flatMap(Optional::stream).collect(Collectors.joining("; "));
        return Optional.of(flaws).filter(any -> !any.isEmpty());
    }

    /**
     * Runs one step of a request on a worker. A step that has not started when the request times out or is cancelled is
     * skipped. An error of one user's row is not a failure of the database: otherwise a few attempts for that user would open
     * the circuit for all users.
     */
    private <T> void step(Origin origin, CompletableFuture<T> answer, WorkerPool workers, Function<CredentialResult, T> unavailable,
                          WorkerPool.Work step) {
        workers.execute(origin, answer, () -> {
            try {
                step.take();
            } catch (MalformedHashException e) {
                answer.complete(unavailable.apply(unusableUser("the user's stored hash cannot be used: " + e.getMessage())));
            } catch (JdbcUser.UnusableRowException e) {
                answer.complete(unavailable.apply(unusableUser(e.getMessage())));
            } catch (Throwable fault) {
                // Also Errors: an incomplete driver must not leave a client without a reply.
                answer.complete(unavailable.apply(JdbcException.result(fault)));
            }
        });
    }

    private CredentialResult unusableUser(String reason) {
        LOGGER.warn("Backend {} cannot judge a user: {}", name(), reason);
        return CredentialResult.unavailable(reason).forThisUser();
    }

    private Optional<JdbcUser> find(String name) throws SQLException {
        try {
            return database.query(lookup, JdbcUser.names(name), rows -> JdbcUser.read(rows, name));
        } catch (SQLException e) {
            if (NO_SUCH_NAME.contains(String.valueOf(e.getSQLState()))) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void conclude(CompletableFuture<CredentialResult> answer, String name, Optional<JdbcUser> user, Credentials credentials) {
        PasswordHash decoy = sample.decoys().of(identity(name));
        PasswordHash hash = user.flatMap(this::hash).orElse(decoy);
        boolean matches = PasswordCheck.matches(hash, credentials.password());
        CredentialResult result = user.map(one -> verdict(one, matches)).orElseGet(CredentialResult::unknown);
        answer.complete(result);
        // The client has its result; nothing after this can change or delay it.
        if (result.isAccepted()) {
            lastLogin.ifPresent(one -> one.record(name, credentials.origin()));
            if (schemes.isOutdated(hash)) {
                upgrade.ifPresent(statement -> hashUpgrade.start(name, credentials.password(),
                    new JdbcHash(statement, database, name, user.orElseThrow())));
            }
        }
    }

    /** Empty if the user has no hash, so a decoy is checked. */
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

package org.smtpguard.backend.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.Background;
import org.smtpguard.backend.support.Decoys;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.backend.support.ScramShapes;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.password.MalformedHashException;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * Samples the users' hashes with a query for many users, to choose decoys for unknown users by cost and by the shape of SCRAM
 * keys. Look-ups never influence the sample, since an attacker can make them; they only trigger a new one when the last one is
 * old.
 *
 * <p>Threads: thread-safe. {@link #refresh} takes the first sample on the calling thread, which may block; other callers wait
 * for it, so that the first unknown user already costs as much as a known one. Later samples are taken in the background. The
 * outcome is immutable and replaced as a whole.
 */
final class JdbcSample {
    static final String ELEMENT = "sample";

    private static final Logger LOGGER = LoggerFactory.getLogger(JdbcSample.class);
    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final Duration RETRY = Duration.ofMinutes(1);
    private static final int MAX_ROWS = 10_000;

    private final Optional<JdbcStatement> statement;
    private final JdbcDatabase database;
    private final PasswordSchemes schemes;
    private final Background background;
    private final LongSupplier nanoTime;
    private final byte[] key;
    private final ReentrantLock sampling = new ReentrantLock();
    private final LastingProblem problem;
    private volatile SampleOutcome taken;

    JdbcSample(BackendSettings settings, Optional<JdbcStatement> statement, JdbcDatabase database, PasswordSchemes schemes,
               Background background, LongSupplier nanoTime) {
        this.statement = statement;
        this.database = database;
        this.schemes = schemes;
        this.background = background;
        this.nanoTime = nanoTime;
        this.key = settings.keyFor(Decoys.USE);
        this.problem = new LastingProblem(LOGGER, settings.name());
        this.taken = new SampleOutcome(List.of(), false, nanoTime.getAsLong(), Duration.ZERO);
        if (statement.isEmpty()) {
            problem.report("cannot derive a query for all users from <lookup>: the time of a log-in may reveal whether a user"
                + " exists; write <" + ELEMENT + ">SELECT password FROM …</" + ELEMENT + ">");
        }
    }

    /**
     * The statement for many users: the operator's, or else the look-up without its comparison with the name; empty if that
     * cannot be derived.
     *
     * @throws org.smtpguard.credential.InvalidConfigurationException if it has parameters
     */
    static Optional<JdbcStatement> statement(BackendSettings settings, JdbcStatement lookup) {
        return settings.has(ELEMENT) ? Optional.of(JdbcStatement.of(settings, ELEMENT, Set.of())) : lookup.ofAllUsers();
    }

    /**
     * Takes a sample if there is none or the last one is old: the first one on this thread, later ones in the background. Never
     * throws; a failed one is retried after a minute.
     */
    void refresh() {
        if (statement.isEmpty() || !taken.isOld(nanoTime.getAsLong())) {
            return;
        }
        if (!taken.wasTried) {
            takeIfOld();
        } else if (!sampling.isLocked()) {
            if (!background.offer(this::takeIfOld)) {
                LOGGER.debug("No new sample now: overloaded");
            }
        }
    }

    private void takeIfOld() {
        sampling.lock();
        try {
            if (taken.isOld(nanoTime.getAsLong())) {
                taken = take();
            }
        } finally {
            sampling.unlock();
        }
    }

    private SampleOutcome take() {
        try {
            List<PasswordHash> hashes = database.sample(statement.orElseThrow(), MAX_ROWS, this::read);
            problem.resolved();
            return new SampleOutcome(hashes, true, nanoTime.getAsLong(), MAX_AGE);
        } catch (SQLException | RuntimeException e) {
            problem.report("cannot sample the users' hashes: " + JdbcException.describe(e)
                + ". The time of a log-in may reveal whether a user"
                + " exists; write a statement for it in <" + ELEMENT + ">");
            return taken.retried(nanoTime.getAsLong());
        }
    }

    private List<PasswordHash> read(ResultSet rows) throws SQLException {
        List<PasswordHash> hashes = new ArrayList<>();
        boolean more = true;
        while (more) {
            try {
                Optional<JdbcUser> user = JdbcUser.next(rows, "");
                more = user.isPresent();
                user.map(JdbcUser::hash).filter(hash -> !hash.isEmpty()).map(schemes::read).ifPresent(hashes::add);
            } catch (MalformedHashException | JdbcUser.UnusableRowException e) {
                LOGGER.debug("A row is omitted from the sample: {}", e.getMessage());
            }
        }
        return hashes;
    }

    /** Decoys for unknown users; without a sample, their cost is that of a new hash. */
    Decoys decoys() {
        return taken.decoys;
    }

    KeyCensus census(String scheme) {
        return KeyCensus.sampled(taken.shapes.of(scheme));
    }

    /** Why there is no sample, or no newer one. */
    Optional<String> problem() {
        return problem.current();
    }

    /** The outcome of the last attempt. Immutable. */
    private final class SampleOutcome {
        private final Decoys decoys;
        private final ScramShapes shapes;
        private final boolean wasTried;
        private final long at;
        private final Duration validity;

        SampleOutcome(List<PasswordHash> hashes, boolean wasTried, long at, Duration validity) {
            this(Decoys.of(hashes, schemes, key), ScramShapes.of(hashes), wasTried, at, validity);
        }

        private SampleOutcome(Decoys decoys, ScramShapes shapes, boolean wasTried, long at, Duration validity) {
            this.decoys = decoys;
            this.shapes = shapes;
            this.wasTried = wasTried;
            this.at = at;
            this.validity = validity;
        }

        boolean isOld(long now) {
            return now - at >= validity.toNanos();
        }

        SampleOutcome retried(long now) {
            return new SampleOutcome(decoys, shapes, true, now, RETRY);
        }
    }
}

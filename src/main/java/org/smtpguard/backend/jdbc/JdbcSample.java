package org.smtpguard.backend.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.Decoys;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.backend.support.ScramShapes;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.password.MalformedHashException;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * What the stored hashes of the users cost, and how their SCRAM keys look, found out by a query for many users: what unknown users are
 * checked against follows it. Look-ups never change it, since they are an attacker's to make; they only give the occasion to take a
 * new sample when the last one is old.
 *
 * <p>Threads: {@link #refresh} takes the first sample on the caller's thread, one of those that may wait, and the other callers wait for
 * it, so that the first unknown user costs what users cost. Later ones are taken in the background. What is read is immutable, and
 * replaced as a whole.
 */
final class JdbcSample {
    static final String ELEMENT = "sample";

    private static final Logger LOGGER = LoggerFactory.getLogger(JdbcSample.class);
    private static final Duration FRESH = Duration.ofHours(1);
    private static final Duration RETRY = Duration.ofMinutes(1);
    private static final int MAX_ROWS = 10_000;

    private final Optional<JdbcStatement> statement;
    private final JdbcDatabase database;
    private final PasswordSchemes schemes;
    private final Executor background;
    private final LongSupplier nanoTime;
    private final byte[] key;
    private final ReentrantLock sampling = new ReentrantLock();
    private final LastingProblem problem;
    private volatile SampleOutcome taken;

    JdbcSample(BackendSettings settings, Optional<JdbcStatement> statement, JdbcDatabase database, PasswordSchemes schemes,
               Executor background, LongSupplier nanoTime) {
        this.statement = statement;
        this.database = database;
        this.schemes = schemes;
        this.background = background;
        this.nanoTime = nanoTime;
        this.key = settings.keyFor(Decoys.USE);
        this.problem = new LastingProblem(LOGGER, settings.name());
        this.taken = new SampleOutcome(List.of(), false, nanoTime.getAsLong(), Duration.ZERO);
        if (statement.isEmpty()) {
            problem.report("cannot tell from <lookup> how to query all users: how long a log-in takes may tell existing users from unknown"
                + " ones; write <" + ELEMENT + ">SELECT password FROM …</" + ELEMENT + ">");
        }
    }

    /**
     * The statement for many users: the operator's, or the look-up without the comparison with the name; empty if there is neither.
     *
     * @throws org.smtpguard.credential.InvalidConfigurationException if it has parameters
     */
    static Optional<JdbcStatement> statement(BackendSettings settings, JdbcStatement lookup) {
        return settings.has(ELEMENT) ? Optional.of(JdbcStatement.of(settings, ELEMENT, Set.of())) : lookup.ofAllUsers();
    }

    /**
     * Takes a sample: the first one now, a newer one in the background when the last is old. Never throws; what fails is tried again
     * after a minute.
     */
    void refresh() {
        if (statement.isEmpty() || !taken.isOld(nanoTime.getAsLong())) {
            return;
        }
        if (!taken.wasTried) {
            takeIfOld();
        } else if (!sampling.isLocked()) {
            try {
                background.execute(this::takeIfOld);
            } catch (RejectedExecutionException e) {
                LOGGER.debug("No new sample now: too much to do");
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
            return new SampleOutcome(hashes, true, nanoTime.getAsLong(), FRESH);
        } catch (SQLException | RuntimeException e) {
            problem.report("cannot sample the users' hashes: " + JdbcException.words(e)
                + ". How long a log-in takes may tell existing users from"
                + " unknown ones; write a statement for it in <" + ELEMENT + ">");
            return taken.again(nanoTime.getAsLong());
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
                LOGGER.debug("A row is left out of the sample: {}", e.getMessage());
            }
        }
        return hashes;
    }

    /** What unknown users are checked against; before there is a sample, a new hash. */
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

    /** One sample, or what there is without one. Immutable. */
    private final class SampleOutcome {
        private final Decoys decoys;
        private final ScramShapes shapes;
        private final boolean wasTried;
        private final long at;
        private final Duration good;

        SampleOutcome(List<PasswordHash> hashes, boolean wasTried, long at, Duration good) {
            this(Decoys.of(hashes, schemes, key), ScramShapes.of(hashes), wasTried, at, good);
        }

        private SampleOutcome(Decoys decoys, ScramShapes shapes, boolean wasTried, long at, Duration good) {
            this.decoys = decoys;
            this.shapes = shapes;
            this.wasTried = wasTried;
            this.at = at;
            this.good = good;
        }

        boolean isOld(long now) {
            return now - at >= good.toNanos();
        }

        SampleOutcome again(long now) {
            return new SampleOutcome(decoys, shapes, true, now, RETRY);
        }
    }
}

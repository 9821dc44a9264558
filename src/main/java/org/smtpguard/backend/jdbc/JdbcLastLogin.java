package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.Origin;

/**
 * Records log-ins in the database, with the operator's statement. No client waits for it; a failure is reported and does not
 * affect the log-in.
 */
final class JdbcLastLogin {
    static final String ELEMENT = "lastLogin";

    private static final Logger LOGGER = LoggerFactory.getLogger(JdbcLastLogin.class);
    private static final String REMOTE_IP = "remoteIp";
    private static final String MECHANISM = "mechanism";

    private final JdbcStatement statement;
    private final JdbcDatabase database;
    private final Executor writers;
    private final LastingProblem problem;

    /** @param writers runs writes that may block */
    JdbcLastLogin(String backend, JdbcStatement statement, JdbcDatabase database, Executor writers) {
        this.statement = statement;
        this.database = database;
        this.writers = writers;
        this.problem = new LastingProblem(LOGGER, backend);
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if its parameters are invalid */
    static Optional<JdbcStatement> statement(BackendSettings settings) {
        return settings.text(ELEMENT).map(any -> JdbcStatement.of(settings, ELEMENT,
            Set.of(JdbcUser.USER, JdbcUser.LOCALPART, JdbcUser.DOMAIN, REMOTE_IP, MECHANISM)));
    }

    /**
     * Records a log-in in the background. Never throws.
     *
     * @param user the normalised name used for the look-up
     */
    void record(String user, Origin origin) {
        Map<String, String> values = new HashMap<>(JdbcUser.names(user));
        values.put(MECHANISM, origin.mechanism());
        origin.remoteAddress().ifPresent(address -> values.put(REMOTE_IP, address));
        try {
            writers.execute(() -> write(values));
        } catch (RejectedExecutionException e) {
            problem.report(describe("too many are waiting to be written"));
        }
    }

    private void write(Map<String, String> values) {
        try {
            database.run(statement, values);
            problem.resolved();
        } catch (SQLException | RuntimeException e) {
            problem.report(describe(JdbcException.describe(e)));
        }
    }

    private static String describe(String fault) {
        return "cannot write last log-ins: " + fault + ". Log-ins are not affected; correct the statement in <" + ELEMENT
            + ">, or give the database's user permission to run it";
    }

    /** Why the last one could not be written; empty if it was. */
    Optional<String> problem() {
        return problem.current();
    }
}

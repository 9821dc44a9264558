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
 * Writes into the database that a user has logged in, by a statement of the operator's. No client waits for it; what fails is told
 * and changes no verdict.
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

    /** @param writers where writing may wait */
    JdbcLastLogin(String backend, JdbcStatement statement, JdbcDatabase database, Executor writers) {
        this.statement = statement;
        this.database = database;
        this.writers = writers;
        this.problem = new LastingProblem(LOGGER, backend);
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if its parameters are not what they should be */
    static Optional<JdbcStatement> statement(BackendSettings settings) {
        return settings.text(ELEMENT).map(any -> JdbcStatement.of(settings, ELEMENT,
            Set.of(JdbcUser.ASKED, JdbcUser.LOCALPART, JdbcUser.DOMAIN, REMOTE_IP, MECHANISM)));
    }

    /**
     * Begins, and returns at once. Never throws.
     *
     * @param user the normalised name that the user was looked up by
     */
    void begin(String user, Origin origin) {
        Map<String, String> values = new HashMap<>(JdbcUser.names(user));
        values.put(MECHANISM, origin.mechanism());
        origin.remoteAddress().ifPresent(address -> values.put(REMOTE_IP, address));
        try {
            writers.execute(() -> write(values));
        } catch (RejectedExecutionException e) {
            problem.report(words("too many wait to be written"));
        }
    }

    private void write(Map<String, String> values) {
        try {
            database.run(statement, values);
            problem.resolved();
        } catch (SQLException | RuntimeException e) {
            problem.report(words(JdbcException.words(e)));
        }
    }

    private static String words(String fault) {
        return "cannot write last log-ins: " + fault + ". Log-ins are not affected; correct the statement in <" + ELEMENT
            + ">, or let the database's user run it";
    }

    /** Why the last one could not be written, if it could not. */
    Optional<String> problem() {
        return problem.current();
    }
}

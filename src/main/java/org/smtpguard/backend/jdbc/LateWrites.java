package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

import org.smtpguard.backend.support.Background;
import org.smtpguard.backend.support.LastingProblem;

/**
 * A statement that records something about log-ins. No client waits for it; a failure is reported and does not affect the log-in.
 *
 * <p>Threads: any; the statement runs in the background.
 */
public final class LateWrites {
    private final JdbcDatabase database;
    private final JdbcStatement statement;
    private final Background background;
    private final LastingProblem problem;
    private final UnaryOperator<String> describe;

    /** @param describe makes a fault the predicate of a report: what cannot be written, why, how to fix it */
    public LateWrites(JdbcDatabase database, JdbcStatement statement, Background background, LastingProblem problem,
                      UnaryOperator<String> describe) {
        this.database = database;
        this.statement = statement;
        this.background = background;
        this.problem = problem;
        this.describe = describe;
    }

    /**
     * Writes in the background. Never throws.
     *
     * @param values of the parameters, by name
     */
    public void write(Map<String, String> values) {
        if (!background.offer(() -> writeNow(values))) {
            problem.report(describe.apply("too many are waiting to be written"));
        }
    }

    private void writeNow(Map<String, String> values) {
        try {
            database.run(statement, values);
            problem.resolved();
        } catch (SQLException | RuntimeException e) {
            problem.report(describe.apply(JdbcException.describe(e)));
        }
    }

    /** Why the last one could not be written; empty if it was. */
    public Optional<String> problem() {
        return problem.current();
    }
}

package org.smtpguard.backend.jdbc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.Background;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.Origin;

/** Records log-ins in the database, with the operator's statement. */
final class JdbcLastLogin {
    static final String ELEMENT = "lastLogin";

    private static final Logger LOGGER = LoggerFactory.getLogger(JdbcLastLogin.class);
    private static final String REMOTE_IP = "remoteIp";
    private static final String MECHANISM = "mechanism";

    private final LateWrites writes;

    JdbcLastLogin(String backend, JdbcStatement statement, JdbcDatabase database, Background background) {
        this.writes = new LateWrites(database, statement, background, new LastingProblem(LOGGER, backend), JdbcLastLogin::describe);
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
        writes.write(values);
    }

    private static String describe(String fault) {
        return "cannot write last log-ins: " + fault + ". Log-ins are not affected; correct the statement in <" + ELEMENT
            + ">, or give the database's user permission to run it";
    }

    /** Why the last one could not be written; empty if it was. */
    Optional<String> problem() {
        return writes.problem();
    }
}

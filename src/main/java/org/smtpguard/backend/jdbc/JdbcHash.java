package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.smtpguard.backend.support.HashUpgrade;
import org.smtpguard.backend.support.OutdatedHash;
import org.smtpguard.credential.BackendSettings;

/** The hash of a user who was looked up, for {@link HashUpgrade}: replaced only where it still is what it was then. */
final class JdbcHash implements OutdatedHash {
    static final String ELEMENT = "upgrade";

    private static final String HASH = "hash";
    private static final String OLD_HASH = "oldHash";

    private final JdbcStatement statement;
    private final JdbcDatabase database;
    private final String asked;
    private final JdbcUser user;

    /** @param asked the normalised name that the user was looked up by */
    JdbcHash(JdbcStatement statement, JdbcDatabase database, String asked, JdbcUser user) {
        this.statement = statement;
        this.database = database;
        this.asked = asked;
        this.user = user;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if its parameters are not what they should be */
    static Optional<JdbcStatement> statement(BackendSettings settings) {
        return settings.text(ELEMENT).map(any -> {
            JdbcStatement statement = JdbcStatement.of(settings, ELEMENT,
                Set.of(JdbcUser.ASKED, JdbcUser.LOCALPART, JdbcUser.DOMAIN, HASH, OLD_HASH));
            if (!statement.names(HASH) || !statement.names(OLD_HASH)) {
                throw settings.fault("has <" + ELEMENT + "> without :hash or without :oldHash; write … SET password = :hash WHERE … AND"
                    + " password = :oldHash, so that a password that somebody has just changed stays");
            }
            return statement;
        });
    }

    @Override
    public Optional<String> text() {
        return Optional.of(user.hash());
    }

    @Override
    public boolean replaceBy(String better) throws SQLException {
        Map<String, String> values = new HashMap<>(JdbcUser.names(asked));
        values.put(HASH, better);
        values.put(OLD_HASH, user.column());
        return database.changeOne(statement, values);
    }

    @Override
    public String words(Throwable fault) {
        return JdbcException.words(fault) + ". They remain valid; correct the statement in <" + ELEMENT
            + ">, let the database's user run it, or take it away";
    }
}

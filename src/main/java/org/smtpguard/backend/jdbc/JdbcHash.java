package org.smtpguard.backend.jdbc;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.smtpguard.backend.support.HashUpgrade;
import org.smtpguard.backend.support.OutdatedHash;
import org.smtpguard.credential.BackendSettings;

/** The hash of a user who was looked up, for {@link HashUpgrade}. Replaced only if it has not changed since the look-up. */
final class JdbcHash implements OutdatedHash {
    static final String ELEMENT = "upgrade";

    private static final String HASH = "hash";
    private static final String OLD_HASH = "oldHash";

    private final JdbcStatement statement;
    private final JdbcDatabase database;
    private final String name;
    private final JdbcUser user;

    /** @param name the normalised name used for the look-up */
    JdbcHash(JdbcStatement statement, JdbcDatabase database, String name, JdbcUser user) {
        this.statement = statement;
        this.database = database;
        this.name = name;
        this.user = user;
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException if its parameters are invalid */
    static Optional<JdbcStatement> statement(BackendSettings settings) {
        return settings.text(ELEMENT).map(any -> {
            JdbcStatement statement = JdbcStatement.of(settings, ELEMENT,
                Set.of(JdbcUser.USER, JdbcUser.LOCALPART, JdbcUser.DOMAIN, HASH, OLD_HASH));
            if (!statement.names(HASH) || !statement.names(OLD_HASH)) {
                throw settings.fault("has <" + ELEMENT + "> without :hash or without :oldHash; write … SET password = :hash WHERE … AND"
                    + " password = :oldHash, so that a password that has just been changed is kept");
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
        Map<String, String> values = new HashMap<>(JdbcUser.names(name));
        values.put(HASH, better);
        values.put(OLD_HASH, user.column());
        return database.changeOne(statement, values);
    }

    @Override
    public String describe(Throwable fault) {
        return JdbcException.describe(fault) + ". They remain valid; correct the statement in <" + ELEMENT
            + ">, give the database's user permission to run it, or remove it";
    }
}

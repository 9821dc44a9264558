package org.smtpguard.backend.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.smtpguard.backend.support.StoredPassword;
import org.smtpguard.backend.support.UserNames;

/** A row returned by the look-up. Immutable. {@link #toString} does not show the hash. */
final class JdbcUser {
    /** Parameters of the statements. */
    static final String USER = "user";
    static final String LOCALPART = "localpart";
    static final String DOMAIN = "domain";

    /** Columns of the look-up. */
    private static final String PASSWORD = "password";
    private static final String USERNAME = "username";
    private static final String SCHEME = "scheme";
    private static final String ALGORITHM = "algorithm";
    private static final String ACTIVE = "active";
    private static final String DISABLED = "disabled";
    private static final String EXPIRED = "expired";
    private static final Set<String> OTHER_COLUMNS = Set.of(USERNAME, SCHEME, ALGORITHM, ACTIVE, DISABLED, EXPIRED);
    private static final Set<String> YES = Set.of("true", "t", "yes", "y", "on", "1");
    private static final Set<String> NO = Set.of("false", "f", "no", "n", "off", "0", "");

    private final String name;
    private final String column;
    private final String hash;
    private final boolean disabled;
    private final boolean expired;

    private JdbcUser(String name, String column, String hash, boolean disabled, boolean expired) {
        this.name = name;
        this.column = column;
        this.hash = hash;
        this.disabled = disabled;
        this.expired = expired;
    }

    /**
     * Reads the user's row.
     *
     * @param requested the normalised name used for the look-up
     * @return empty if there is no row
     * @throws UnusableRowException if there is more than one row, or a value is invalid
     */
    static Optional<JdbcUser> read(ResultSet rows, String requested) throws SQLException {
        Optional<JdbcUser> user = next(rows, requested);
        if (user.isPresent() && rows.next()) {
            throw new UnusableRowException("the look-up returned more than one row for one name; make it return one");
        }
        return user;
    }

    /**
     * Reads the next row.
     *
     * @param requested the user's name if the row has none
     * @return empty if there is no row
     * @throws UnusableRowException if a value is invalid
     */
    static Optional<JdbcUser> next(ResultSet rows, String requested) throws SQLException {
        if (!rows.next()) {
            return Optional.empty();
        }
        Row row = new Row(rows);
        String column = row.text(row.password()).orElse("");
        StoredPassword stored = StoredPassword.of(column);
        Optional<String> name = row.word(USERNAME);
        return Optional.of(new JdbcUser(
            name.map(UserNames::normalise).orElse(requested),
            column,
            row.hash(stored.hash(), name.orElse(requested)),
            stored.isDisabled() || row.flag(DISABLED).orElse(false) || !row.flag(ACTIVE).orElse(true),
            row.flag(EXPIRED).orElse(false)));
    }

    /** The parameters derived from a name: the whole name, the part before its last {@code @} and the part after it. */
    static Map<String, String> names(String user) {
        int at = user.lastIndexOf('@');
        return at < 0 ? Map.of(USER, user, LOCALPART, user, DOMAIN, "")
            : Map.of(USER, user, LOCALPART, user.substring(0, at), DOMAIN, user.substring(at + 1));
    }

    /** The normalised user name. */
    String name() {
        return name;
    }

    /** The unchanged password column; empty if NULL. */
    String column() {
        return column;
    }

    /** The hash with its scheme, if the table has one; empty if the user has no password and cannot log in. */
    String hash() {
        return hash;
    }

    /** Whether the user is disabled, so no password is accepted. */
    boolean isDisabled() {
        return disabled;
    }

    /** Whether the password has expired and must be changed. */
    boolean isExpired() {
        return expired;
    }

    @Override
    public String toString() {
        return name;
    }

    /** Columns by name, case-insensitively. */
    private static final class Row {
        private final ResultSet rows;
        private final Map<String, Integer> indexes = new HashMap<>();
        private final String first;

        Row(ResultSet rows) throws SQLException {
            this.rows = rows;
            ResultSetMetaData columns = rows.getMetaData();
            for (int index = 1; index <= columns.getColumnCount(); index++) {
                indexes.putIfAbsent(columns.getColumnLabel(index).toLowerCase(Locale.ROOT), index);
            }
            this.first = columns.getColumnLabel(1).toLowerCase(Locale.ROOT);
        }

        /** The column named {@code password}, otherwise the first one. */
        String password() throws UnusableRowException {
            String column = indexes.containsKey(PASSWORD) ? PASSWORD : first;
            if (OTHER_COLUMNS.contains(column)) {
                throw new UnusableRowException("the look-up returned no column named password; give the hash that name");
            }
            return column;
        }

        Optional<String> text(String column) throws SQLException {
            return indexes.containsKey(column) ? Optional.ofNullable(rows.getString(indexes.get(column))) : Optional.empty();
        }

        /** Empty if there is no such column; NULL is false. */
        Optional<Boolean> flag(String column) throws SQLException {
            if (!indexes.containsKey(column)) {
                return Optional.empty();
            }
            Object value = rows.getObject(indexes.get(column));
            if (value instanceof Boolean) {
                return Optional.of((Boolean) value);
            }
            if (value instanceof Number) {
                return Optional.of(((Number) value).doubleValue() != 0);
            }
            String word = text(column).orElse("").strip().toLowerCase(Locale.ROOT);
            if (!YES.contains(word) && !NO.contains(word)) {
                throw new UnusableRowException("the look-up returned in column " + column + " a value that is neither true nor false");
            }
            return Optional.of(YES.contains(word));
        }

        /**
         * The hash with the scheme from its own column, if there is one. James' hashes need the user name that they were made
         * with.
         */
        String hash(String stored, String name) throws SQLException {
            Optional<String> scheme = word(SCHEME);
            Optional<String> algorithm = word(ALGORITHM);
            if (stored.isEmpty() || stored.startsWith("{") || (scheme.isEmpty() && algorithm.isEmpty())) {
                return stored;
            }
            return scheme.map(one -> "{" + one + "}" + stored)
                .orElseGet(() -> "{JAMES}" + algorithm.orElseThrow() + "$" + name + "$" + stored);
        }

        private Optional<String> word(String column) throws SQLException {
            return text(column).map(String::strip).filter(text -> !text.isEmpty());
        }
    }

    /** An error in the statement or in the table that the operator has to fix. The message is a clause without secrets. */
    static final class UnusableRowException extends SQLException {
        private static final long serialVersionUID = 1L;

        UnusableRowException(String clause) {
            super(clause);
        }
    }
}

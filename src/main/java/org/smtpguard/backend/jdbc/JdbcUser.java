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

/** What the look-up gave of a user. Immutable. Its text form shows no hash. */
final class JdbcUser {
    /** Parameters of the statements. */
    static final String ASKED = "user";
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
    private static final Set<String> BESIDE_THE_PASSWORD = Set.of(USERNAME, SCHEME, ALGORITHM, ACTIVE, DISABLED, EXPIRED);
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
     * @param asked the normalised name that was asked for
     * @return empty if there is no row
     * @throws UnusableRowException if there is more than one, or something in it that cannot be understood
     */
    static Optional<JdbcUser> read(ResultSet rows, String asked) throws SQLException {
        Optional<JdbcUser> user = next(rows, asked);
        if (user.isPresent() && rows.next()) {
            throw new UnusableRowException("the look-up gave more than one row for one name; make it give one");
        }
        return user;
    }

    /**
     * Reads the next row.
     *
     * @param asked the name to go on with where the row has none
     * @return empty if there is no row
     * @throws UnusableRowException if there is something in it that cannot be understood
     */
    static Optional<JdbcUser> next(ResultSet rows, String asked) throws SQLException {
        if (!rows.next()) {
            return Optional.empty();
        }
        Row row = new Row(rows);
        String column = row.text(row.password()).orElse("");
        StoredPassword stored = StoredPassword.of(column);
        Optional<String> name = row.word(USERNAME);
        return Optional.of(new JdbcUser(
            name.map(UserNames::normalise).orElse(asked),
            column,
            row.hash(stored.hash(), name.orElse(asked)),
            stored.isDisabled() || row.flag(DISABLED).orElse(false) || !row.flag(ACTIVE).orElse(true),
            row.flag(EXPIRED).orElse(false)));
    }

    /** The parameters that a name gives: the whole of it, what stands before its last {@code @}, and what stands behind. */
    static Map<String, String> names(String user) {
        int at = user.lastIndexOf('@');
        return at < 0 ? Map.of(ASKED, user, LOCALPART, user, DOMAIN, "")
            : Map.of(ASKED, user, LOCALPART, user.substring(0, at), DOMAIN, user.substring(at + 1));
    }

    /** Normalised: who the user is from here on. */
    String name() {
        return name;
    }

    /** The column of the password as it stands in the table; empty if that is NULL. */
    String column() {
        return column;
    }

    /** The hash with its scheme, as far as the table says; empty if the user has none, and nobody can log in. */
    String hash() {
        return hash;
    }

    /** Whether the user may not log in, whatever the password. */
    boolean isDisabled() {
        return disabled;
    }

    /** Whether the password has to be changed before it lets in again. */
    boolean isExpired() {
        return expired;
    }

    @Override
    public String toString() {
        return name;
    }

    /** Columns by their name, in whatever case. */
    private static final class Row {
        private final ResultSet rows;
        private final Map<String, Integer> places = new HashMap<>();
        private final String first;

        Row(ResultSet rows) throws SQLException {
            this.rows = rows;
            ResultSetMetaData columns = rows.getMetaData();
            for (int place = 1; place <= columns.getColumnCount(); place++) {
                places.putIfAbsent(columns.getColumnLabel(place).toLowerCase(Locale.ROOT), place);
            }
            this.first = columns.getColumnLabel(1).toLowerCase(Locale.ROOT);
        }

        /** The first column, unless another one has the name. */
        String password() throws UnusableRowException {
            String column = places.containsKey(PASSWORD) ? PASSWORD : first;
            if (BESIDE_THE_PASSWORD.contains(column)) {
                throw new UnusableRowException("the look-up gave no column named password; name the hash so");
            }
            return column;
        }

        Optional<String> text(String column) throws SQLException {
            return places.containsKey(column) ? Optional.ofNullable(rows.getString(places.get(column))) : Optional.empty();
        }

        /** Empty if there is no such column; NULL is no. */
        Optional<Boolean> flag(String column) throws SQLException {
            if (!places.containsKey(column)) {
                return Optional.empty();
            }
            Object value = rows.getObject(places.get(column));
            if (value instanceof Boolean) {
                return Optional.of((Boolean) value);
            }
            if (value instanceof Number) {
                return Optional.of(((Number) value).doubleValue() != 0);
            }
            String word = text(column).orElse("").strip().toLowerCase(Locale.ROOT);
            if (!YES.contains(word) && !NO.contains(word)) {
                throw new UnusableRowException("the look-up gave in column " + column + " something that is neither true nor false");
            }
            return Optional.of(YES.contains(word));
        }

        /** With the scheme, where that stands in a column of its own. James' hashes need the name that they were made with. */
        String hash(String stored, String name) throws SQLException {
            Optional<String> scheme = word(SCHEME);
            Optional<String> algorithm = word(ALGORITHM);
            if (stored.isEmpty() || stored.startsWith("{") || scheme.isEmpty() && algorithm.isEmpty()) {
                return stored;
            }
            return scheme.map(one -> "{" + one + "}" + stored)
                .orElseGet(() -> "{JAMES}" + algorithm.orElseThrow() + "$" + name + "$" + stored);
        }

        private Optional<String> word(String column) throws SQLException {
            return text(column).map(String::strip).filter(text -> !text.isEmpty());
        }
    }

    /** Something that the operator has to mend, in the statement or in the table. The message is a clause without a secret. */
    static final class UnusableRowException extends SQLException {
        private static final long serialVersionUID = 1L;

        UnusableRowException(String clause) {
            super(clause);
        }
    }
}

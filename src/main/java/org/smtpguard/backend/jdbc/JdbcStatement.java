package org.smtpguard.backend.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.smtpguard.credential.BackendSettings;

/**
 * An SQL statement of the operator with named parameters such as {@code :user}. Values are bound, never inserted into the text,
 * so they cannot change the statement. Immutable.
 */
public final class JdbcStatement {
    /** Tokens within which no parameter is recognised; a quote or comment left over is unterminated. */
    private static final Pattern TOKEN = Pattern.compile(
        "(?<quoted>'[^']*'|\"[^\"]*\"|`[^`]*`|\\$(?<tag>(?:[A-Za-z_]\\w*)?)\\$.*?\\$\\k<tag>\\$)"
            + "|(?<comment>--[^\\n]*|/\\*.*?\\*/)|(?<cast>::|:=)|(?<!\\w):(?<name>[A-Za-z]\\w*)|(?<mark>\\?)|(?<open>['\"`]|/\\*)",
        Pattern.DOTALL);
    /** Dovecot's variables: {@code '%u'}, {@code '%Ln'}, <code>'%{user}'</code>. */
    private static final Pattern OF_DOVECOT = Pattern.compile("'%(?:[A-Z]?[und]|\\{[^}]*})'");

    /** {@code = ?}, {@code LIKE ?}, {@code IN (?)}, also with the parameter in a function such as {@code lower(?)}. */
    private static final Pattern COMPARISON = Pattern.compile(
        "\\s*(?:(?<![<>!:=])=|\\bI?LIKE\\b|\\bIN\\b)\\s*(?:[A-Za-z]\\w*)?\\s*(?:\\(\\s*\\?\\s*\\)|\\?)", Pattern.CASE_INSENSITIVE);
    private static final Pattern READS = Pattern.compile("^\\s*SELECT\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern WRITES_OR_LOCKS = Pattern.compile(
        "\\b(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|INTO|CALL|EXEC|EXECUTE|FOR|LOCK)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern LIMIT_AT_END = Pattern.compile(
        "\\s+(?:LIMIT\\s+\\d+|FETCH\\s+FIRST\\s+(?:\\d+\\s+)?ROWS?\\s+ONLY)\\s*;?\\s*$", Pattern.CASE_INSENSITIVE);

    private final String sql;
    /** In the order of their question marks. */
    private final List<String> names;

    private JdbcStatement(String sql, List<String> names) {
        this.sql = sql;
        this.names = names;
    }

    /**
     * A statement of ours.
     *
     * @param sql with a question mark for each parameter
     * @param names of the parameters, in the order of their question marks
     */
    public static JdbcStatement of(String sql, List<String> names) {
        return new JdbcStatement(sql, List.copyOf(names));
    }

    /**
     * Reads the statement of an element.
     *
     * @param known the names of the parameters allowed; unless this is empty, the statement has to use {@code user} or
     *     {@code localpart}
     * @throws org.smtpguard.credential.InvalidConfigurationException if it is missing or its parameters are invalid
     */
    static JdbcStatement of(BackendSettings settings, String element, Set<String> known) {
        String text = settings.required(element);
        String has = "has <" + element + "> with ";
        Pattern parameter = Pattern.compile(known.isEmpty() ? "(?!)" : ":(?:" + String.join("|", known) + ")\\b");
        StringBuilder sql = new StringBuilder();
        List<String> names = new ArrayList<>();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            String whole = token.group();
            if (token.group("open") != null) {
                throw settings.fault(has + "an unterminated quote or comment; close it");
            }
            if (token.group("mark") != null) {
                throw settings.fault(has + "a question mark; name the parameter, one of " + colons(known));
            }
            if (token.group("quoted") != null && parameter.matcher(whole).find()) {
                throw settings.fault(has + "a parameter in quotes; remove the quotes, its value is bound");
            }
            if (OF_DOVECOT.matcher(whole).matches()) {
                throw settings.fault(has + whole + ", a variable of Dovecot; write one of " + colons(known) + ", without quotes");
            }
            if (token.group("name") == null) {
                token.appendReplacement(sql, Matcher.quoteReplacement(whole));
                continue;
            }
            if (!known.contains(token.group("name"))) {
                throw settings.fault(has + whole + ", which is not a parameter; the parameters are " + colons(known));
            }
            names.add(token.group("name"));
            token.appendReplacement(sql, "?");
        }
        token.appendTail(sql);
        if (!known.isEmpty() && !names.contains(JdbcUser.USER) && !names.contains(JdbcUser.LOCALPART)) {
            throw settings.fault(has + "neither :user nor :localpart; without one of them it is the same for all users");
        }
        return new JdbcStatement(sql.toString(), List.copyOf(names));
    }

    /**
     * This statement for all users instead of one: each comparison with a parameter is replaced by {@code IS NOT NULL}, and a
     * limit at the end is removed. Empty if a parameter is used in another way, or if the statement does more than read.
     */
    Optional<JdbcStatement> ofAllUsers() {
        if (!READS.matcher(sql).find() || WRITES_OR_LOCKS.matcher(sql).find()) {
            return Optional.empty();
        }
        String all = LIMIT_AT_END.matcher(COMPARISON.matcher(sql).replaceAll(" IS NOT NULL")).replaceFirst("");
        return all.indexOf('?') < 0 ? Optional.of(new JdbcStatement(all, List.of())) : Optional.empty();
    }

    private static String colons(Set<String> names) {
        return names.isEmpty() ? "none" : ":" + String.join(", :", new TreeSet<>(names));
    }

    boolean names(String parameter) {
        return names.contains(parameter);
    }

    /**
     * Prepares the statement and binds its parameters.
     *
     * @param values by name; a missing value is NULL
     */
    PreparedStatement prepare(Connection connection, Map<String, String> values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < names.size(); i++) {
                statement.setString(i + 1, values.get(names.get(i)));
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return sql;
    }
}

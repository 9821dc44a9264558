package org.smtpguard.backend.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.InOrder;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.InvalidConfigurationException;

class JdbcStatementTest {
    private static final Set<String> KNOWN = Set.of("user", "localpart", "domain");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', quoteCharacter = '^', value = {
        "SELECT p FROM u WHERE n = :user                        ~ SELECT p FROM u WHERE n = ?",
        "SELECT p FROM u WHERE n=:user AND d=:domain            ~ SELECT p FROM u WHERE n=? AND d=?",
        "SELECT p FROM u WHERE n IN (:user,:localpart)          ~ SELECT p FROM u WHERE n IN (?,?)",
        "SELECT p FROM u WHERE n = :user::citext                ~ SELECT p FROM u WHERE n = ?::citext",
        "SELECT @a := p FROM u WHERE n = :user                  ~ SELECT @a := p FROM u WHERE n = ?",
        "SELECT a[1:n] FROM u WHERE n = :user                   ~ SELECT a[1:n] FROM u WHERE n = ?",
        "SELECT ':name', 'it''s 12:30' FROM u WHERE n = :user   ~ SELECT ':name', 'it''s 12:30' FROM u WHERE n = ?",
        "SELECT 'what?', \"?\", `?` FROM u WHERE n = :user      ~ SELECT 'what?', \"?\", `?` FROM u WHERE n = ?",
        "SELECT '%u %user%' FROM u WHERE n = :user              ~ SELECT '%u %user%' FROM u WHERE n = ?",
        "SELECT $$a ? b$$, $t$ ' $t$ FROM u WHERE n = :user     ~ SELECT $$a ? b$$, $t$ ' $t$ FROM u WHERE n = ?",
        "SELECT p /* :user's? */ FROM u WHERE n = :user -- it's ~ SELECT p /* :user's? */ FROM u WHERE n = ? -- it's",
        "SELECT '\\' FROM u WHERE n = :user AND x = '$1'        ~ SELECT '\\' FROM u WHERE n = ? AND x = '$1'",
    })
    void readsParametersWhereTheyAreSome(String written, String sql) {
        assertThat(of(written)).hasToString(sql);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '~', quoteCharacter = '^', value = {
        "SELECT p FROM u WHERE n = ':user' ~ a parameter in quotes; remove the quotes, its value is bound",
        "SELECT p FROM u WHERE n = :user AND d LIKE '%:domain' ~ a parameter in quotes",
        "SELECT p FROM u WHERE \":user\" = :user           ~ a parameter in quotes",
        "SELECT p FROM u WHERE n = $$:user$$               ~ a parameter in quotes",
        "SELECT p FROM u WHERE n = :username               ~ :username, which is not a parameter; the parameters are :domain,"
            + " :localpart, :user",
        "SELECT p FROM u WHERE n = :User                   ~ :User, which is not a parameter",
        "SELECT p FROM u WHERE n = ?                       ~ a question mark; name the parameter, one of :domain, :localpart, :user",
        "SELECT p FROM u WHERE n = '%u' ~ '%u', a variable of Dovecot; write one of :domain, :localpart, :user, without quotes",
        "SELECT p FROM u WHERE n = '%Ln'                   ~ '%Ln', a variable of Dovecot",
        "SELECT p FROM u WHERE n = '%{user | username}'    ~ '%{user | username}', a variable of Dovecot",
        "SELECT p FROM u WHERE n = :user AND x = 'y        ~ an unterminated quote or comment; close it",
        "SELECT p FROM u WHERE n = :user AND x = \"y       ~ an unterminated quote or comment",
        "SELECT p FROM u WHERE n = :user /* and            ~ an unterminated quote or comment",
        "SELECT p FROM u WHERE x = 'it\\'s' AND n = :user  ~ an unterminated quote or comment",
        "SELECT p FROM u ~ neither :user nor :localpart; without one of them it is the same for all users",
        "SELECT p FROM u WHERE d = :domain -- :user        ~ neither :user nor :localpart",
    })
    void refusesOthersWithTheFix(String written, String fault) {
        assertThatThrownBy(() -> of(written)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith("<backend class=\"JdbcBackend\" name=\"db\"> has <lookup> with " + fault);
    }

    @Test
    void isRequired() {
        assertThatThrownBy(() -> JdbcStatement.of(settings(" "), "lookup", KNOWN)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining("needs an element <lookup>");
    }

    @Test
    void bindsValuesInTheOrderOfTheirPlacesAndNullWhereThereIsNone() throws SQLException {
        Connection connection = mock(Connection.class);
        PreparedStatement prepared = mock(PreparedStatement.class);
        when(connection.prepareStatement(anyString())).thenReturn(prepared);

        of("SELECT p FROM u WHERE d = :domain AND (n = :user OR n = :localpart) AND :user <> ''")
            .prepare(connection, Map.of("user", "a@b", "localpart", "a"));

        InOrder order = inOrder(prepared);
        order.verify(prepared).setString(1, null);
        order.verify(prepared).setString(2, "a@b");
        order.verify(prepared).setString(3, "a");
        order.verify(prepared).setString(4, "a@b");
        order.verifyNoMoreInteractions();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "SELECT p FROM u WHERE n = :user                          | SELECT p FROM u WHERE n IS NOT NULL",
        "select p from u where n=:localpart and d = :domain       | select p from u where n IS NOT NULL and d IS NOT NULL",
        "SELECT p FROM u WHERE lower(n) = lower(:user) LIMIT 1    | SELECT p FROM u WHERE lower(n) IS NOT NULL",
        "SELECT p FROM u WHERE n LIKE :user OR a IN (:user)       | SELECT p FROM u WHERE n IS NOT NULL OR a IS NOT NULL"})
    void becomesOneOfAllUsersWhereItOnlyCompares(String one, String all) {
        assertThat(of(one).ofAllUsers()).map(JdbcStatement::toString).contains(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "SELECT p FROM u WHERE :user = n", "SELECT p FROM find(:user)", "SELECT p FROM u WHERE n > :user",
        "SELECT p FROM u WHERE n = :user FOR UPDATE", "UPDATE u SET seen = 1 WHERE n = :user RETURNING p",
        "WITH x AS (DELETE FROM u WHERE n = :user RETURNING p) SELECT p FROM x", "SELECT p INTO t FROM u WHERE n = :user"})
    void becomesNoneOfAllUsersWhereThatCouldChangeOrMeanSomethingElse(String one) {
        assertThat(of(one).ofAllUsers()).isEmpty();
    }

    private static JdbcStatement of(String sql) {
        return JdbcStatement.of(settings(sql), "lookup", KNOWN);
    }

    private static BackendSettings settings(String sql) {
        return new BackendSettings("JdbcBackend", "db", Map.of("lookup", sql), Path::of);
    }
}

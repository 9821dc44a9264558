package org.smtpguard.backend.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.backend.support.Subject;
import org.smtpguard.credential.CredentialResult;

/** What each class of SQLSTATE tells about the database, as {@code docs/backends/jdbc.md} has it. */
class JdbcExceptionTest {
    private static final String QUOTED = "value 'd4ta' in jdbc:x://h?password=s3cret";

    @ParameterizedTest
    @CsvSource({
        // No connection, log-in, database, statement or capacity: no name provokes that.
        "08001, SERVICE", "08006, SERVICE", "08S01, SERVICE", "28000, SERVICE", "28P01, SERVICE", "3D000, SERVICE", "42P01, SERVICE",
        "42501, SERVICE", "42S02, SERVICE", "53300, SERVICE", "53200, SERVICE", "57P01, SERVICE", "57P03, SERVICE", "58030, SERVICE",
        // A value that this name or row has.
        "22000, USER", "22003, USER", "22012, USER", "22018, USER", "22023, USER", "22P02, USER",
        // All else may be one name's doing.
        "57014, PERHAPS", "40001, PERHAPS", "40P01, PERHAPS", "23505, PERHAPS", "25006, PERHAPS", "55P03, PERHAPS", "HY000, PERHAPS",
        "P0001, PERHAPS", "XX000, PERHAPS", "odd, PERHAPS", ", PERHAPS"})
    void tellsOfTheServiceOrOfOneUser(String state, Subject subject) {
        SQLException fault = new SQLException(QUOTED, state);

        for (Throwable each : new Throwable[] {fault, pooled(fault)}) {
            CredentialResult result = JdbcException.result(each);
            assertThat(Subject.of(result)).isEqualTo(subject);
            assertThat(result.reason()).doesNotContain("d4ta", "s3cret");
        }
    }

    @Test
    void itNamesTheDatabaseOnce() {
        JdbcException refused = new JdbcException(new SQLException(QUOTED, "08001"), "jdbc:h2:mem:users");
        JdbcException pool = new JdbcException(new SQLTransientConnectionException(QUOTED, "08001", refused), "jdbc:h2:mem:users");

        assertThat(pool.getMessage()).isEqualTo(refused.getMessage());
        assertThat(refused.getMessage()).endsWith("), connecting to jdbc:h2:mem:users");
    }

    @Test
    void isPerhapsOfOneUserWhereItIsSlowOrUnexpected() {
        assertThat(Subject.of(JdbcException.result(new SQLTimeoutException(QUOTED)))).isEqualTo(Subject.PERHAPS);
        assertThat(Subject.of(JdbcException.result(new IllegalArgumentException(QUOTED)))).isEqualTo(Subject.PERHAPS);
    }

    @Test
    void isOfTheServiceWhereTheDriverIsNotWhole() {
        assertThat(Subject.of(JdbcException.result(new NoClassDefFoundError(QUOTED)))).isEqualTo(Subject.SERVICE);
    }

    @Test
    void namesTheDatabaseThatCannotBeConnectedTo() {
        JdbcException fault = new JdbcException(new SQLException(QUOTED, "08001"), "jdbc:postgresql://db.example.org/mail");

        assertThat(JdbcException.result(pooled(fault)).reason()).isEqualTo("the database cannot be reached, or has closed the connection"
            + " (java.sql.SQLException, SQLSTATE 08001), connecting to jdbc:postgresql://db.example.org/mail");
        assertThat(Subject.of(JdbcException.result(pooled(fault)))).isEqualTo(Subject.SERVICE);
        assertThat(fault.getCause()).isNull();
    }

    @Test
    void isOverloadOfOursWhereAllConnectionsAreInUse() {
        CredentialResult result = JdbcException.result(new AllBusyException(10));

        assertThat(result.isOverload()).isTrue();
        assertThat(Subject.of(result)).isEqualTo(Subject.NONE);
        assertThat(result.reason()).isEqualTo("all connections to the database are busy (10)");
    }

    @Test
    void isOfTheServiceWhereNoConnectionCanBeMadeInTime() {
        JdbcException fault = new JdbcException(new SQLTransientConnectionException("db - Connection is not available"),
            "jdbc:postgresql://db.example.org/mail");

        assertThat(Subject.of(JdbcException.result(fault))).isEqualTo(Subject.SERVICE);
        assertThat(JdbcException.result(fault).reason()).isEqualTo("no connection to the database could be opened in time"
            + " (java.sql.SQLTransientConnectionException), connecting to jdbc:postgresql://db.example.org/mail");
    }

    /** As the pool has it. */
    private static SQLException pooled(SQLException fault) {
        return new SQLTransientConnectionException("db - Connection is not available", fault.getSQLState(), fault);
    }
}

package org.smtpguard.backend.apppassword;

import org.smtpguard.backend.jdbc.TestDatabase;

class JdbcAppPasswordsPostgresTest extends JdbcAppPasswordsTests {
    @Override
    TestDatabase create() {
        return TestDatabase.postgres();
    }
}

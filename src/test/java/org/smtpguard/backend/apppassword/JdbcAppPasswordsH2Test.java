package org.smtpguard.backend.apppassword;

import org.smtpguard.backend.jdbc.TestDatabase;

class JdbcAppPasswordsH2Test extends JdbcAppPasswordsTests {
    @Override
    TestDatabase create() {
        return TestDatabase.h2();
    }
}

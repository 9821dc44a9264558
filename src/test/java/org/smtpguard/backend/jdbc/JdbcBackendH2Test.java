package org.smtpguard.backend.jdbc;

class JdbcBackendH2Test extends JdbcBackendTests {
    @Override
    TestDatabase create() {
        return TestDatabase.h2();
    }
}

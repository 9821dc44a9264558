package org.smtpguard.backend;

class JdbcBackendH2Test extends JdbcBackendTests {
    @Override
    TestDatabase create() {
        return TestDatabase.h2();
    }
}

package org.smtpguard.backend.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.DovecotImap;
import org.smtpguard.it.server.SelfSigned;

/** The contract of backends with a Dovecot at the other side, over each kind of connection. */
class ImapBackendDovecotIT {
    @TempDir
    private static Path directory;
    private static DovecotImap dovecot;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotImap.withTls(directory, SelfSigned.naming("localhost", "127.0.0.1"), CredentialBackendContract.USER,
            CredentialBackendContract.PASSWORD);
    }

    @AfterAll
    static void stop() {
        if (dovecot != null) {
            dovecot.close();
            assertThat(dovecot.log()).doesNotContain(CredentialBackendContract.PASSWORD);
        }
    }

    private ImapBackend asking(String address, String tls, Workers workers) {
        Map<String, String> elements = new HashMap<>(Map.of("address", address, "tls", tls, "timeout", "30s"));
        if (!tls.equals("none")) {
            elements.put("trustStore", directory.resolve("certificate.pem").toString());
        }
        return new ImapBackend(new BackendSettings("ImapBackend", "old", elements, Path::of), workers);
    }

    @Nested
    class OverImaps implements ImapContract {
        @Override
        public ImapBackend backend(Workers workers) {
            return asking(dovecot.imaps(), "imaps", workers);
        }
    }

    @Nested
    class OverStartTls implements ImapContract {
        @Override
        public ImapBackend backend(Workers workers) {
            return asking(dovecot.imap(), "starttls", workers);
        }
    }

    @Nested
    class InClearText implements ImapContract {
        @Override
        public ImapBackend backend(Workers workers) {
            return asking(dovecot.imap(), "none", workers);
        }

        @Test
        void takesLeaveOfWhomItHasLoggedInAs() throws Exception {
            acceptsAUserWithTheRightPassword();

            await().atMost(30, TimeUnit.SECONDS)
                .until(() -> dovecot.log().contains("Disconnected: Logged out"));
        }
    }
}

package org.smtpguard.backend.dovecot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.smtpguard.credential.AsynchronousBackendContract;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;

/** What every backend keeps to, with what is different for one that asks Dovecot: it is never told who is a stranger. */
interface DovecotContract extends AsynchronousBackendContract {
    @Override
    @Test
    default void knowsNoStranger() throws Exception {
        for (String stranger : new String[] {STRANGER, "", "alice"}) {
            try (CredentialBackend backend = backend(TestWorkers.direct())) {
                assertThat(backend.verify(Credentials.of(stranger, Secret.of(PASSWORD))).toCompletableFuture().get(30, TimeUnit.SECONDS))
                    .as("<%s>", stranger).isEqualTo(CredentialResult.refused());
            }
        }
    }
}

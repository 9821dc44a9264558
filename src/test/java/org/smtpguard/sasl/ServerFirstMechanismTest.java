package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.CredentialBackend;

class ServerFirstMechanismTest {
    @ParameterizedTest
    @CsvSource({"CRAM-MD5, true", "DIGEST-MD5, true", "SCRAM-SHA-1, false", "SCRAM-SHA-256, false", "NTLM, false", "GSSAPI, false"})
    void isOneThatTakesNoInitialResponse(String name, boolean isServerFirst) {
        assertThat(new RelayedMechanism(name, mock(CredentialBackend.class), Questions.identities()).isServerFirst())
            .isEqualTo(isServerFirst);
    }
}

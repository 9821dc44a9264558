package org.smtpguard.backend.dovecot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.credential.CredentialBackendContract.PASSWORD;
import static org.smtpguard.credential.CredentialBackendContract.USER;
import static org.smtpguard.credential.CredentialBackendContract.WRONG_PASSWORD;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.ongres.scram.client.ScramClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RelayStep;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.Dovecot;

/** Against a real Dovecot, where one is installed. */
@Timeout(120)
class DovecotBackendIT {
    @TempDir
    static Path home;

    private static Dovecot dovecot;

    @BeforeAll
    static void start() throws Exception {
        dovecot = Dovecot.start(home, PASSWORD);
    }

    @AfterAll
    static void stop() {
        if (dovecot != null) {
            dovecot.close();
        }
    }

    @Nested
    class OverTcp implements DovecotContract {
        @Override
        public CredentialBackend backend(Workers workers) {
            return DovecotBackendIT.backend(dovecot.tcp());
        }
    }

    @Nested
    class OverAUnixSocket implements DovecotContract {
        @Override
        public CredentialBackend backend(Workers workers) {
            return DovecotBackendIT.backend(dovecot.unix());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "carol@localhost, ACCEPTED",
        "dave@localhost, DISABLED",
        "erin@localhost, DISABLED",
        "alice@broken.example, UNAVAILABLE",
        "gina@localhost, UNAVAILABLE"})
    void tellsWhatDovecotTells(String user, Kind kind) throws Exception {
        try (DovecotBackend backend = backend(dovecot.unix())) {
            assertThat(ask(backend, user, PASSWORD).kind()).isEqualTo(kind);
        }
    }

    @Test
    void answersManyAtOnceOverOneConnection() throws Exception {
        try (DovecotBackend backend = backend(dovecot.tcp())) {
            List<CompletableFuture<CredentialResult>> answers = IntStream.range(0, 1000)
                .mapToObj(i -> begin(backend, i % 3 == 0 ? USER : "carol@localhost", i % 2 == 0 ? PASSWORD : WRONG_PASSWORD))
                .collect(Collectors.toList());

            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i % 2 != 0 ? CredentialResult.refused()
                    : CredentialResult.accepted(i % 3 == 0 ? USER : "carol@localhost"));
            }
        }
    }

    @Test
    void playsCramMd5() throws Exception {
        try (DovecotBackend backend = backend(dovecot.unix())) {
            assertThat(verdict(cramMd5(backend, USER, PASSWORD))).isEqualTo(CredentialResult.accepted(USER));
            RelayStep refused = cramMd5(backend, USER, WRONG_PASSWORD);
            assertThat(verdict(refused)).isEqualTo(CredentialResult.refused());
            assertThat(refused.claimed()).isEqualTo(USER);
            // Of whom Dovecot has a hash alone, it cannot tell; and a message that is none is the client's mistake.
            assertThat(verdict(cramMd5(backend, "carol@localhost", PASSWORD))).isEqualTo(CredentialResult.refused());
            assertThat(verdict(next(relay(backend, "CRAM-MD5", Optional.empty()), new byte[] {0, 1, 2})))
                .isEqualTo(CredentialResult.refused());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-1", "SCRAM-SHA-256"})
    void playsScram(String mechanism) throws Exception {
        try (DovecotBackend backend = backend(dovecot.tcp())) {
            ScramClient client = ScramClient.builder().advertisedMechanisms(List.of(mechanism)).username(USER)
                .password(PASSWORD.toCharArray()).build();
            RelayStep first = relay(backend, mechanism, Optional.of(client.clientFirstMessage().toString().getBytes(UTF_8)));
            client.serverFirstMessage(text(first));
            RelayStep last = next(first, client.clientFinalMessage().toString().getBytes(UTF_8));
            // Throws where Dovecot does not prove that it knows the keys.
            client.serverFinalMessage(text(last));

            assertThat(verdict(next(last, new byte[0]))).isEqualTo(CredentialResult.accepted(USER));
        }
    }

    @Test
    void comesBackWhenDovecotDoes() throws Exception {
        try (DovecotBackend tcp = backend(dovecot.tcp()); DovecotBackend unix = backend(dovecot.unix())) {
            for (DovecotBackend backend : List.of(tcp, unix)) {
                assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            }
            dovecot.stop();
            for (DovecotBackend backend : List.of(tcp, unix)) {
                assertThat(ask(backend, USER, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(backend.check().toCompletableFuture().get(60, TimeUnit.SECONDS)).isPresent();
            }
            dovecot.start();
            for (DovecotBackend backend : List.of(tcp, unix)) {
                assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            }
        }
    }

    private static DovecotBackend backend(String address) {
        return new DovecotBackend(new BackendSettings("DovecotBackend", "dovecot",
            Map.of("address", address, "relay", "CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256"), Path::of), TestWorkers.busy());
    }

    private static RelayStep cramMd5(DovecotBackend backend, String user, String password) throws Exception {
        RelayStep challenged = relay(backend, "CRAM-MD5", Optional.empty());
        return next(challenged, (user + " " + hmacMd5(password, challenged.challenge().orElseThrow())).getBytes(UTF_8));
    }

    /** The digest of RFC 2195, in hexadecimal. */
    private static String hmacMd5(String password, byte[] challenge) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacMD5");
        mac.init(new SecretKeySpec(password.getBytes(UTF_8), mac.getAlgorithm()));
        StringBuilder hex = new StringBuilder();
        for (byte octet : mac.doFinal(challenge)) {
            hex.append(String.format(Locale.ROOT, "%02x", octet));
        }
        return hex.toString();
    }

    private static CompletableFuture<CredentialResult> begin(DovecotBackend backend, String user, String password) {
        return backend.verify(Credentials.of(user, Secret.of(password))).toCompletableFuture();
    }

    private static CredentialResult ask(DovecotBackend backend, String user, String password) throws Exception {
        return begin(backend, user, password).get(60, TimeUnit.SECONDS);
    }

    private static RelayStep relay(DovecotBackend backend, String mechanism, Optional<byte[]> initialResponse) throws Exception {
        return backend.relay(mechanism, Origin.of(mechanism, Optional.of("127.0.0.1"), Optional.of("a1b2c3"), true), initialResponse)
            .toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static RelayStep next(RelayStep step, byte[] response) throws Exception {
        return step.respond(response).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static String text(RelayStep step) {
        return new String(step.challenge().orElseThrow(), UTF_8);
    }

    private static CredentialResult verdict(RelayStep step) {
        return step.verdict().orElseThrow();
    }
}

package org.smtpguard.backend.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.backend.dovecot.DovecotBackend;
import org.smtpguard.backend.http.HttpBackend;
import org.smtpguard.backend.imap.ImapBackend;
import org.smtpguard.backend.jdbc.JdbcBackend;
import org.smtpguard.backend.ldap.LdapBackend;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.resilience.Safeguarded;
import org.smtpguard.resilience.Safeguards;

/**
 * The reason of every failure to connect names the server, whatever the backend: "ConnectException" alone helps no operator. That of Redis
 * is {@code RedisEventLogTest}'s.
 */
@Timeout(120)
class FailureReasonsTest {
    private static final String SECRET = "s3cret-Kx93";
    private static final Pattern EXCEPTION = Pattern.compile("\\w(Exception|Error)\\b");

    private final ExecutorService pool = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    /** What meets a connection. */
    private enum Fault {
        NOBODY_LISTENS, UNKNOWN_HOST, HANGS_UP, TALKS_RUBBISH
    }

    /** A backend, and its elements; PLACE is host and port. */
    private enum Kind {
        LDAP(LdapBackend.class, Map.of("url", "ldap://PLACE", "userDn", "uid={user},dc=example")),
        LDAPS(LdapBackend.class, Map.of("url", "ldaps://PLACE", "userDn", "uid={user},dc=example")),
        STARTTLS(LdapBackend.class, Map.of("url", "ldap://PLACE", "startTls", "true", "userDn", "uid={user},dc=example")),
        HTTP(HttpBackend.class, Map.of("url", "http://PLACE/hook/" + SECRET + "?key=" + SECRET)),
        HTTPS(HttpBackend.class, Map.of("url", "https://PLACE/", "user", "guard", "password", SECRET)),
        IMAP(ImapBackend.class, Map.of("address", "PLACE", "tls", "none")),
        IMAPS(ImapBackend.class, Map.of("address", "PLACE", "tls", "imaps")),
        /** Its pool tries again until the time limit. */
        JDBC(JdbcBackend.class, Map.of("timeout", "3s", "url", "jdbc:postgresql://PLACE/mail?password=" + SECRET, "user", "guard",
            "password", SECRET, "lookup", "SELECT password FROM users WHERE name = :user")),
        DOVECOT(DovecotBackend.class, Map.of("address", "PLACE"));

        private final Class<? extends CredentialBackend> type;
        private final Map<String, String> elements;

        Kind(Class<? extends CredentialBackend> type, Map<String, String> elements) {
            this.type = type;
            this.elements = elements;
        }
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Kind.values()).flatMap(kind -> Arrays.stream(Fault.values()).map(fault -> Arguments.of(kind, fault)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    @SuppressWarnings("try") // Nobody listens once it is closed.
    void anExceptionIsNotNamedWithoutTheServer(Kind kind, Fault fault) throws Exception {
        try (LoopbackServer server = LoopbackServer.serving(peer -> serve(peer, fault))) {
            if (fault == Fault.NOBODY_LISTENS) {
                server.close();
            }
            String place = (fault == Fault.UNKNOWN_HOST ? "nowhere.invalid" : "localhost") + ":" + server.port();
            Safeguarded backend = backend(kind, place);
            try {
                CredentialResult result = backend.verify(Credentials.of("alice@example.org", Secret.of(SECRET))).toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
                Optional<String> check = backend.check().toCompletableFuture().get(60, TimeUnit.SECONDS);

                assertThat(result.kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
                assertThat(check).isPresent();
                assertThat(backend.address()).hasValueSatisfying(address -> assertThat(address).contains(place));
                for (String reason : List.of(result.reason(), check.get(), backend.health().reason())) {
                    if (EXCEPTION.matcher(reason).find() || fault == Fault.NOBODY_LISTENS || fault == Fault.UNKNOWN_HOST) {
                        assertThat(reason).contains(place);
                    }
                }
                assertThat(backend.status() + result.reason() + check + backend.health()).doesNotContain(SECRET);
                assertThat(backend.status().type()).isEqualTo(kind.type.getSimpleName());
            } finally {
                backend.close();
            }
        }
    }

    private static void serve(LoopbackServer.Peer peer, Fault fault) throws IOException {
        if (fault == Fault.TALKS_RUBBISH) {
            peer.say("no protocol that anybody knows\r\n".repeat(20));
        }
    }

    private Safeguarded backend(Kind kind, String place) throws ReflectiveOperationException {
        Map<String, String> elements = new HashMap<>(Map.of("timeout", "10s"));
        kind.elements.forEach((name, value) -> elements.put(name, value.replace("PLACE", place)));
        BackendSettings settings = new BackendSettings(kind.type.getSimpleName(), "corp", elements, url -> {
            throw new UnsupportedOperationException(url);
        });
        return Safeguarded.around(kind.type.getConstructor(BackendSettings.class, Workers.class).newInstance(settings,
            TestWorkers.on(pool)), Safeguards.of(settings));
    }
}

package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.credential.FailedLogin;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.james.EmbeddedPort.Auth;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/** A guarded port that keeps James' own AUTH, with our backends behind it. */
class BackendAuthHookTest {
    private static final int AUTH_FAILURES = 5;

    private final Logbook logbook = new Logbook(GuardMetrics.unread(), new Transcripts(Clock.systemUTC()),
        new Violations(Clock.systemUTC()));
    private final List<FailedLogin> failed = new ArrayList<>();

    @BeforeEach
    void subscribe() {
        logbook.failedLogins().subscribe(failed::add);
    }

    @Test
    void aDefiniteNoIsAFailedLogInThatIsLoggedAndCounted() {
        EmbeddedPort.Client client = greeted(port());
        try (LogCapture log = new LogCapture()) {
            for (int failures = 1; failures < AUTH_FAILURES; failures++) {
                assertThat(client.send(auth("guess"))).startsWith("535-5.7.8 ").contains("[AUTH-CREDENTIALS]");
            }
            assertThat(client.send(auth("guess"))).startsWith("421-4.7.0 ").contains("[LIMIT-AUTH]");
            assertThat(failuresLogged(log, client)).isEqualTo(AUTH_FAILURES);
        }
        assertIsOfAlice(AUTH_FAILURES);
    }

    @Test
    void soIsOneThatAnotherBackendsOutageTurnsIntoA454() {
        EmbeddedPort.Client client = greeted(port().secondBackendOutOfOrder());
        try (LogCapture log = new LogCapture()) {
            for (int failures = 1; failures < AUTH_FAILURES; failures++) {
                assertThat(client.send(auth("guess"))).startsWith("454-4.7.0 ").contains("[AUTH-UNAVAILABLE]");
            }
            assertThat(client.send(auth("guess"))).startsWith("421-4.7.0 ").contains("[LIMIT-AUTH]");
            assertThat(failuresLogged(log, client)).isEqualTo(AUTH_FAILURES);
        }
        assertIsOfAlice(AUTH_FAILURES);
    }

    @Test
    void anOutageIsNone() {
        EmbeddedPort.Client client = greeted(port());
        try (LogCapture log = new LogCapture()) {
            for (int outages = 0; outages < 2 * AUTH_FAILURES; outages++) {
                assertThat(client.send(auth(FixtureBackend.DOWN))).startsWith("454");
            }
            assertThat(failuresLogged(log, client)).isZero();
        }
        assertThat(failed).isEmpty();
        assertThat(client.send(auth(FixtureBackend.RIGHT))).startsWith("235");
    }

    @Test
    void eachFailedLogInIsAnEventWhereTheGuardObserves() {
        EmbeddedPort.Client client = greeted(port().mode("observe").secondBackendOutOfOrder());
        for (int failures = 0; failures < AUTH_FAILURES; failures++) {
            assertThat(client.send(auth("guess"))).startsWith("454 4.7.0 ");
        }
        assertIsOfAlice(AUTH_FAILURES);
    }

    @Test
    void aFailedLogInInSeveralLinesIsAnEventAndLeavesTheNextOneAlone() {
        EmbeddedPort.Client client = greeted(port());
        assertThat(client.send("AUTH PLAIN\r\n")).startsWith("334");
        assertThat(client.send(message("guess") + "\r\n")).startsWith("535");
        assertIsOfAlice(1);

        assertThat(client.send(auth(FixtureBackend.DOWN))).as("in the words of James").startsWith("454 4.7.0 ");
        assertIsOfAlice(1);
    }

    private void assertIsOfAlice(int times) {
        assertThat(failed).hasSize(times).allSatisfy(login -> {
            assertThat(login.user()).isEqualTo("alice@localhost");
            assertThat(login.backend()).contains("fixture");
            assertThat(login.origin().remoteAddress()).contains("127.0.0.1");
        });
    }

    private static long failuresLogged(LogCapture log, EmbeddedPort.Client client) {
        return log.text().lines().filter(line -> line.startsWith("INFO AUTH method PLAIN failed from alice@localhost@127.0.0.1: REFUSED "
            + "(wrong password) by fixture [AUTH-CREDENTIALS] client=127.0.0.1 session=" + client.reference())).count();
    }

    private EmbeddedPort.Builder port() {
        return EmbeddedPort.builder().auth(Auth.JAMES_WITH_HOOK).limits(0, AUTH_FAILURES).logbook(logbook);
    }

    private static EmbeddedPort.Client greeted(EmbeddedPort.Builder port) {
        EmbeddedPort.Client client = port.build().connect();
        client.send("EHLO client.example\r\n");
        return client;
    }

    private static String auth(String password) {
        return "AUTH PLAIN " + message(password) + "\r\n";
    }

    private static String message(String password) {
        return Base64.getEncoder().encodeToString(("\0alice@localhost\0" + password).getBytes(StandardCharsets.US_ASCII));
    }
}

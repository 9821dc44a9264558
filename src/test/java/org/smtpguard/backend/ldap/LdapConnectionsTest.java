package org.smtpguard.backend.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import com.unboundid.ldap.sdk.ResultCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.backend.support.Relay;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.LdapDirectory;
import org.smtpguard.it.server.SelfSigned;

/** How {@link LdapBackend} reaches a directory, and what it does when there is none, or something odd in its place. */
@Timeout(60)
class LdapConnectionsTest extends LdapFixture {
    /** Far more than any limit here: a slow machine is no fault, and who waits for ever is found out. */
    private static final Duration HUNG = Duration.ofSeconds(20);
    private static SelfSigned key;
    private static SelfSigned otherKey;

    @BeforeAll
    static void makeKeys() throws Exception {
        key = SelfSigned.naming("localhost");
        otherKey = SelfSigned.naming("ldap.elsewhere.example");
    }

    @Nested
    @DisplayName("TLS")
    class Tls {
        private Path trusted;

        @BeforeEach
        void trust() throws Exception {
            trusted = key.certificateTo(temporary.resolve("trusted.pem"));
        }

        @Test
        void mayBeThereFromTheStart() throws Exception {
            LdapDirectory secure = opened(withAlice(LdapDirectory.underTls(key.context())));

            assertThat(ask(backend(trusting(secure)), USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            assertThat(ask(backend(trusting(secure)), USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
        }

        @Test
        void mayBeStarted() throws Exception {
            LdapDirectory secure = opened(withAlice(LdapDirectory.withStartTls(key.context())));
            Map<String, String> settings = with(trusting(secure), "startTls", "true");

            assertThat(ask(backend(settings), USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            assertThat(ask(backend(settings), USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
        }

        @Test
        void thatCannotBeStartedIsNotGoneWithout() throws Exception {
            CredentialResult result = ask(backend(with(search(), "startTls", "true")), USER, PASSWORD);

            assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(result.reason()).startsWith("STARTTLS at " + directory.url() + ": ");
            assertThat(directory.binds()).isEmpty();
        }

        @Test
        void isOnlySpokenWithWhoIsTrusted() throws Exception {
            LdapDirectory secure = opened(withAlice(LdapDirectory.underTls(key.context())));
            LdapDirectory starting = opened(withAlice(LdapDirectory.withStartTls(key.context())));
            // On a machine with much to do a handshake takes longer than the SDK would wait for a connection.
            for (Map<String, String> settings : List.of(with(search(), "url", secure.url(), "connectTimeout", "50s", "timeout", "55s"),
                with(search(), "url", starting.url(), "startTls", "true", "connectTimeout", "50s", "timeout", "55s"))) {
                CredentialResult result = ask(backend(settings), USER, PASSWORD);

                assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
                // The JDK's own name for it, or that of what it is wrapped in.
                assertThat(result.reason()).containsPattern("CertPath|ValidatorException|SSLHandshakeException");
            }
            assertThat(secure.connections() + starting.connections()).isZero();
        }

        @Test
        void whoseHandshakeFailsLateIsNotSaidToHaveAnotherName() throws Exception {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ExecutorService caller = Executors.newSingleThreadExecutor();
                Future<CredentialResult> result = caller.submit(() -> ask(backend(with(search(), "url",
                    "ldaps://localhost:" + server.getLocalPort(), "connectTimeout", "200ms", "timeout", "20s")), USER, PASSWORD));
                caller.shutdown();
                try (Socket client = server.accept()) {
                    // Silent for longer than the SDK waits for a connection; then gone.
                    await().pollDelay(Duration.ofSeconds(1)).until(() -> client.getInputStream().read() >= 0);
                }

                assertThat(result.get(30, TimeUnit.SECONDS).kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(result.get().reason()).doesNotContain("SSLPeerUnverifiedException");
            }
        }

        @Test
        @SuppressWarnings("try") // The client is accepted, and nothing else.
        void whoseHandshakeNeverEndsKeepsNoWorker() throws Exception {
            ExecutorService caller = Executors.newSingleThreadExecutor();
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Future<CredentialResult> result = caller.submit(() -> ask(backend(with(search(), "url",
                    "ldaps://localhost:" + server.getLocalPort(), "connectTimeout", "200ms", "timeout", "1s")), USER, PASSWORD));
                try (Socket client = server.accept()) {
                    assertThat(result.get(30, TimeUnit.SECONDS).kind()).as("while the server is silent").isEqualTo(Kind.UNAVAILABLE);
                }
            } finally {
                caller.shutdown();
            }
        }

        @Test
        void isOnlySpokenWithTheServerThatTheCertificateNames() throws Exception {
            otherKey.certificateTo(trusted);
            LdapDirectory secure = opened(withAlice(LdapDirectory.underTls(otherKey.context())));
            LdapDirectory starting = opened(withAlice(LdapDirectory.withStartTls(otherKey.context())));
            for (Map<String, String> settings : List.of(trusting(secure), with(trusting(starting), "startTls", "true"))) {
                CredentialResult result = ask(backend(settings), USER, PASSWORD);

                assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(result.reason()).contains("SSLPeerUnverifiedException");
            }
            assertThat(secure.connections() + starting.connections()).isZero();
        }

        private Map<String, String> trusting(LdapDirectory secure) {
            return with(search(), "url", secure.url(), "trustStore", "file://" + trusted);
        }
    }

    @Nested
    @DisplayName("servers")
    class Servers {
        private LdapDirectory other;

        @BeforeEach
        void another() throws Exception {
            other = opened(withAlice(LdapDirectory.start()));
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void areAskedInTheirOrderAndTheFirstAgainWhenItIsBack(boolean searched) throws Exception {
            LdapBackend backend = backend(both(searched));
            try (LogCapture log = new LogCapture()) {
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(other.connections()).isZero();

                directory.stop();
                if (searched) {
                    assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                } else {
                    // A bind that has been sent is not repeated, and that the server hangs up may be seen after that.
                    await().atMost(Duration.ofSeconds(30)).until(() -> ask(backend, USER, PASSWORD).isAccepted());
                }
                assertThat(ask(backend, USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
                assertThat(other.binds()).hasSize(searched ? 3 : 2);
                assertThat(backend.flaw()).hasValueSatisfying(flaw -> assertThat(flaw).contains(directory.url()));

                directory.startAgain();
                directory.forget();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(directory.connections()).as("connections before it is tried again").isZero();

                clock.addAndGet(Duration.ofSeconds(10).toNanos());
                other.forget();
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                assertThat(directory.binds()).contains(LdapDirectory.ALICE);
                assertThat(other.connections()).isZero();
                assertThat(backend.flaw()).isEmpty();
                assertThat(log.at(Level.WARN)).hasSize(1).first().asString()
                    .startsWith("Backend corp gets no answers from " + directory.url() + " now: ");
                assertThat(log.at(Level.INFO)).containsExactly("Backend corp gets answers from " + directory.url() + " again");
            }
        }

        @Test
        void thatAreStillDownAreTriedByOneQuestionEveryTenSeconds() throws Exception {
            OddLdapServer odd = opened(OddLdapServer.start(OddLdapServer.Manner.HANGS_UP));
            LdapBackend backend = backend(with(search(), "url", odd.url() + " " + other.url()));
            for (int i = 1; i <= 3; i++) {
                for (int question = 0; question < 3; question++) {
                    assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
                }
                assertThat(odd.requests()).isEqualTo(i);
                clock.addAndGet(Duration.ofSeconds(10).toNanos());
            }
        }

        @ParameterizedTest
        @EnumSource(OddLdapServer.Manner.class)
        void thatOnlySeemToBeThereAreLeftForTheNext(OddLdapServer.Manner manner) throws Exception {
            OddLdapServer odd = opened(OddLdapServer.start(manner));
            for (boolean searched : new boolean[] {true, false}) {
                LdapBackend backend = backend(with(both(searched), "url", odd.url() + " " + other.url(), "timeout", "10s",
                    "connectTimeout", "500ms"));

                assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                int before = odd.requests();
                assertThat(ask(backend, USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
                assertThat(odd.requests()).as("requests to a server that did not answer").isEqualTo(before);
            }
        }

        @Test
        void thatSayThatTheyAreBusyAreLeftForTheNextAndTheBindIsNotRepeated() throws Exception {
            directory.answerBindsOf(LdapDirectory.ALICE, ResultCode.BUSY, null);
            LdapBackend backend = backend(both(true));

            assertThat(ask(backend, USER, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(other.connections()).isZero();
            assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
        }

        private Map<String, String> both(boolean searched) {
            return with(searched ? search() : direct(), "url", directory.url() + "\n   " + other.url());
        }
    }

    @Nested
    @DisplayName("an outage")
    class AnOutage {
        @Test
        void atTheStartHindersNothing() throws Exception {
            directory.stop();
            for (Map<String, String> settings : List.of(search(), direct())) {
                LdapBackend backend = backend(settings);

                assertThat(ask(backend, USER, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(ask(backend, STRANGER, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
                directory.startAgain();
                assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                directory.stop();
            }
        }

        @Test
        void isOverWhenTheDirectoryIsBack() throws Exception {
            for (Map<String, String> settings : List.of(search(), direct())) {
                LdapBackend backend = backend(settings);
                for (int i = 0; i < 3; i++) {
                    assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                    directory.stop();
                    CredentialResult result = ask(backend, USER, PASSWORD);
                    assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
                    assertThat(result.reason()).contains(directory.url());
                    directory.startAgain();
                }
            }
        }

        @ParameterizedTest
        @EnumSource(OddLdapServer.Manner.class)
        void isOneHoweverItShowsAndEndsWithinTheLimit(OddLdapServer.Manner manner) throws Exception {
            OddLdapServer odd = opened(OddLdapServer.start(manner));
            for (Map<String, String> settings : List.of(search(), direct())) {
                LdapBackend backend = backend(with(settings, "url", odd.url(), "timeout", "1s"));
                long began = System.nanoTime();

                CredentialResult result = ask(backend, USER, PASSWORD);

                assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(HUNG);
                assertThat(result.reason()).doesNotContain(PASSWORD);
            }
        }

        @Test
        void thatBeginsAfterTheConnectionWasMadeEndsWithinTheLimitAndTheBindIsNotRepeated() throws Exception {
            Relay relay = opened(Relay.to(directory.port()));
            relay.listen();
            String url = "ldap://localhost:" + relay.port();
            LdapBackend backend = backend(with(direct(), "url", url, "timeout", "1s"));
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            directory.forget();
            relay.forget();
            long began = System.nanoTime();

            assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.unavailable("a bind at " + url + ": timeout (85)"));

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(HUNG);
            assertThat(directory.binds()).isEmpty();
            assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
        }

        @Test
        void thatNobodyWasToldOfIsNoticedBeforeTheBindIsSent() throws Exception {
            Relay relay = opened(Relay.to(directory.port()));
            relay.listen();
            for (Map<String, String> settings : List.of(search(), direct())) {
                LdapBackend backend = backend(with(settings, "url", "ldap://localhost:" + relay.port(), "connectTimeout", "500ms"));
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();

                clock.addAndGet(Duration.ofSeconds(30).toNanos());
                relay.forget();

                assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                assertThat(backend.flaw()).isEmpty();
            }
        }
    }

    @Nested
    @DisplayName("connections")
    class Connections {
        @Test
        void areKeptForTheNextQuestion() throws Exception {
            LdapBackend backend = backend(direct());
            for (int i = 0; i < 5; i++) {
                assertThat(ask(backend, USER, i % 2 == 0 ? PASSWORD : WRONG_PASSWORD).isAccepted()).isEqualTo(i % 2 == 0);
            }

            assertThat(directory.connections()).isEqualTo(1);
            assertThat(directory.hellos()).isEqualTo(1);
            clock.addAndGet(Duration.ofSeconds(30).toNanos());
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            assertThat(directory.connections()).isEqualTo(1);
            assertThat(directory.hellos()).isEqualTo(2);
        }

        @Test
        void areNoMoreThanConfiguredSinceRequestsWaitForAWorker() throws Exception {
            OddLdapServer silent = opened(OddLdapServer.start(OddLdapServer.Manner.ACCEPTS_AND_NEVER_ANSWERS));
            LimitedWorkers workers = opened(new LimitedWorkers());
            LdapBackend backend = opened(new LdapBackend(settings(with(direct(), "url", silent.url(), "timeout", "55s", "connectTimeout",
                "50s", "poolSize", "2")), workers));
            List<CompletableFuture<CredentialResult>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(backend.verify(Credentials.of(USER, Secret.of(PASSWORD))).toCompletableFuture());
            }

            await().atMost(HUNG).until(() -> silent.requests() == 2);
            assertThat(workers.waiting()).isEqualTo(6);
            silent.close();
            assertThat(answers).allSatisfy(answer -> assertThat(answer.get(30, TimeUnit.SECONDS).kind()).isEqualTo(Kind.UNAVAILABLE));
        }

        @Test
        void serveManyAtATime() throws Exception {
            LdapBackend backend = opened(new LdapBackend(settings(with(search(), "poolSize", "3", "timeout", "50s")),
                opened(new LimitedWorkers())));
            List<CompletableFuture<CredentialResult>> right = new ArrayList<>();
            List<CompletableFuture<CredentialResult>> wrong = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                right.add(backend.verify(Credentials.of(USER, Secret.of(PASSWORD))).toCompletableFuture());
                wrong.add(backend.verify(Credentials.of(USER, Secret.of(WRONG_PASSWORD))).toCompletableFuture());
            }

            assertThat(right).allSatisfy(answer -> assertThat(answer.get(50, TimeUnit.SECONDS).kind()).isEqualTo(Kind.ACCEPTED));
            assertThat(wrong).allSatisfy(answer -> assertThat(answer.get(50, TimeUnit.SECONDS).kind()).isEqualTo(Kind.REFUSED));
            assertThat(directory.connections()).isBetween(2, 6);
        }

        @Test
        void goWithTheirThreadsWhenTheBackendIsClosed() throws Exception {
            // Other tests of this JVM may have left some.
            Set<Thread> before = threadsOfTheSdk();
            LdapBackend backend = backend(search());
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            assertThat(newThreadsOfTheSdk(before)).isNotEmpty().allMatch(Thread::isDaemon);

            backend.close();

            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(newThreadsOfTheSdk(before)).isEmpty());
        }

        private Set<Thread> newThreadsOfTheSdk(Set<Thread> before) {
            Set<Thread> threads = threadsOfTheSdk();
            threads.removeAll(before);
            return threads;
        }

        private Set<Thread> threadsOfTheSdk() {
            Set<Thread> threads = new HashSet<>();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                // Those of the directory are named after its listener.
                boolean ofAClient = Stream.of("Connection reader for connection", "Write Timeout Handler", "Background connect",
                    "Timer thread for", "Health Check").anyMatch(thread.getName()::startsWith);
                if (ofAClient && thread.isAlive()) {
                    threads.add(thread);
                }
            }
            return threads;
        }
    }

    /** As many threads as the backend wants. */
    private static final class LimitedWorkers implements Workers, AutoCloseable {
        private final ThreadPoolExecutor threads = (ThreadPoolExecutor) Executors.newFixedThreadPool(16);

        @Override
        public WorkerPool hashing() {
            throw new UnsupportedOperationException();
        }

        @Override
        public WorkerPool blocking() {
            return WorkerPool.on(threads);
        }

        @Override
        public WorkerPool blocking(int max) {
            threads.setCorePoolSize(max);
            threads.setMaximumPoolSize(max);
            return blocking();
        }

        int waiting() {
            return threads.getQueue().size();
        }

        @Override
        public void close() {
            threads.shutdownNow();
        }
    }
}

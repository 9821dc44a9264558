package org.smtpguard.backend.dovecot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.backend.support.LoopbackServer;
import org.smtpguard.backend.support.LoopbackServer.Peer;
import org.smtpguard.backend.support.Subject;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RelayStep;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;

/** Against a Dovecot that does as badly as a test wants; what the real one does is in {@link DovecotBackendIT}. */
@Timeout(120)
class DovecotBackendTest implements DovecotContract {
    private static final String GREETING = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tCRAM-MD5\tdictionary\tactive\n"
        + "SPID\t4711\nCUID\t1\nCOOKIE\t0123456789abcdef\nDONE\n";
    /** As long as no test is about time. */
    private static final String LONG = "60s";
    private static final String SHORT = "400ms";
    private static final byte[] CHALLENGE = "<17.42@dovecot>".getBytes(UTF_8);

    private final Deque<LoopbackServer> servers = new ArrayDeque<>();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() throws IOException {
        for (LoopbackServer server : servers) {
            server.close();
        }
    }

    @Override
    public CredentialBackend backend(Workers workers) throws Exception {
        return new DovecotBackend(settings(Map.of("address", address(serving(DovecotBackendTest::judge)), "timeout", LONG)), workers);
    }

    @Nested
    @DisplayName("a question")
    class AQuestion {
        @Test
        void followsAGreetingAndTellsWhereItComesFrom() throws Exception {
            try (DovecotBackend backend = asking(DovecotBackendTest::judge, LONG)) {
                ask(backend, claim(Origin.of("LOGIN", Optional.of("192.0.2.7"), Optional.of("a1b2c3"), true)));
                ask(backend, claim(Origin.of("PLAIN", Optional.of("fe80:0:0:0:0:0:0:1%eth0"), Optional.empty(), false)));
                ask(backend, claim(Origin.of("PLAIN", Optional.empty(), Optional.empty(), false)));
            }

            String message = base64("\0" + USER + "\0" + PASSWORD);
            assertThat(heard).containsExactly("VERSION\t1\t2", "CPID\t" + ProcessHandle.current().pid(),
                "AUTH\t1\tPLAIN\tservice=smtp\tsession=a1b2c3\trip=192.0.2.7\tsecured=tls\tresp=" + message,
                "AUTH\t2\tPLAIN\tservice=smtp\trip=fe80:0:0:0:0:0:0:1\tresp=" + message,
                "AUTH\t3\tPLAIN\tservice=smtp\tresp=" + message);
        }

        @Test
        void cannotBeMadeIntoAnother() throws Exception {
            String evil = "x\tsecured=tls\nCANCEL\t1\r\n\0\1\tresp=AAAA";
            try (DovecotBackend backend = asking(DovecotBackendTest::judge, LONG)) {
                ask(backend, claim(Origin.of("PLAIN", Optional.of(evil), Optional.of(evil), false)));
                ask(backend, Credentials.of("x\tresp=\n@localhost", Secret.of("\n\t\r\1")));
            }

            String escaped = "x\1tsecured=tls\1nCANCEL\1t1\1r\1n\1" + "0\1" + "1\1tresp=AAAA";
            assertThat(heard.stream().skip(2)).containsExactly(
                "AUTH\t1\tPLAIN\tservice=smtp\tsession=" + escaped + "\trip=" + escaped + "\tresp=" + base64("\0" + USER + "\0" + PASSWORD),
                "AUTH\t2\tPLAIN\tservice=smtp\tsecured=tls\tresp=" + base64("\0x\tresp=\n@localhost\0\n\t\r\1"));
        }

        @ParameterizedTest
        @CsvSource({"alice\0bob@localhost, secret", "alice@localhost, sec\0ret", "alice@localhost, ''", "'', secret"})
        void isNotPutWhereItWouldMeanSomethingElse(String user, String password) throws Exception {
            try (DovecotBackend backend = asking(DovecotBackendTest::judge, LONG)) {
                assertThat(ask(backend, Credentials.of(user, Secret.of(password)))).isEqualTo(CredentialResult.refused());
            }
            assertThat(heard).isEmpty();
        }

        /** On a line that is longer than it takes Dovecot hangs up, and all who wait for it on that connection would pay. */
        @Test
        void isNotPutWhereDovecotWouldHangUp() throws Exception {
            try (DovecotBackend backend = asking(DovecotBackendTest::judge, LONG)) {
                assertThat(ask(backend, Credentials.of(USER, Secret.of("x".repeat(10_000))))).isEqualTo(CredentialResult.refused());
                assertThat(verdict(relay(backend, "CRAM-MD5", Optional.of(new byte[10_000])))).isEqualTo(CredentialResult.refused());
                RelayStep challenged = relay(backend, "CRAM-MD5", Optional.empty());
                assertThat(verdict(next(challenged, new byte[10_000]))).isEqualTo(CredentialResult.refused());
                assertThat(ask(backend, Credentials.of(USER, Secret.of("x".repeat(9_000))))).isEqualTo(CredentialResult.refused());
            }
            assertThat(heard.stream().skip(2).map(line -> line.split("\t")[0])).containsExactly("AUTH", "AUTH");
            assertThat(heard).allSatisfy(line -> assertThat(line).hasSizeLessThan(16384));
        }

        @Test
        void thatNobodyWaitsForIsGivenUp() throws Exception {
            try (DovecotBackend backend = asking(Peer::listen, LONG)) {
                CompletableFuture<CredentialResult> answer = begin(backend, USER);
                await().atMost(60, TimeUnit.SECONDS).until(() -> heard.size() == 3);
                answer.cancel(false);

                await().atMost(60, TimeUnit.SECONDS).until(() -> heard.contains("CANCEL\t1"));
            }
        }
    }

    @Nested
    @DisplayName("a reply")
    class AReply {
        @ParameterizedTest(name = "{0}")
        @CsvSource(delimiter = '|', nullValues = "-", value = {
            "OK ID user=alice@localhost | ACCEPTED | alice@localhost",
            "OK ID user=alice@example.org original_user=alice auth_user=alice more | ACCEPTED | alice@example.org",
            "OK ID user=j\u00c3\u00bcrgen@localhost | ACCEPTED | j\u00fcrgen@localhost",
            "OK ID user=alice@localhost user=bob@localhost | ACCEPTED | alice@localhost",
            "OK ID user=alice@localhost proxy host=192.0.2.1 | UNAVAILABLE | -",
            "OK ID | UNAVAILABLE | -",
            "OK ID user= | UNAVAILABLE | -",
            "OK ID user=\u00ff\u00fe@localhost | UNAVAILABLE | -",
            "OK ID user=alice@localhost nologin | DISABLED | -",
            "OK ID user=alice@localhost anonymous | REFUSED | -",
            "FAIL ID user=alice@localhost | REFUSED | -",
            "FAIL ID | REFUSED | -",
            "FAIL ID reason=nothing code=something_new | REFUSED | -",
            "FAIL ID user=alice@localhost code=temp_fail | UNAVAILABLE | -",
            "FAIL ID user=alice@localhost temp | UNAVAILABLE | -",
            "FAIL ID user=alice@localhost code=user_disabled | DISABLED | -",
            "FAIL ID user=alice@localhost user_disabled | DISABLED | -",
            "FAIL ID user=alice@localhost code=pass_expired | EXPIRED | -",
            "FAIL ID user=alice@localhost pass_expired | EXPIRED | -",
            "FAIL ID user=alice@localhost code=authz_fail | REFUSED | -",
            "FAIL ID user=alice@localhost authz | REFUSED | -",
            "CONT ID | UNAVAILABLE | -",
        })
        void isReadAsItsPageSays(String reply, Kind kind, String username) throws Exception {
            try (DovecotBackend backend = asking(peer -> answer(peer, (id, fields) -> reply.replace(' ', '\t').replace("ID", id)), LONG)) {
                CredentialResult result = ask(backend, USER);

                assertThat(result.kind()).isEqualTo(kind);
                assertThat(result.isAccepted() ? result.username() : null).isEqualTo(username);
                // And the connection is none the worse for it.
                ask(backend, USER);
            }
            assertThat(servers.element().connections()).isEqualTo(1);
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource(delimiter = '|', value = {
            "OK ID user=alice@localhost proxy host=192.0.2.1 | USER",
            "OK ID | USER",
            "OK ID user=\u00ff\u00fe@localhost | USER",
            "FAIL ID user=alice@localhost code=temp_fail | PERHAPS",
            "FAIL ID user=alice@localhost temp | PERHAPS",
            "CONT ID | PERHAPS",
            "HELLO | PERHAPS",
        })
        void thatIsNoVerdictTellsOfOneUser(String reply, Subject subject) throws Exception {
            try (DovecotBackend backend = asking(peer -> answer(peer, (id, fields) -> reply.replace(' ', '\t').replace("ID", id)), SHORT)) {
                assertThat(Subject.of(ask(backend, USER))).isEqualTo(subject);
            }
        }

        @Test
        void thatDoesNotComeForWantOfAConnectionTellsOfTheService() throws Exception {
            LoopbackServer gone = serving(Peer::listen);
            gone.close();
            try (DovecotBackend backend = new DovecotBackend(settings(Map.of("address", address(gone))), TestWorkers.direct())) {
                assertThat(Subject.of(ask(backend, USER))).isEqualTo(Subject.SERVICE);
            }
        }

        @Test
        void belongsToItsQuestionInWhateverOrderItComes() throws Exception {
            int questions = 100;
            try (DovecotBackend backend = asking(peer -> {
                Deque<String> replies = new ArrayDeque<>();
                for (int i = 0; i < questions; i++) {
                    String[] fields = peer.line().orElseThrow().split("\t");
                    replies.push((name(fields).matches("user\\d*[02468]@.*") ? "OK\t" : "FAIL\t") + fields[1]
                        + "\tuser=" + name(fields) + "\n");
                }
                peer.say("OK\t9999\tuser=nobody\n");
                for (String reply : replies) {
                    peer.say(reply);
                }
                peer.listen();
            }, LONG)) {
                List<CompletableFuture<CredentialResult>> answers = IntStream.range(0, questions)
                    .mapToObj(i -> begin(backend, "user" + i + "@localhost")).collect(Collectors.toList());

                for (int i = 0; i < questions; i++) {
                    assertThat(answers.get(i).get(90, TimeUnit.SECONDS))
                        .isEqualTo(i % 2 == 0 ? CredentialResult.accepted("user" + i + "@localhost") : CredentialResult.refused());
                }
            }
            assertThat(servers.element().connections()).isEqualTo(1);
        }

        @Test
        void thatComesTooLateIsNobodys() throws Exception {
            CountDownLatch givenUp = new CountDownLatch(1);
            try (DovecotBackend backend = asking(peer -> {
                peer.line();
                // The cancellation.
                peer.line();
                peer.say("OK\t1\tuser=" + USER + "\n");
                givenUp.countDown();
                answer(peer, (id, fields) -> "FAIL\t" + id);
            }, LONG)) {
                CompletableFuture<CredentialResult> answer = begin(backend, USER);
                await().atMost(60, TimeUnit.SECONDS).until(() -> heard.size() == 3);
                answer.cancel(false);
                assertThat(givenUp.await(60, TimeUnit.SECONDS)).isTrue();

                assertThat(ask(backend, USER)).isEqualTo(CredentialResult.refused());
            }
        }
    }

    @Nested
    @DisplayName("a fault of Dovecot's is no \"no\"")
    class AFault {
        @Test
        void thatItIsDownAndItIsAskedAgainWhenItIsBack() throws Exception {
            LoopbackServer first = serving(DovecotBackendTest::judge);
            first.close();
            try (DovecotBackend backend = new DovecotBackend(settings(Map.of("address", address(first), "timeout", LONG)),
                TestWorkers.busy())) {
                assertThat(ask(backend, USER).kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(ask(backend, USER).reason()).startsWith("it cannot be reached (");

                again(first, DovecotBackendTest::judge);
                assertThat(ask(backend, USER)).isEqualTo(CredentialResult.accepted(USER));
            }
        }

        @ParameterizedTest(name = "{1}")
        @CsvSource(delimiter = '|', value = {
            "220 mail.example.org ESMTP\\n | the server there does not speak Dovecot's authentication protocol",
            "HTTP/1.1 400 Bad Request\\r\\n\\r\\n | the server there does not speak Dovecot's authentication protocol",
            "DONE\\n | the server there does not speak Dovecot's authentication protocol",
            "\\n | the server there does not speak Dovecot's authentication protocol",
            "VERSION\\t2\\t0\\nDONE\\n | it does not speak version 1.2 of its authentication protocol",
            "VERSION\\n | it does not speak version 1.2 of its authentication protocol",
            "VERSION\\tone\\ttwo\\n | it does not speak version 1.2 of its authentication protocol",
            "VERSION\\t1\\t2\\nMECH\\tLOGIN\\nDONE\\n | it does not offer PLAIN; add plain to its auth_mechanisms",
            "VERSION\\t1\\t2\\nMECH\\tPLAIN\\nHANGUP | it has closed the connection",
            "VERSION\\t1\\t2\\nMECH\\tPLAIN\\nDONE\\nFAIL\\nHANGUP | it has sent an invalid reply",
            "VERSION\\t1\\t2\\nMECH\\tPLAIN\\nDONE\\nOK\\tone\\tuser=bob\\nHANGUP | it has sent an invalid reply",
            "VERSION\\t1\\t2\\nMECH\\tPLAIN\\nDONE\\nOK\\t-1\\tuser=bob\\nHANGUP | it has sent an invalid reply",
            "VERSION\\t1\\t2\\nMECH\\tPLAIN\\nDONE\\nCONT\\t1\\t!!!!\\nHANGUP | it has sent an invalid reply",
            "VERSION\\t1\\t2\\nMECH\\tPLAIN\\nDONE\\nLONG | it has sent a line of more than 16384 octets",
            "HANGUP | it has closed the connection",
        })
        void thatItTalksRubbishOrCutsItShort(String text, String reason) throws Exception {
            String[] said = text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("HANGUP", "")
                .replace("LONG", "FAIL\t1\treason=" + "x".repeat(20_000)).split("(?<=DONE\n)");
            LoopbackServer server = LoopbackServer.serving(peer -> {
                peer.line();
                peer.line();
                peer.say(said[0]);
                if (said.length > 1) {
                    peer.line();
                    peer.say(said[1]);
                }
                if (!text.endsWith("HANGUP")) {
                    peer.listen();
                }
            });
            servers.add(server);
            try (DovecotBackend backend = new DovecotBackend(settings(Map.of("address", address(server), "timeout", LONG)),
                TestWorkers.busy())) {
                assertThat(ask(backend, USER)).isEqualTo(CredentialResult.unavailable(reason));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "VERSION\t1\t2\nMECH\tPLAIN\n", GREETING, GREETING + "OK\t1\tuser="})
        void thatItSaysNothingOrNoMore(String beginning) throws Exception {
            LoopbackServer server = LoopbackServer.serving(peer -> peer.say(beginning).listen());
            servers.add(server);
            try (DovecotBackend backend = new DovecotBackend(settings(Map.of("address", address(server), "timeout", SHORT)),
                TestWorkers.busy())) {
                CredentialResult result = ask(backend, USER);

                assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(result.reason()).isIn("no answer within 400 ms", "it has not finished its greeting within 400 ms");
            }
        }

        @Test
        void thatItHangsUpOnAllWhoWaitAndNoneIsAskedAgain() throws Exception {
            try (DovecotBackend backend = asking(peer -> {
                for (int i = 0; i < 10; i++) {
                    peer.line();
                }
                peer.say("OK\t1\tuser=");
            }, LONG)) {
                List<CompletableFuture<CredentialResult>> answers = IntStream.range(0, 10)
                    .mapToObj(i -> begin(backend, "user" + i)).collect(Collectors.toList());

                for (CompletableFuture<CredentialResult> answer : answers) {
                    assertThat(answer.get(90, TimeUnit.SECONDS)).isEqualTo(CredentialResult.unavailable("it has closed the connection"));
                }
                // It comes back by itself, and has nothing to ask.
                await().atMost(60, TimeUnit.SECONDS).until(() -> servers.element().connections() > 1);
            }
            assertThat(heard.stream().filter(line -> line.startsWith("AUTH"))).hasSize(10);
        }

        @ParameterizedTest(name = "given up before: {0}")
        @ValueSource(booleans = {false, true})
        void thatItsConnectionHasDiedInSilenceAndTheNextQuestionTakesAnother(boolean isGivenUp) throws Exception {
            Queue<Integer> connections = new ConcurrentLinkedQueue<>();
            try (DovecotBackend backend = asking(peer -> {
                connections.add(1);
                if (connections.size() == 1) {
                    peer.listen();
                }
                judge(peer);
            }, "2s")) {
                CompletableFuture<CredentialResult> answer = begin(backend, USER);
                if (isGivenUp) {
                    await().atMost(60, TimeUnit.SECONDS).until(() -> heard.size() == 3);
                    answer.cancel(false);
                    await().atMost(60, TimeUnit.SECONDS).until(() -> servers.element().connections() == 2);
                } else {
                    assertThat(answer.get(90, TimeUnit.SECONDS)).isEqualTo(CredentialResult.unavailable("no answer within 2000 ms"));
                }

                await().atMost(60, TimeUnit.SECONDS).until(() -> ask(backend, USER).equals(CredentialResult.accepted(USER)));
            }
        }

        @Test
        void thatOneQuestionTakesTooLongAndTheConnectionStays() throws Exception {
            try (DovecotBackend backend = asking(peer -> answer(peer,
                (id, fields) -> name(fields).startsWith("slow") ? "" : "OK\t" + id + "\tuser=" + USER), "2s")) {
                CompletableFuture<CredentialResult> slow = begin(backend, "slow@localhost");
                await().atMost(60, TimeUnit.SECONDS).until(() -> heard.size() == 3);
                while (!slow.isDone()) {
                    assertThat(ask(backend, USER)).isEqualTo(CredentialResult.accepted(USER));
                }

                assertThat(slow.get()).isEqualTo(CredentialResult.unavailable("no answer within 2000 ms"));
                assertThat(ask(backend, USER)).isEqualTo(CredentialResult.accepted(USER));
                await().atMost(60, TimeUnit.SECONDS).until(() -> heard.contains("CANCEL\t1"));
            }
            assertThat(servers.element().connections()).isEqualTo(1);
        }
    }

    @Nested
    @DisplayName("a mechanism that is relayed")
    class Relayed {
        @Test
        void isPlayedByDovecotMessageForMessage() throws Exception {
            try (DovecotBackend backend = asking(DovecotBackendTest::judge, LONG)) {
                assertThat(backend.relayed()).containsExactly("CRAM-MD5");
                RelayStep first = relay(backend, "CRAM-MD5", Optional.empty());
                assertThat(first.challenge()).hasValueSatisfying(challenge -> assertThat(challenge).isEqualTo(CHALLENGE));
                assertThat(first.verdict()).isEmpty();
                RelayStep second = next(first, "alice right".getBytes(UTF_8));
                assertThat(second.verdict()).contains(CredentialResult.accepted(USER));
                assertThat(second.challenge()).isEmpty();

                RelayStep refused = next(relay(backend, "CRAM-MD5", Optional.of(new byte[0])), "alice wrong".getBytes(UTF_8));
                assertThat(refused.verdict()).contains(CredentialResult.refused());
                assertThat(refused.claimed()).isEqualTo("alice");
                next(relay(backend, "CRAM-MD5", Optional.of("x".getBytes(UTF_8))), new byte[0]);
            }

            assertThat(heard.stream().skip(2)).containsExactly(
                "AUTH\t1\tCRAM-MD5\tservice=smtp\tsession=a1b2c3\trip=192.0.2.7\tsecured=tls", "CONT\t1\t" + base64("alice right"),
                "AUTH\t2\tCRAM-MD5\tservice=smtp\tsession=a1b2c3\trip=192.0.2.7\tsecured=tls\tresp=", "CONT\t2\t" + base64("alice wrong"),
                "AUTH\t3\tCRAM-MD5\tservice=smtp\tsession=a1b2c3\trip=192.0.2.7\tsecured=tls\tresp=" + base64("x"), "CONT\t3\t");
        }

        @Test
        void isOverWhenItsConnectionIs() throws Exception {
            try (DovecotBackend backend = asking(peer -> {
                if (peer.line().isPresent()) {
                    peer.say("CONT\t1\t" + Base64.getEncoder().encodeToString(CHALLENGE) + "\n");
                }
            }, LONG)) {
                RelayStep challenged = relay(backend, "CRAM-MD5", Optional.empty());
                await().atMost(60, TimeUnit.SECONDS).until(() -> servers.element().connections() > 1);

                assertThat(verdict(next(challenged, "alice right".getBytes(UTF_8))))
                    .isEqualTo(CredentialResult.unavailable("it has closed the connection"));
            }
            assertThat(heard).noneMatch(line -> line.startsWith("CONT"));
        }

        @Test
        void mayNotBeOffered() throws Exception {
            LoopbackServer server = LoopbackServer.serving(peer -> peer.say("VERSION\t1\t1\nMECH\tplain\nDONE\n").listen());
            servers.add(server);
            try (DovecotBackend backend = new DovecotBackend(settings(Map.of("address", address(server), "timeout", LONG,
                "relay", "cram-md5")), TestWorkers.busy())) {
                String lack = "it does not offer CRAM-MD5; add cram-md5 to its auth_mechanisms";
                assertThat(verdict(relay(backend, "CRAM-MD5", Optional.empty()))).isEqualTo(CredentialResult.unavailable(lack));
                assertThat(backend.check().toCompletableFuture().get(90, TimeUnit.SECONDS)).contains(lack);
            }
        }

        @Test
        void tellsNoSecret() throws Exception {
            try (LogCapture log = new LogCapture(); DovecotBackend backend = asking(DovecotBackendTest::judge, LONG)) {
                RelayStep challenged = relay(backend, "CRAM-MD5", Optional.of("unmistakable-1".getBytes(UTF_8)));
                RelayStep over = next(challenged, "alice unmistakable-2".getBytes(UTF_8));

                assertThat(log.text() + challenged + over)
                    .doesNotContain("unmistakable", base64("unmistakable-1"), base64("alice unmistakable-2"));
            }
        }
    }

    @Test
    void oneDaemonSpeaksWithDovecotFromTheFirstQuestionUntilTheEnd() throws Exception {
        DovecotBackend backend = new DovecotBackend(new BackendSettings("DovecotBackend", "alone",
            Map.of("address", address(serving(DovecotBackendTest::judge))), Path::of), TestWorkers.busy());
        assertThat(threads()).isEmpty();
        for (int i = 0; i < 10; i++) {
            ask(backend, USER);
        }
        assertThat(threads()).hasSize(1).allMatch(Thread::isDaemon);
        CompletableFuture<CredentialResult> open = begin(backend, "nobody answers");
        backend.close();

        assertThat(open.get(90, TimeUnit.SECONDS).isAccepted()).isFalse();
        await().atMost(60, TimeUnit.SECONDS).until(() -> threads().isEmpty());
        assertThat(ask(backend, USER)).isEqualTo(CredentialResult.unavailable("the backend is closed"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "timeout=1s | needs an element <address>",
        "address=localhost | has <address>localhost</address>; it can be host:port, or unix: and the absolute path of a socket",
        "address=localhost:0 | has <address>localhost:0</address>; it can be",
        "address=localhost:65536 | has <address>localhost:65536</address>; it can be",
        "address=::1:12345 | has <address>::1:12345</address>; it can be",
        "address=unix:auth-client | has <address>unix:auth-client</address>; it can be",
        "address=localhost:12345 relay=PLAIN | names in <relay> PLAIN, which cannot be relayed: Dovecot checks passwords in any case; "
            + "remove it",
        "address=localhost:12345 relay=CRAM-MD5,login | names in <relay> LOGIN, which cannot be relayed: Dovecot checks",
        "address=localhost:12345 relay=EXTERNAL | names in <relay> EXTERNAL, which cannot be relayed; name mechanisms by which",
        "address=localhost:12345 relay=anonymous | names in <relay> ANONYMOUS, which cannot be relayed; name mechanisms by which",
        "address=localhost:12345 relay=SCRAM-SHA-256-PLUS | names in <relay> SCRAM-SHA-256-PLUS, which cannot be relayed: it is bound to",
        "address=localhost:12345 relay=CRAM_MD5! | names in <relay> CRAM_MD5!, which cannot be relayed; name",
        "address=localhost:12345 adress=x | has an unknown element <adress>",
    })
    void aMistakeStopsTheStartWithOneSentence(String elements, String sentence) {
        Map<String, String> map = Arrays.stream(elements.split(" (?=\\w+=)")).map(element -> element.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));

        assertThatThrownBy(() -> new DovecotBackend(settings(map), TestWorkers.busy())).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith("<backend class=\"DovecotBackend\" name=\"dovecot\"> " + sentence);
    }

    @Test
    void takesAddressesOfAllKinds() throws Exception {
        for (String address : List.of("localhost:12345", "127.0.0.1:1", "[::1]:65535", "dovecot.example.org:12345",
            "unix:/run/dovecot/auth-client")) {
            new DovecotBackend(settings(Map.of("address", address)), TestWorkers.busy()).close();
        }
    }

    /** A refusal of Dovecot's may take that long, for a client that has failed often. */
    @Test
    void twentySecondsAreEnoughUnlessToldOtherwise() throws Exception {
        try (DovecotBackend backend = new DovecotBackend(settings(Map.of("address", "localhost:12345")), TestWorkers.busy());
             DovecotBackend other = new DovecotBackend(settings(Map.of("address", "localhost:12345", "timeout", "5s")),
                 TestWorkers.busy())) {
            assertThat(backend.timeLimit()).isEqualTo(Duration.ofSeconds(20));
            assertThat(other.timeLimit()).isEqualTo(Duration.ofSeconds(5));
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("smtp-guard-dovecot-alone-"))
            .collect(Collectors.toSet());
    }

    /** What Dovecot replies to an AUTH or a CONT of that number; nothing where it is empty. */
    private interface Reply {
        String to(String id, String[] fields);
    }

    private LoopbackServer serving(LoopbackServer.Script script) throws IOException {
        LoopbackServer server = LoopbackServer.serving(greeted(script));
        servers.push(server);
        return server;
    }

    private void again(LoopbackServer before, LoopbackServer.Script script) throws IOException {
        servers.push(LoopbackServer.onPort(before.port(), greeted(script)));
    }

    private LoopbackServer.Script greeted(LoopbackServer.Script script) {
        return peer -> {
            peer.overhearing(heard);
            peer.say(GREETING);
            peer.line();
            peer.line();
            script.serve(peer);
        };
    }

    private DovecotBackend asking(LoopbackServer.Script script, String timeout) throws IOException {
        return new DovecotBackend(settings(Map.of("address", address(serving(script)), "timeout", timeout, "relay", "cram-md5")),
            TestWorkers.busy());
    }

    private static void answer(Peer peer, Reply reply) throws IOException {
        for (Optional<String> line = peer.line(); line.isPresent(); line = peer.line()) {
            String[] fields = line.get().split("\t", -1);
            if (!fields[0].equals("CANCEL")) {
                String said = reply.to(fields[1], fields);
                peer.say(said.isEmpty() ? "" : said + "\n");
            }
        }
    }

    /** A Dovecot that knows the contract's user. */
    private static void judge(Peer peer) throws IOException {
        answer(peer, (id, fields) -> {
            if (fields[0].equals("CONT")) {
                return new String(Base64.getDecoder().decode(fields[2]), UTF_8).endsWith(" right") ? "OK\t" + id + "\tuser=" + USER
                    : "FAIL\t" + id + "\tuser=alice";
            }
            if (fields[2].equals("CRAM-MD5")) {
                return "CONT\t" + id + "\t" + Base64.getEncoder().encodeToString(CHALLENGE);
            }
            String[] message = message(fields);
            String user = message[1].toLowerCase(Locale.ROOT);
            return (user.equals(USER) && message[2].equals(PASSWORD) ? "OK\t" : "FAIL\t") + id + "\tuser=" + user;
        });
    }

    /** What PLAIN sends: nothing, the name, the password. */
    private static String[] message(String[] fields) {
        String base64 = fields[fields.length - 1].substring("resp=".length());
        return new String(Base64.getDecoder().decode(base64), UTF_8).split("\0", -1);
    }

    private static String name(String[] fields) {
        return message(fields)[1];
    }

    private static String address(LoopbackServer server) {
        return "localhost:" + server.port();
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("DovecotBackend", "dovecot", new TreeMap<>(elements), Path::of);
    }

    private static Credentials claim(Origin origin) {
        return Credentials.of(USER, Secret.of(PASSWORD)).from(origin);
    }

    private static CompletableFuture<CredentialResult> begin(CredentialBackend backend, String user) {
        return backend.verify(Credentials.of(user, Secret.of(PASSWORD))).toCompletableFuture();
    }

    private static CredentialResult ask(CredentialBackend backend, String user) throws Exception {
        return ask(backend, Credentials.of(user, Secret.of(PASSWORD)));
    }

    private static CredentialResult ask(CredentialBackend backend, Credentials credentials) throws Exception {
        return backend.verify(credentials).toCompletableFuture().get(90, TimeUnit.SECONDS);
    }

    private static RelayStep relay(DovecotBackend backend, String mechanism, Optional<byte[]> initialResponse) throws Exception {
        return backend.relay(mechanism, Origin.of(mechanism, Optional.of("192.0.2.7"), Optional.of("a1b2c3"), true), initialResponse)
            .toCompletableFuture().get(90, TimeUnit.SECONDS);
    }

    private static RelayStep next(RelayStep step, byte[] response) throws Exception {
        return step.respond(response).toCompletableFuture().get(90, TimeUnit.SECONDS);
    }

    private static CredentialResult verdict(RelayStep step) {
        return step.verdict().orElseThrow();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}

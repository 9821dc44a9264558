package org.smtpguard.backend.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashSet;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.backend.support.LoopbackServer;
import org.smtpguard.backend.support.LoopbackServer.Peer;
import org.smtpguard.credential.AsynchronousBackendContract;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.SelfSigned;

@Timeout(120)
class HttpBackendTest implements AsynchronousBackendContract {
    private static final String ACCEPTED = "{\"result\":\"accepted\"}";
    /** As long as no test is about time. */
    private static final String LONG = "60s";
    private static final String SHORT = "400ms";

    private static SelfSigned localhost;

    @TempDir
    private Path directory;
    private WebService service;

    @BeforeAll
    static void makeACertificate() throws Exception {
        localhost = SelfSigned.naming("localhost");
    }

    @BeforeEach
    void serve() throws IOException {
        service = new WebService(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Override
    public CredentialBackend backend(Workers workers) {
        return new HttpBackend(settings(Map.of("url", service.url(), "timeout", LONG)), workers);
    }

    @Nested
    @DisplayName("over TLS")
    class OverTls implements AsynchronousBackendContract {
        @BeforeEach
        void serve() throws Exception {
            service.close();
            service = tlsService(localhost);
        }

        @Override
        public CredentialBackend backend(Workers workers) throws Exception {
            return new HttpBackend(settings(trusting(localhost)), workers);
        }

        @Test
        void asksNobodyWhoseCertificateItDoesNotTrust() throws Exception {
            for (Map<String, String> elements : List.of(Map.of("url", service.url(), "timeout", LONG),
                trusting(SelfSigned.naming("localhost")))) {
                try (CredentialBackend backend = new HttpBackend(settings(elements), TestWorkers.busy())) {
                    CredentialResult result = ask(backend, PASSWORD);

                    assertThat(result.kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
                    assertThat(result.reason()).startsWith("javax.net.ssl.SSL");
                }
            }
            assertThat(service.requests).isEmpty();
        }

        @Test
        void asksNobodyWhoseCertificateNamesAnother() throws Exception {
            service.close();
            SelfSigned other = SelfSigned.naming("auth.example.org", "127.0.0.2");
            service = tlsService(other);

            try (CredentialBackend backend = new HttpBackend(settings(trusting(other)), TestWorkers.busy())) {
                assertThat(ask(backend, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
            }
            assertThat(service.requests).isEmpty();
        }

        @Test
        void knowsAnAddressOfVersion6() throws Exception {
            service.close();
            SelfSigned address = SelfSigned.naming("auth.example.org", "::1");
            service = tlsService(address, loopback6());

            try (CredentialBackend backend = new HttpBackend(settings(trusting(address)), TestWorkers.busy())) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            }
            assertThat(service.requests.element().headers).containsEntry("Host", "[::1]:" + service.port());
        }

        private InetAddress loopback6() throws IOException {
            InetAddress address = InetAddress.getByName("::1");
            assumeThat(NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)).as("this machine speaks IPv6")
                .contains(address);
            return address;
        }

        private Map<String, String> trusting(SelfSigned server) throws Exception {
            return Map.of("url", service.url(), "timeout", LONG,
                "trustStore", server.certificateTo(directory.resolve("trusted.pem")).toString());
        }
    }

    @Nested
    @DisplayName("a question")
    class AQuestion {
        @Test
        void tellsWhoAsksFromWhere() throws Exception {
            try (CredentialBackend backend = backend(TestWorkers.busy())) {
                ask(backend, Credentials.of(USER, Secret.of(PASSWORD))
                    .from(Origin.of("LOGIN", Optional.of("192.0.2.7"), Optional.of("a1b2c3"), true)));
                ask(backend, Credentials.of("\"quoted\"\n@localhost", Secret.of("\\ \"")));
            }

            assertThat(service.requests).extracting(request -> request.method + " " + request.path).containsOnly("POST /auth/smtp");
            assertThat(service.requests).allSatisfy(request -> assertThat(request.headers).containsEntry("Content-type", "application/json")
                .doesNotContainKeys("Authorization", "X-smtpguard-signature", "Upgrade"));
            assertThat(service.requests).extracting(request -> request.body).containsExactly(
                "{\"username\":\"" + USER + "\",\"password\":\"" + PASSWORD + "\",\"mechanism\":\"LOGIN\",\"remoteIp\":\"192.0.2.7\","
                    + "\"sessionId\":\"a1b2c3\",\"tls\":true}",
                "{\"username\":\"\\\"quoted\\\"\\n@localhost\",\"password\":\"\\\\ \\\"\",\"mechanism\":\"PLAIN\",\"remoteIp\":null,"
                    + "\"sessionId\":null,\"tls\":true}");
        }

        @Test
        void isNotPutWhereThePasswordIsNotUtf8() throws Exception {
            try (CredentialBackend backend = backend(TestWorkers.busy())) {
                assertThat(ask(backend, Credentials.of(USER, Secret.of(new byte[] {'p', (byte) 0xff}))))
                    .isEqualTo(CredentialResult.refused());
            }
            assertThat(service.requests).isEmpty();
        }

        @Test
        void isPutOnceOverAConnectionOfItsOwn() throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                while (request(peer).isPresent()) {
                    peer.say(response("200 OK", ACCEPTED));
                }
            }); CredentialBackend backend = asking(server, LONG)) {
                for (int i = 1; i <= 20; i++) {
                    assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                    assertThat(server.connections()).isEqualTo(i);
                }
            }
        }

        /** Whether the server has heard it, and counted a wrong password, nobody knows. */
        @Test
        void isNotPutAgainWhenTheServerHangsUp() throws Exception {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            try (LoopbackServer server = LoopbackServer.serving(peer -> request(peer).ifPresent(heard::add));
                 CredentialBackend backend = asking(server, LONG)) {
                for (int i = 1; i <= 10; i++) {
                    assertThat(ask(backend, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
                }
                assertThat(heard).hasSize(10);
                assertThat(server.connections()).isEqualTo(10);
            }
        }

        @Test
        void takesNoWayThatTheJvmTakesForOthers() throws Exception {
            ProxySelector before = ProxySelector.getDefault();
            Queue<URI> asked = new ConcurrentLinkedQueue<>();
            ProxySelector.setDefault(new ProxySelector() {
                @Override
                public List<Proxy> select(URI uri) {
                    asked.add(uri);
                    return List.of(Proxy.NO_PROXY);
                }

                @Override
                public void connectFailed(URI uri, SocketAddress address, IOException fault) {
                    asked.add(uri);
                }
            });
            try (CredentialBackend backend = backend(TestWorkers.busy())) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            } finally {
                ProxySelector.setDefault(before);
            }
            assertThat(asked).isEmpty();
        }

        @Test
        void endsWhenNobodyWaitsForItAnyMore() throws Exception {
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch left = new CountDownLatch(1);
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
                asked.countDown();
                peer.listen();
                left.countDown();
            }); CredentialBackend backend = asking(server, LONG)) {
                CompletableFuture<CredentialResult> answer = begin(backend);
                assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
                answer.cancel(false);

                assertThat(left.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Nested
    @DisplayName("an answer")
    class AnAnswer {
        @ParameterizedTest(name = "{0} {1}")
        @CsvSource(delimiter = '|', nullValues = "-", value = {
            "200 | {\"result\":\"accepted\"} | ACCEPTED | alice@localhost",
            "200 | {\"result\":\"accepted\",\"username\":null} | ACCEPTED | alice@localhost",
            "200 | {\"result\":\"accepted\",\"username\":\"alice@example.org\"} | ACCEPTED | alice@example.org",
            "200 | {\"more\":{\"result\":[1]},\"result\":\"accepted\",\"quota\":17} | ACCEPTED | alice@localhost",
            "200 | {\"result\":\"accepted\",\"username\":\"\"} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":{}} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":false} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":7} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":[\"alice\"]} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":\" \"} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":\"alice\\u0000\"} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":\"\\ud800\"} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\",\"username\":\"a\",\"username\":\"b\"} | UNAVAILABLE | -",
            "200 | {\"result\":{\"result\":\"accepted\"}} | UNAVAILABLE | -",
            "200 | {\"result\":null} | UNAVAILABLE | -",
            "200 | {\"result\":\"refused\"} | REFUSED | -",
            "200 | {\"result\":\"unknown\"} | UNKNOWN | -",
            "200 | {\"result\":\"disabled\"} | DISABLED | -",
            "200 | {\"result\":\"expired\"} | EXPIRED | -",
            "200 | {\"result\":\"Accepted\"} | UNAVAILABLE | -",
            "200 | {\"result\":true} | UNAVAILABLE | -",
            "200 | {\"result\":[\"accepted\"]} | UNAVAILABLE | -",
            "200 | {\"status\":\"accepted\"} | UNAVAILABLE | -",
            "200 | {\"result\":\"refused\",\"result\":\"accepted\"} | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\"} <br> | UNAVAILABLE | -",
            "200 | {\"result\":\"accepted\" | UNAVAILABLE | -",
            "200 | \"accepted\" | UNAVAILABLE | -",
            "200 | [] | UNAVAILABLE | -",
            "200 | <html>accepted</html> | UNAVAILABLE | -",
            "200 | - | UNAVAILABLE | -",
            "201 | {\"result\":\"accepted\"} | UNAVAILABLE | -",
            "204 | - | UNAVAILABLE | -",
            "302 | {\"result\":\"accepted\"} | UNAVAILABLE | -",
            "307 | - | UNAVAILABLE | -",
            "400 | {\"result\":\"refused\"} | UNAVAILABLE | -",
            "401 | - | REFUSED | -",
            "401 | {\"result\":\"accepted\"} | REFUSED | -",
            "403 | - | REFUSED | -",
            "404 | {\"result\":\"unknown\"} | UNAVAILABLE | -",
            "407 | - | UNAVAILABLE | -",
            "500 | {\"result\":\"accepted\"} | UNAVAILABLE | -",
            "503 | - | UNAVAILABLE | -",
        })
        void isReadAsItsPageSays(int status, String body, Kind kind, String username) throws Exception {
            service.answer = question -> new Answer(status, Optional.ofNullable(body).orElse(""));
            try (CredentialBackend backend = backend(TestWorkers.busy())) {
                CredentialResult result = ask(backend, PASSWORD);

                assertThat(result.kind()).isEqualTo(kind);
                assertThat(result.isAccepted() ? result.username() : null).isEqualTo(username);
            }
            assertThat(service.requests).as("a redirection is not followed").hasSize(1);
        }

        @ParameterizedTest
        @ValueSource(ints = {400, 404, 407, 408, 409, 410, 413, 414, 422, 423, 429, 451})
        void isAboutThisUserWhereItIsAClientError(int status) throws Exception {
            service.answer = question -> new Answer(status, "");
            try (CredentialBackend backend = backend(TestWorkers.busy())) {
                CredentialResult result = ask(backend, PASSWORD);

                assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(result.isForThisUser()).isTrue();
            }
        }

        @Test
        void isOverWhenItsJsonIs() throws Exception {
            for (String framing : List.of("Content-Length: 1000\r\n\r\n" + ACCEPTED, "\r\n" + ACCEPTED,
                "Transfer-Encoding: chunked\r\n\r\n15\r\n" + ACCEPTED + "\r\n")) {
                try (LoopbackServer server = LoopbackServer.serving(peer -> {
                    request(peer);
                    peer.say("HTTP/1.1 200 OK\r\n" + framing).listen();
                }); CredentialBackend backend = asking(server, LONG)) {
                    assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                }
            }
        }

        @Test
        void mayComeOctetByOctet() throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                for (char octet : response("200 OK", "{\"a\":{},\"name\":\"\u00c3\u00bc\",\"result\":\"accepted\"}\n").toCharArray()) {
                    peer.say(String.valueOf(octet));
                }
                peer.listen();
            }); CredentialBackend backend = asking(server, LONG)) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            }
        }

        @Test
        void isNotReadBeyondWhatAnswersAreLike() throws Exception {
            String padding = "x".repeat(HttpAnswerReader.MAX_LENGTH - 100);
            service.answer = question -> new Answer(200, "{\"padding\":\"" + padding + "\",\"result\":\"accepted\"}");
            try (CredentialBackend backend = backend(TestWorkers.busy())) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            }
            CountDownLatch left = new CountDownLatch(1);
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say("HTTP/1.1 200 OK\r\n\r\n{\"padding\":\"" + padding + "x".repeat(200));
                peer.listen();
                left.countDown();
            }); CredentialBackend backend = asking(server, LONG)) {
                assertThat(ask(backend, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(left.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }

        /** Its connection is over with each answer, of which HTTP/1.0 need not tell. */
        @ParameterizedTest
        @ValueSource(strings = {"HTTP/1.0 200 OK\r\n\r\n" + ACCEPTED, "HTTP/1.0 200 OK\r\nContent-Length: 21\r\n\r\n" + ACCEPTED,
            "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n" + ACCEPTED,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n" + ACCEPTED + "\r\n0\r\n\r\n"})
        void mayBeTheLastOfItsConnectionWithoutAWord(String answer) throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say(answer);
            }); CredentialBackend backend = asking(server, LONG)) {
                for (int i = 0; i < 200; i++) {
                    assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                }
            }
        }
    }

    @Nested
    @DisplayName("a fault of the server's is no \"no\"")
    class AFault {
        @Test
        void thatItIsDownAndItIsAskedAgainWhenItIsBack() throws Exception {
            LoopbackServer.Script accepting = peer -> {
                request(peer);
                peer.say(response("200 OK", ACCEPTED));
            };
            LoopbackServer first = LoopbackServer.serving(accepting);
            int port = first.port();
            first.close();
            String reason = "java.net.ConnectException, connecting to 127.0.0.1:" + port;
            try (CredentialBackend backend = asking(port, LONG)) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.unavailable(reason));
                assertThat(check(backend)).contains(reason);
                LoopbackServer second = LoopbackServer.onPort(port, accepting);
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                second.close();
                assertThat(ask(backend, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"result\":\"acc", "HTTP/1.1 200 OK\r\n\r\n{\"result\":\"acc"})
        void thatItSaysNothingOrNoMore(String beginning) throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say(beginning).listen();
            }); CredentialBackend backend = asking(server, SHORT)) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.unavailable("no answer within 400 ms"));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"result\":\"acc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n{\"result\":"})
        void thatItCutsItsAnswer(String beginning) throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say(beginning);
            }); CredentialBackend backend = asking(server, LONG)) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.unavailable("it closed the connection before its"
                    + " answer was complete"));
            }
        }

        @Test
        void thatItEndsAnAnswerWithoutALengthTooEarly() throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say("HTTP/1.1 200 OK\r\n\r\n{\"result\":\"acc");
            }); CredentialBackend backend = asking(server, LONG)) {
                // Without a length the end of the connection ends the answer; JDKs differ in whether they report an early one.
                assertThat(ask(backend, PASSWORD)).isIn(
                    CredentialResult.unavailable("it answered 200 without a valid JSON object"),
                    CredentialResult.unavailable("it closed the connection before its answer was complete"));
            }
        }

        /** Nor is it listened to any longer. */
        @ParameterizedTest
        @ValueSource(strings = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "220 mail.example.org ESMTP\r\n",
            "\0\1\2\3\r\n\r\n", "HTTP/9.9 twohundred\r\n\r\n" + ACCEPTED, "HTTP/1.1 200 OK\r\nno header\r\n\r\n" + ACCEPTED})
        void thatItTalksRubbish(String rubbish) throws Exception {
            CountDownLatch left = new CountDownLatch(1);
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say(rubbish).listen();
                left.countDown();
            }); CredentialBackend backend = asking(server, LONG)) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.unavailable("its answer is not HTTP/1.1"));
                assertThat(left.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }

        @Test
        void thatItSpeaksTlsWhereNoneIsSpokenToIt() throws Exception {
            try (WebService secure = tlsService(localhost);
                 CredentialBackend backend = new HttpBackend(settings(Map.of("url", secure.url().replace("https", "http"),
                     "timeout", LONG)), TestWorkers.busy())) {
                CredentialResult result = ask(backend, PASSWORD);

                // What the JDK's server does with clear text, and so the words, differ from JDK to JDK.
                assertThat(result.kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
                assertThat(result.reason()).isNotBlank().doesNotContain(PASSWORD);
            }
        }

        @Test
        void thatItSpeaksNoTls() throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> peer.say(response("400 Bad Request", "")).listen());
                 CredentialBackend backend = new HttpBackend(settings(Map.of("url", "https://localhost:" + server.port() + "/",
                     "timeout", LONG)), TestWorkers.busy())) {
                CredentialResult result = ask(backend, PASSWORD);

                assertThat(result.kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
                assertThat(result.reason()).startsWith("javax.net.ssl.SSL");
            }
        }

        @Test
        void thatItsNameIsNotKnown() throws Exception {
            try (CredentialBackend backend = new HttpBackend(settings(Map.of("url", "http://nowhere.invalid/", "timeout", LONG)),
                TestWorkers.busy())) {
                assertThat(ask(backend, PASSWORD))
                    .isEqualTo(CredentialResult.unavailable("java.net.UnknownHostException, connecting to nowhere.invalid:80"));
            }
        }

        /** As deep as may be: whoever reads it goes on to read others. */
        @ParameterizedTest
        @ValueSource(strings = {"[", "{\"a\":"})
        void thatItsJsonHasNoBottom(String deeper) throws Exception {
            try (CredentialBackend backend = backend(TestWorkers.busy())) {
                for (int i = 0; i < 10; i++) {
                    service.answer = question -> new Answer(200, deeper.repeat(HttpAnswerReader.MAX_LENGTH / deeper.length() - 1) + "}");
                    assertThat(ask(backend, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
                }
                service.answer = question -> new Answer(200, ACCEPTED);
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            }
        }

        @Test
        void thatItTalksAboutSomethingElseForEver() throws Exception {
            try (LoopbackServer server = LoopbackServer.serving(peer -> {
                request(peer);
                peer.say("HTTP/1.1 200 OK\r\n");
                while (true) {
                    peer.say("X-More: and more\r\n");
                }
            }); CredentialBackend backend = asking(server, SHORT)) {
                assertThat(ask(backend, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
            }
        }
    }

    @Nested
    @DisplayName("James tells the server who it is")
    class Identified {
        @Test
        void byABearerToken() throws Exception {
            assertThat(headers(Map.of("bearerToken", "t0ken-of.James~"))).containsEntry("Authorization", "Bearer t0ken-of.James~");
        }

        @Test
        void byUserAndPassword() throws Exception {
            assertThat(headers(Map.of("user", "james", "password", "söcrét:")))
                .containsEntry("Authorization", "Basic " + base64("james:söcrét:"));
        }

        /** {@code openssl dgst -sha256 -hmac} agrees. */
        @Test
        void byASignatureOverTimeAndBodyAsOnItsPage() throws Exception {
            String signature = "t=1700000000,sha256=c57255aaedf57c031beff97af5102b67b9a32d62ca2593014d23572c047358de";
            HttpRequest request = new BasicHttpRequest("POST", URI.create("http://localhost/"));
            Clock clock = Clock.fixed(Instant.ofEpochSecond(1700000000), ZoneOffset.UTC);

            HttpIdentification.signed("k3y-of-James".getBytes(UTF_8), clock)
                .addTo(request, "{\"username\":\"alice@localhost\"}".getBytes(UTF_8));

            assertThat(request.getHeader("X-SmtpGuard-Signature").getValue()).isEqualTo(signature);
            assertThat(Files.readString(Path.of("docs/backends/http.md"))).contains("X-SmtpGuard-Signature: " + signature,
                "k3y-of-James", "{\"username\":\"alice@localhost\"}");
        }

        @Test
        void byASignatureOfWhatItReallySends() throws Exception {
            Map<String, String> headers = headers(Map.of("hmacKey", "k3y-of-James"));
            String signature = headers.get("X-smtpguard-signature");
            Instant signed = Instant.ofEpochSecond(Long.parseLong(signature.replaceFirst("t=(\\d+),.*", "$1")));

            HttpRequest again = new BasicHttpRequest("POST", URI.create("http://localhost/"));
            HttpIdentification.signed("k3y-of-James".getBytes(UTF_8), Clock.fixed(signed, ZoneOffset.UTC))
                .addTo(again, service.requests.element().body.getBytes(UTF_8));
            assertThat(again.getHeader("X-SmtpGuard-Signature").getValue()).isEqualTo(signature);
            assertThat(signed).isBetween(Instant.now().minusSeconds(120), Instant.now());
        }

        @Test
        void andNobodyElse() throws Exception {
            try (LogCapture log = new LogCapture()) {
                StringBuilder told = new StringBuilder();
                for (Map<String, String> own : List.of(Map.of("bearerToken", "unmistakable-1"), Map.of("user", "james",
                    "password", "unmistakable-2"), Map.of("hmacKey", "unmistakable-3"))) {
                    service.answer = question -> new Answer(500, "unmistakable-4");
                    try (CredentialBackend backend = identified(own)) {
                        told.append(backend).append(ask(backend, PASSWORD)).append(check(backend));
                    }
                }
                assertThat(told.append(log.text())).doesNotContain("unmistakable");
            }
        }

        private Map<String, String> headers(Map<String, String> own) throws Exception {
            try (CredentialBackend backend = identified(own)) {
                assertThat(ask(backend, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            }
            return service.requests.element().headers;
        }

        private CredentialBackend identified(Map<String, String> own) {
            Map<String, String> elements = new TreeMap<>(own);
            elements.putAll(Map.of("url", service.url(), "timeout", LONG));
            return new HttpBackend(settings(elements), TestWorkers.busy());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "200 | -", "204 | -", "404 | -", "405 | -", "500 | -", "501 | -",
        "401 | it rejects James itself (401): check <bearerToken>, <user> and <password>, or <hmacKey>",
        "403 | it rejects James itself (403): check <bearerToken>, <user> and <password>, or <hmacKey>",
        "502 | it answered 502", "503 | it answered 503", "504 | it answered 504"})
    void aCheckAsksForNobody(int status, String flaw) throws Exception {
        service.answer = question -> new Answer(status, "");
        try (CredentialBackend backend = backend(TestWorkers.busy())) {
            assertThat(check(backend)).isEqualTo(Optional.ofNullable(flaw));
        }
        assertThat(service.requests).extracting(request -> request.method + request.body).containsExactly("HEAD");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "timeout=1s | needs an element <url>",
        "url=auth.example.org | has a <url> that is not an http or https URL with a host",
        "url=ftp://auth.example.org/ | has a <url> that is not an http or https URL with a host",
        "url=https:///path | has a <url> that is not an http or https URL with a host",
        "url=https://a b/ | has a <url> that is not an http or https URL with a host",
        "url=https://james:unmistakable@auth.example.org/ | has a <url> that is not an http or https URL with a host; write for example "
            + "https://auth.example.org/smtp, and credentials in <user> and <password>",
        "url=https://localhost/ user=james | needs both <user> and <password>, or neither",
        "url=https://localhost/ password=unmistakable | needs both <user> and <password>, or neither",
        "url=https://localhost/ bearerToken=a hmacKey=b | has more than one of <bearerToken>, <user> with <password>, and <hmacKey>; "
            + "keep one",
        "url=https://localhost/ bearerToken=unmistakable\u00fc | has a <bearerToken> that is not allowed in a header",
        "url=https://localhost/ user=j:unmistakable password=b | has a <user> with a colon in it",
        "url=http://localhost/ trustStore=conf/truststore | has a <trustStore>, and a <url> without TLS",
        "url=https://localhost/ trustStore=nowhere.pem | cannot read the certificates in nowhere.pem",
        "url=https://localhost/ adress=x | has an unknown element <adress>",
    })
    void aMistakeStopsTheStartWithOneSentence(String elements, String sentence) {
        Map<String, String> map = List.of(elements.split(" (?=\\w+=)")).stream().map(element -> element.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));

        assertThatThrownBy(() -> new HttpBackend(settings(map), TestWorkers.busy())).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith("<backend class=\"HttpBackend\" name=\"web\"> " + sentence).hasMessageNotContaining("unmistakable");
    }

    @Test
    void twoSecondsAreEnoughUnlessToldOtherwise() {
        assertThat(new HttpBackend(settings(Map.of("url", service.url())), TestWorkers.busy()).timeLimit())
            .isEqualTo(Duration.ofSeconds(2));
        assertThat(backend(TestWorkers.busy()).timeLimit()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void manyAreAskedAtOnceAndNoThreadWaits() throws Exception {
        CountDownLatch all = new CountDownLatch(100);
        CountDownLatch seen = new CountDownLatch(1);
        Set<Thread> before = threads();
        try (LoopbackServer server = LoopbackServer.serving(peer -> {
            request(peer);
            all.countDown();
            awaited(seen);
            peer.say(response("200 OK", ACCEPTED));
        }); CredentialBackend backend = asking(server, LONG)) {
            List<CompletableFuture<CredentialResult>> answers = IntStream.range(0, 100)
                .mapToObj(i -> begin(backend)).collect(Collectors.toList());
            assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
            // On two processors the JDK takes a thread for each step between stages, and lets it go at once.
            await().pollInSameThread().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
                Set<Thread> meanwhile = new HashSet<>(threads());
                meanwhile.removeAll(before);
                assertThat(meanwhile.stream().filter(thread -> !thread.getName().equals("loopback-server")))
                    .hasSizeLessThanOrEqualTo(2 * Math.max(2, Runtime.getRuntime().availableProcessors()) + 2).allMatch(Thread::isDaemon);
            });

            seen.countDown();
            for (CompletableFuture<CredentialResult> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(CredentialResult.accepted(USER));
            }
        }
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        Set<Thread> before = threads();
        try (CredentialBackend backend = backend(TestWorkers.busy())) {
            ask(backend, PASSWORD);
            assertThat(ours(before)).isNotEmpty();
        }
        await().atMost(60, TimeUnit.SECONDS).until(() -> ours(before).isEmpty());
    }

    @Test
    void closedItHearsTheLastAnswerAndAsksNobodyAnyMore() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        try (LoopbackServer server = LoopbackServer.serving(peer -> {
            request(peer);
            asked.countDown();
            awaited(closed);
            peer.say(response("200 OK", ACCEPTED));
        })) {
            CredentialBackend backend = asking(server, LONG);
            CompletableFuture<CredentialResult> answer = begin(backend);
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            backend.close();
            closed.countDown();

            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(CredentialResult.accepted(USER));
            assertThat(ask(backend, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(server.connections()).isOne();
        }
    }

    private static List<String> ours(Set<Thread> before) {
        return threads().stream().filter(thread -> !before.contains(thread)).map(Thread::getName)
            .filter(name -> name.startsWith("requester-dispatch-") || name.startsWith("smtp-guard-http-web")).collect(Collectors.toList());
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static CredentialBackend asking(LoopbackServer server, String timeout) {
        return asking(server.port(), timeout);
    }

    private static CredentialBackend asking(int port, String timeout) {
        return new HttpBackend(settings(Map.of("url", "http://127.0.0.1:" + port + "/", "timeout", timeout)), TestWorkers.busy());
    }

    /** Reads one request, whole; empty when there is none. */
    private static Optional<String> request(Peer peer) throws IOException {
        int length = 0;
        StringBuilder request = new StringBuilder();
        for (Optional<String> line = peer.line(); line.isPresent(); line = peer.line()) {
            if (line.get().isEmpty()) {
                return Optional.of(request.append(peer.octets(length)).toString());
            }
            request.append(line.get()).append('\n');
            if (line.get().toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.get().substring("content-length:".length()).trim());
            }
        }
        return Optional.empty();
    }

    private static String response(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static CompletableFuture<CredentialResult> begin(CredentialBackend backend) {
        return backend.verify(Credentials.of(USER, Secret.of(PASSWORD))).toCompletableFuture();
    }

    private static CredentialResult ask(CredentialBackend backend, String password) throws Exception {
        return ask(backend, Credentials.of(USER, Secret.of(password)));
    }

    private static CredentialResult ask(CredentialBackend backend, Credentials credentials) throws Exception {
        return backend.verify(credentials).toCompletableFuture().get(90, TimeUnit.SECONDS);
    }

    private static Optional<String> check(CredentialBackend backend) throws Exception {
        return backend.check().toCompletableFuture().get(90, TimeUnit.SECONDS);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("HttpBackend", "web", elements, Path::of);
    }

    private WebService tlsService(SelfSigned server) throws Exception {
        return tlsService(server, InetAddress.getLoopbackAddress());
    }

    private WebService tlsService(SelfSigned server, InetAddress address) throws Exception {
        HttpsServer https = HttpsServer.create(new InetSocketAddress(address, 0), 100);
        https.setHttpsConfigurator(new HttpsConfigurator(server.context()));
        return new WebService(https);
    }

    private static final class Answer {
        private final int status;
        private final String body;

        private Answer(int status, String body) {
            this.status = status;
            this.body = body;
        }
    }

    private static final class Request {
        private final String method;
        private final String path;
        private final Map<String, String> headers = new TreeMap<>();
        private final String body;

        private Request(HttpExchange exchange) throws IOException {
            method = exchange.getRequestMethod();
            path = exchange.getRequestURI().toString();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, String.join(",", values)));
            body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        }
    }

    /** A web service as an operator would write it: it knows the contract's user. */
    private static final class WebService implements AutoCloseable {
        private final HttpServer server;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
        private volatile Function<JsonNode, Answer> answer = WebService::judge;

        private WebService(HttpServer server) {
            this.server = server;
            server.createContext("/auth", this::handle);
            server.setExecutor(threads);
            server.start();
        }

        private String url() {
            String host = server.getAddress().getAddress() instanceof Inet6Address ? "[::1]" : "localhost";
            return (server instanceof HttpsServer ? "https" : "http") + "://" + host + ":" + port() + "/auth/smtp";
        }

        private int port() {
            return server.getAddress().getPort();
        }

        private void handle(HttpExchange exchange) throws IOException {
            try {
                Request request = new Request(exchange);
                requests.add(request);
                boolean isHead = request.method.equals("HEAD");
                Answer said = answer.apply(new ObjectMapper().readTree(isHead ? "{}" : request.body));
                byte[] body = said.body.getBytes(UTF_8);
                exchange.getResponseHeaders().add("Location", "/auth/elsewhere");
                exchange.sendResponseHeaders(said.status, isHead || said.status == 204 ? -1 : body.length);
                if (!isHead) {
                    exchange.getResponseBody().write(body);
                }
            } finally {
                exchange.close();
            }
        }

        private static Answer judge(JsonNode question) {
            String username = question.path("username").asText().toLowerCase(Locale.ROOT);
            String result = !username.equals(USER) ? "unknown"
                : question.path("password").asText().equals(PASSWORD) ? "accepted" : "refused";
            return new Answer(200, "{\"result\":\"" + result + "\",\"username\":\"" + username + "\"}");
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}

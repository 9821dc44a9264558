package org.smtpguard.backend.imap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.backend.imap.ScriptedImapServer.honest;
import static org.smtpguard.backend.imap.ScriptedImapServer.playing;
import static org.smtpguard.backend.imap.ScriptedImapServer.underTls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.backend.imap.ScriptedImapServer.Judge;
import org.smtpguard.backend.imap.ScriptedImapServer.Script;
import org.smtpguard.credential.BackendSettings;
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

@Timeout(60)
class ImapBackendTest implements ImapContract {
    private static final Judge ALICE = (user, password) -> user.equals(USER) && password.equals(PASSWORD)
        ? "OK Logged in" : "NO [AUTHENTICATIONFAILED] Authentication failed.";
    private static final String SASL_IR = "SASL-IR AUTH=PLAIN";

    @TempDir
    private static Path directory;
    private static SelfSigned trusted;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @BeforeAll
    static void certify() throws Exception {
        trusted = SelfSigned.naming("localhost", "127.0.0.1");
        trusted.certificateTo(directory.resolve("trusted.pem"));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        // Whatever a server did, no worker is left waiting for it.
        pool.shutdown();
        assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public ImapBackend backend(Workers workers) throws Exception {
        return backend(server(underTls(trusted.context(), honest(SASL_IR, ALICE))), workers, "imaps", Map.of());
    }

    // How it asks

    @ParameterizedTest
    @ValueSource(strings = {SASL_IR, "AUTH=PLAIN", "AUTH=GSSAPI", "LOGINDISABLED AUTH=PLAIN", "sasl-ir auth=plain"})
    void logsInByWhicheverWayIsOffered(String capabilities) throws Exception {
        ScriptedImapServer server = server(honest(capabilities, ALICE));

        assertThat(ask(server, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
        assertThat(ask(server, USER, WRONG_PASSWORD)).isEqualTo(CredentialResult.refused());
    }

    @Test
    void asksForNothingButALogInAndTakesLeave() throws Exception {
        ScriptedImapServer server = server(honest("", ALICE));

        ask(server, USER, PASSWORD);

        awaitHeard(server, "a3 LOGOUT");
        assertThat(server.heard()).containsExactly("a1 CAPABILITY", "a2 LOGIN {15}", USER, " {26}", PASSWORD, "", "a3 LOGOUT");
    }

    @Test
    void sendsThePasswordOnlyWhenItIsAskedForIt() throws Exception {
        ScriptedImapServer server = server(client -> {
            client.say("* OK ready").hear();
            client.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN", "a1 OK").hear();
            client.say("a2 NO [PRIVACYREQUIRED] not here");
            client.hearTheEnd();
        });

        assertThat(ask(server, USER, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
        awaitHeard(server, "a3 LOGOUT");
        assertThat(server.heard()).containsExactly("a1 CAPABILITY", "a2 AUTHENTICATE PLAIN", "a3 LOGOUT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "\\", "pass word", "{3}", "{3+}", "*", " a b ", "%s%n", "пароль", "päss\"w\\örd{2}", "\t\b\u001b"})
    void takesNoCharacterOfAPasswordOrANameForAnythingElse(String odd) throws Exception {
        for (String capabilities : List.of(SASL_IR, "AUTH=PLAIN", "")) {
            ScriptedImapServer server = server(honest(capabilities,
                (user, password) -> user.equals("x" + odd.strip()) && password.equals(odd) ? "OK" : "NO"));

            assertThat(ask(server, "x" + odd.strip(), odd).isAccepted()).as(capabilities).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\na9 DELETE INBOX", "x\ny", "x\ry", "x\0y", "\n"})
    void neverSendsWhatWouldEndALine(String odd) throws Exception {
        ScriptedImapServer server = server(honest("", (user, password) -> "OK"));

        assertThat(ask(server, odd, PASSWORD)).isEqualTo(CredentialResult.refused());
        assertThat(ask(server, USER, odd)).isEqualTo(CredentialResult.refused());
        assertThat(server.connections()).isZero();
    }

    // What it makes of the answer

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "OK Logged in | ACCEPTED",
        "OK | ACCEPTED",
        "ok [CAPABILITY IMAP4rev1 IDLE] Logged in | ACCEPTED",
        "NO [AUTHENTICATIONFAILED] Authentication failed. | REFUSED",
        "NO [AUTHORIZATIONFAILED] No | REFUSED",
        "NO LOGIN failed. | REFUSED",
        "NO | REFUSED",
        "no [authenticationfailed] | REFUSED",
        "NO [ALERT] Please log in via your web browser | REFUSED",
        "NO [REFERRAL imap://alice;AUTH=*@other.example.org/] Remote Server | UNAVAILABLE",
        "NO [REFERRAL imap://[2001:db8::1]/] Remote Server | UNAVAILABLE",
        "NO [TEMPFAIL] | UNAVAILABLE",
        "NO [THROTTLED] | UNAVAILABLE",
        "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure) | UNAVAILABLE",
        "NO [WEBALERT https://accounts.example.org/x] Web login required. | UNAVAILABLE",
        "NO [ALERT] Invalid credentials (Failure) | REFUSED",
        "NO [ALERT] Too many simultaneous connections. (Failure) | UNAVAILABLE",
        "NO Server Unavailable. 15 | UNAVAILABLE",
        "NO Temporary problem, please try again later | UNAVAILABLE",
        "NO alice: temporary problem | REFUSED",
        "NO [NOPERM] Access denied | DISABLED",
        "NO [NONEXISTENT] | REFUSED",
        "NO [X-WHATEVER with arguments] text | REFUSED",
        "NO [EXPIRED] Your password is of last year | EXPIRED",
        "NO [UNAVAILABLE] Temporary authentication failure. | UNAVAILABLE",
        "NO [unavailable] | UNAVAILABLE",
        "NO [SERVERBUG] | UNAVAILABLE",
        "NO [INUSE] | UNAVAILABLE",
        "NO [LIMIT] Too many connections | UNAVAILABLE",
        "NO [CONTACTADMIN] | UNAVAILABLE",
        "NO [PRIVACYREQUIRED] Plaintext authentication disallowed | UNAVAILABLE",
        "NO [CLIENTBUG] | UNAVAILABLE",
        "NO [CORRUPTION] | UNAVAILABLE",
        "BAD Error in IMAP command | UNAVAILABLE",
        "BYE | UNAVAILABLE",
        "MAYBE | UNAVAILABLE",
        "OKAY | UNAVAILABLE",
        "NOT you | UNAVAILABLE",
    })
    void readsTheVerdictAndItsCode(String answer, Kind kind) throws Exception {
        for (String capabilities : List.of(SASL_IR, "AUTH=PLAIN", "")) {
            CredentialResult result = ask(server(honest(capabilities, (user, password) -> answer)), USER, PASSWORD);

            assertThat(result.kind()).as("%s", result).isEqualTo(kind);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"REFERRAL imap://x/", "CONTACTADMIN", "INUSE", "LIMIT", "CORRUPTION", "OVERQUOTA", "THROTTLED", "WEBALERT"})
    void takesACodeAboutOneUserForNoSignOfAnOutage(String code) throws Exception {
        CredentialResult result = ask(server(honest(SASL_IR, (user, password) -> "NO [" + code + "] text")), USER, PASSWORD);

        assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(result.isForThisUser()).isTrue();
    }

    @Test
    void tellsWhoTheClientIsWhereTheServerWantsToKnow() throws Exception {
        for (String capabilities : List.of("ID " + SASL_IR, SASL_IR)) {
            ScriptedImapServer server = server(honest(capabilities, ALICE));
            ImapBackend backend = backend(server, TestWorkers.on(pool), "none", Map.of());
            Credentials claim = Credentials.of(USER, Secret.of(PASSWORD))
                .from(Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.of("7f3a9c21"), true));

            assertThat(backend.verify(claim).toCompletableFuture().get().kind()).isNotEqualTo(Kind.REFUSED);
            assertThat(server.heard().contains("a2 ID (\"x-originating-ip\" \"192.0.2.7\" \"x-session-id\" \"7f3a9c21\")"))
                .isEqualTo(capabilities.startsWith("ID"));
        }
    }

    @Test
    void keepsTheClientsAddressWhereTheOperatorWantsThat() throws Exception {
        ScriptedImapServer server = server(honest("ID " + SASL_IR, ALICE));
        ImapBackend backend = backend(server, TestWorkers.on(pool), "none", Map.of("sendClientAddress", "false"));
        Credentials claim = Credentials.of(USER, Secret.of(PASSWORD))
            .from(Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.empty(), true));

        assertThat(backend.verify(claim).toCompletableFuture().get()).isEqualTo(CredentialResult.accepted(USER));
        assertThat(server.heard()).noneMatch(line -> line.contains("192.0.2.7"));
    }

    // Faults

    static Stream<Arguments> faults() {
        return Stream.of(
            fault("it has closed the connection", client -> { }),
            fault("it has closed the connection", client -> client.sayAsItIs("* O")),
            fault("it greets with BYE", client -> client.say("* BYE overloaded")),
            fault("it greets with PREAUTH, so it would accept every user", client -> client.say("* PREAUTH welcome")),
            fault("its greeting is not IMAP", client -> client.say("220 mail.example.org ESMTP")),
            fault("its greeting is not IMAP", client -> client.say("+OK POP3 ready")),
            fault("its greeting is not IMAP", client -> client.sayAsItIs("\0\1\2\u00ff\n")),
            fault("it has closed the connection", client -> client.say("* OK ready").hear()),
            fault("it sends BYE", client -> client.say("* OK ready", "* BYE shutting down").hear()),
            fault("its reply is not IMAP", client -> client.say("* OK ready", "250 hello").hear()),
            fault("its reply is not IMAP", client -> client.say("* OK ready", "a1 FINE").hear()),
            fault("it accepts no password here: it offers neither AUTH=PLAIN nor LOGIN; it may do so under TLS, see <tls>",
                honest("STARTTLS LOGINDISABLED AUTH=CRAM-MD5", ALICE)),
            fault("it accepts no password here: it offers neither AUTH=PLAIN nor LOGIN; it may do so under TLS, see <tls>",
                client -> client.say("* OK ready", "a1 OK").hear()),
            fault("it sends a line of more than 8192 octets", client -> client.say("* OK " + "x".repeat(8200))),
            fault("it sends more than 100 lines", client -> client.say("* OK ready").say("* FLAGS ()\r\n".repeat(200)).hearTheEnd()),
            fault("it sends BYE", answering("* BYE [ALERT] going down")),
            fault("its reply is not IMAP", answering("\u0007\u0007")),
            fault("its reply is not IMAP", answering("a1 OK of the command before")),
            fault("it has closed the connection", answering("* OK still at it")),
            fault("it requests more than a name and a password", answering("+ and your shoe size")));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void cannotJudgeWhereTheServerDoesNotDoAsAServerDoes(String reason, Script script) throws Exception {
        CredentialResult result = ask(server(script), USER, PASSWORD);

        assertThat(result).isEqualTo(CredentialResult.unavailable(reason));
    }

    /** What comes after AUTHENTICATE, and then the end. */
    private static Script answering(String line) {
        return client -> {
            client.say("* OK ready").hear();
            client.say("* CAPABILITY IMAP4rev1 " + SASL_IR, "a1 OK done").hear();
            client.say(line);
        };
    }

    @Test
    void cannotJudgeWhereNobodyListens() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = taken.getLocalPort();
        }
        ImapBackend backend = backend("127.0.0.1:" + port, TestWorkers.on(pool), "none", Map.of());

        String reason = "java.net.ConnectException, connecting to 127.0.0.1:" + port;
        assertThat(verify(backend, USER, PASSWORD)).isEqualTo(CredentialResult.unavailable(reason));
        assertThat(backend.check().toCompletableFuture().get()).contains(reason);
    }

    @Test
    void cannotJudgeWhereTheNameIsNobodys() throws Exception {
        ImapBackend backend = backend("imap.invalid", TestWorkers.on(pool), "none", Map.of());

        assertThat(verify(backend, USER, PASSWORD))
            .isEqualTo(CredentialResult.unavailable("java.net.UnknownHostException, connecting to imap.invalid:143"));
    }

    static Stream<Arguments> silences() {
        return Stream.of(
            fault("before the greeting", client -> client.hearTheEnd()),
            fault("a greeting that takes for ever", client -> client.drip("* OK" + " ready".repeat(1000))),
            fault("lines that never end", client -> {
                client.say("* OK ready");
                while (true) {
                    client.drip("* OK\r\n");
                }
            }),
            fault("before the verdict", client -> {
                client.say("* OK ready").hear();
                client.say("* CAPABILITY IMAP4rev1", "a1 OK done").hearTheEnd();
            }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("silences")
    void endsWhenItsTimeIsOverWhateverTheServerDoes(String when, Script script) throws Exception {
        ImapBackend backend = backend(server(script), TestWorkers.on(pool), "none", Map.of("timeout", "400ms"));

        assertThat(verify(backend, USER, PASSWORD)).isEqualTo(CredentialResult.unavailable("no answer within 400 ms"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("silences")
    void aHandshakeEndsThenToo(String when, Script script) throws Exception {
        ImapBackend backend = backend(server(script), TestWorkers.on(pool), "imaps", Map.of("timeout", "400ms"));

        CredentialResult result = verify(backend, USER, PASSWORD);

        assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(result.reason()).matches("no answer within 400 ms|the TLS handshake failed.*");
    }

    @Test
    void hangsUpWhenNobodyWaitsForTheAnswerAnyMore() throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        ScriptedImapServer server = server(client -> {
            client.say("* OK ready").hear();
            try {
                client.hearTheEnd();
            } finally {
                end.complete("the client has gone");
            }
        });
        ImapBackend backend = backend(server, TestWorkers.on(pool), "none", Map.of());
        CompletableFuture<CredentialResult> answer = backend.verify(Credentials.of(USER, Secret.of(PASSWORD))).toCompletableFuture();
        awaitHeard(server, "a1 CAPABILITY");

        answer.cancel(false);

        assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo("the client has gone");
        assertThat(server.heard()).containsExactly("a1 CAPABILITY");
    }

    @Test
    void comesBackByItselfWhenTheServerDoes() throws Exception {
        AtomicInteger connection = new AtomicInteger();
        Script healthy = honest(SASL_IR, ALICE);
        ScriptedImapServer server = server(client -> {
            if (connection.incrementAndGet() > 1) {
                healthy.play(client);
            }
        });
        ImapBackend backend = backend(server, TestWorkers.on(pool), "none", Map.of());

        assertThat(verify(backend, USER, PASSWORD).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(verify(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
        assertThat(server.connections()).as("each question is put once").isEqualTo(2);
    }

    // TLS

    @Test
    void turnsTlsOnByStartTlsAndLearnsAnewWhatIsOffered() throws Exception {
        ScriptedImapServer server = server(client -> {
            client.say("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready").hear();
            client.say("* CAPABILITY IMAP4rev1 LOGINDISABLED", "a1 OK begin");
            client.startTls(trusted.context());
            client.serve(SASL_IR, ALICE);
        });
        ImapBackend backend = backend(server, TestWorkers.on(pool), "starttls", Map.of());

        assertThat(verify(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
        assertThat(server.heard().get(0)).isEqualTo("a1 STARTTLS");
    }

    @Test
    void neverGoesOnInClearTextWhereStartTlsIsRefused() throws Exception {
        for (String refusal : List.of("a1 NO not today", "a1 BAD what?")) {
            ScriptedImapServer server = server(client -> {
                client.say("* OK ready").hear();
                client.say(refusal);
                client.serve(SASL_IR, ALICE);
            });
            ImapBackend backend = backend(server, TestWorkers.on(pool), "starttls", Map.of());

            assertThat(verify(backend, USER, PASSWORD)).isEqualTo(CredentialResult.unavailable("it does not accept STARTTLS here"));
            assertThat(server.heard()).containsExactly("a1 STARTTLS");
        }
    }

    @Test
    void takesNothingThatCameInClearTextForSomethingThatCameUnderTls() throws Exception {
        ScriptedImapServer server = server(client -> {
            client.say("* OK ready").hear();
            client.say("a1 OK begin", "* CAPABILITY IMAP4rev1 AUTH=PLAIN", "a2 OK done", "a3 OK welcome");
            client.hearTheEnd();
        });
        ImapBackend backend = backend(server, TestWorkers.on(pool), "starttls", Map.of());

        assertThat(verify(backend, USER, PASSWORD))
            .isEqualTo(CredentialResult.unavailable("it sends clear text after its OK to STARTTLS"));
        assertThat(server.heard()).containsExactly("a1 STARTTLS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"imaps", "starttls"})
    void sendsNothingToWhoeverCannotShowThatItIsTheServer(String tls) throws Exception {
        SelfSigned stranger = SelfSigned.naming("localhost", "127.0.0.1");
        SelfSigned another = SelfSigned.naming("imap.example.org", "127.0.0.2");
        Path trustedToo = another.certificateTo(directory.resolve("another.pem"));

        for (SelfSigned certificate : List.of(stranger, another)) {
            Path store = certificate == another ? trustedToo : directory.resolve("trusted.pem");
            ScriptedImapServer server = server(tls.equals("imaps")
                ? underTls(certificate.context(), honest(SASL_IR, ALICE))
                : client -> {
                    client.say("* OK ready").hear();
                    client.say("a1 OK begin").startTls(certificate.context());
                    client.serve(SASL_IR, ALICE);
                });
            ImapBackend backend = backend(server, TestWorkers.on(pool), tls, Map.of("trustStore", store.toString()));

            String reason = "the TLS handshake failed (SSLHandshakeException, connecting to " + backend.address().orElseThrow()
                + "): it has to offer TLS on this port, with a trusted certificate for 127.0.0.1";
            assertThat(verify(backend, USER, PASSWORD)).isEqualTo(CredentialResult.unavailable(reason));
            assertThat(backend.check().toCompletableFuture().get()).contains(reason);
            assertThat(server.heard()).doesNotContain("a1 CAPABILITY", "a2 CAPABILITY");
        }
    }

    @Test
    void sendsNothingToAServerThatSpeaksNoTls() throws Exception {
        ScriptedImapServer server = server(honest(SASL_IR, ALICE));
        ImapBackend backend = backend(server, TestWorkers.on(pool), "imaps", Map.of("timeout", "10s"));

        assertThat(verify(backend, USER, PASSWORD).reason()).startsWith("the TLS handshake failed (SSL");
        assertThat(String.join("\n", server.heard())).doesNotContain(USER, PASSWORD);
    }

    // The check

    @Test
    void theCheckSaysWhatIsWrongAndNamesNobody() throws Exception {
        ScriptedImapServer server = server(honest("LOGINDISABLED", ALICE));
        ImapBackend backend = backend(server, TestWorkers.on(pool), "none", Map.of());

        assertThat(backend.check().toCompletableFuture().get())
            .contains("it accepts no password here: it offers neither AUTH=PLAIN nor LOGIN; it may do so under TLS, see <tls>");
        assertThat(server.heard()).containsExactly("a1 CAPABILITY");
    }

    // Secrets

    @Test
    void tellsNoSecretThatAServerRepeats() throws Exception {
        String base64 = Base64.getEncoder().encodeToString(("\0" + USER + "\0" + PASSWORD).getBytes(UTF_8));
        StringBuilder told = new StringBuilder();
        try (LogCapture log = new LogCapture()) {
            for (String answer : List.of("NO [UNAVAILABLE] " + PASSWORD, "NO [" + base64 + "] x", "BAD " + base64, base64,
                "OK " + PASSWORD)) {
                told.append(ask(server(honest(SASL_IR, (user, password) -> answer)), USER, PASSWORD));
            }
            told.append(log.text());
        }

        assertThat(told.toString()).doesNotContain(PASSWORD, base64);
    }

    // Settings

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "imap.example.org | imaps | imap.example.org:993",
        "imap.example.org | starttls | imap.example.org:143",
        "imap.example.org | none | imap.example.org:143",
        "imap.example.org:10143 | none | imap.example.org:10143",
        "[::1] | imaps | [::1]:993",
    })
    void thePortIsTheUsualOneUnlessItIsNamed(String address, String tls, String whole) {
        assertThat(new ImapBackend(settings(Map.of("address", address, "tls", tls)), TestWorkers.direct()))
            .hasToString("ImapBackend old (" + whole + ", " + tls + ")");
    }

    @Test
    void speaksTlsAndWaitsTwentySecondsUnlessToldOtherwise() {
        ImapBackend backend = new ImapBackend(settings(Map.of("address", "imap.example.org")), TestWorkers.direct());

        assertThat(backend).hasToString("ImapBackend old (imap.example.org:993, imaps)");
        assertThat(backend.timeLimit()).hasSeconds(20);
        assertThat(new ImapBackend(settings(Map.of("address", "x", "timeout", "90ms")), TestWorkers.direct()).timeLimit()).hasMillis(90);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "- | - | - | needs an element <address>.",
        "imap.example.org:99999 | - | - | has <address>imap.example.org:99999</address>, which is not a valid address; write it as",
        "imap.example.org:0 | - | - | has <address>imap.example.org:0</address>, which is not a valid address; write it as",
        "imaps://imap.example.org | - | - | has <address>imaps://imap.example.org</address>, which is not a valid address; write it as",
        "two words:143 | - | - | has <address>two words:143</address>, which is not a valid address; write it as",
        ":143 | - | - | has <address>:143</address>, which is not a valid address; write it as",
        "imap.example.org | ssl | - | has <tls>ssl</tls>; it can be imaps, starttls or none.",
        "imap.example.org | IMAPS | - | has <tls>IMAPS</tls>; it can be imaps, starttls or none.",
        "imap.example.org | none | trusted.pem | has a <trustStore> and <tls>none</tls>, which checks no certificate; remove one of them.",
        "imap.example.org | imaps | nothing.pem | cannot read the certificates in ",
    })
    void theMessageOfAMistakeNamesTheElementAndTheFix(String address, String tls, String trustStore, String sentence) {
        Map<String, String> elements = new HashMap<>();
        Optional.ofNullable(address).ifPresent(value -> elements.put("address", value));
        Optional.ofNullable(tls).ifPresent(value -> elements.put("tls", value));
        Optional.ofNullable(trustStore).ifPresent(value -> elements.put("trustStore", directory.resolve(value).toString()));

        assertThatThrownBy(() -> new ImapBackend(settings(elements), TestWorkers.direct()))
            .isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith("<backend class=\"ImapBackend\" name=\"old\"> " + sentence);
    }

    @Test
    void anUnknownElementIsNamed() {
        assertThatThrownBy(() -> new ImapBackend(settings(Map.of("address", "x", "host", "x")), TestWorkers.direct()))
            .hasMessage("<backend class=\"ImapBackend\" name=\"old\"> has an unknown element <host>; known here: "
                + "<address>, <cache>, <circuitBreaker>, <concurrency>, "
                + "<sendClientAddress>, <timeout>, <tls>, <trustStore>, <trustStorePassword>.");
    }

    private ScriptedImapServer server(Script script) throws IOException {
        ScriptedImapServer server = playing(script);
        open.add(server);
        return server;
    }

    private CredentialResult ask(ScriptedImapServer server, String user, String password) throws Exception {
        return verify(backend(server, TestWorkers.on(pool), "none", Map.of()), user, password);
    }

    private static void awaitHeard(ScriptedImapServer server, String line) {
        await().atMost(30, TimeUnit.SECONDS).until(() -> server.heard().contains(line));
    }

    private static CredentialResult verify(ImapBackend backend, String user, String password) throws Exception {
        return backend.verify(Credentials.of(user, Secret.of(password))).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private ImapBackend backend(ScriptedImapServer server, Workers workers, String tls, Map<String, String> more) {
        return backend(server.address(), workers, tls, more);
    }

    private ImapBackend backend(String address, Workers workers, String tls, Map<String, String> more) {
        Map<String, String> elements = new HashMap<>(Map.of("address", address, "tls", tls, "timeout", "30s"));
        if (!tls.equals("none")) {
            elements.put("trustStore", directory.resolve("trusted.pem").toString());
        }
        elements.putAll(more);
        return new ImapBackend(settings(elements), workers);
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("ImapBackend", "old", elements, Path::of);
    }

    private static Arguments fault(String what, Script script) {
        return Arguments.of(what, script);
    }
}

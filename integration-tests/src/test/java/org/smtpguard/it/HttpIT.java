package org.smtpguard.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/** James asks a web service, which holds every request to its signature. */
class HttpIT {
    private static final String PASSWORD = "Tr0ub4dor-Hx27-umlaut-\u00fc";
    private static final String KEY = "k3y-Hx28-that-James-signs-with";
    private static final Map<String, String> RESULTS = Map.of(
        "alice@localhost", "{\"result\":\"accepted\"}",
        "bob@localhost", "{\"result\":\"accepted\",\"username\":\"Carol@localhost\"}",
        "dave@localhost", "{\"result\":\"disabled\"}",
        "erin@localhost", "{\"result\":\"expired\"}");
    private static final Queue<JsonNode> ASKED = new ConcurrentLinkedQueue<>();
    private static final CountDownLatch OVER = new CountDownLatch(1);

    private static ExecutorService threads;
    private static HttpServer service;
    private static JamesServer server;

    @BeforeAll
    static void start() throws IOException {
        JamesServer.assumeOnThisMachine("the server reaches loopback");
        threads = Executors.newCachedThreadPool();
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        service.createContext("/auth", HttpIT::handle);
        service.setExecutor(threads);
        service.start();
        String url = "http://127.0.0.1:" + service.getAddress().getPort() + "/auth";
        server = JamesServer.guarded()
            .editPort(Endpoint.SMTP, port -> asking(port, "patient", url, "60s"))
            .editPort(Endpoint.SUBMISSION, port -> asking(port, "brisk", url, "2s")
                .replace("<requireSSL>true</requireSSL>", "<requireSSL>false</requireSSL>"))
            .start();
    }

    private static String asking(String port, String name, String url, String timeout) {
        return port.replaceAll("(?s)<backend .*?</backend>", "<backend class=\"HttpBackend\" name=\"" + name + "\"><url>" + url
            + "</url><hmacKey>" + KEY + "</hmacKey><timeout>" + timeout + "</timeout></backend>");
    }

    @AfterAll
    static void stop() {
        OVER.countDown();
        if (server != null) {
            server.close();
            assertThat(server.log()).doesNotContain(PASSWORD, KEY, "Hx27", "Hx28");
        }
        if (service != null) {
            service.stop(0);
            threads.shutdownNow();
        }
    }

    @BeforeEach
    void forget() {
        ASKED.clear();
    }

    @Test
    void whoTheServiceAcceptsIsLoggedIn() {
        try (WireScript wire = greeted()) {
            wire.send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expectLine("235 2.7.0 ")
                .send("MAIL FROM:<alice@localhost>").expect("250")
                .send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
        JsonNode asked = ASKED.remove();
        assertThat(asked.path("username").asText()).isEqualTo("alice@localhost");
        assertThat(asked.path("mechanism").asText()).isEqualTo("PLAIN");
        assertThat(asked.path("remoteIp").asText()).isEqualTo("127.0.0.1");
        assertThat(asked.path("sessionId").asText()).isNotEmpty();
        assertThat(asked.path("tls").isBoolean()).isTrue();
        assertThat(asked.path("tls").asBoolean()).isFalse();
        assertThat(ASKED).isEmpty();
    }

    @Test
    void theServiceMayKnowTheUserByAnotherName() {
        try (WireScript wire = greeted()) {
            wire.send("AUTH LOGIN " + base64("bob@localhost")).expect("334").send(base64(PASSWORD)).expectLine("235 2.7.0 ");
        }
        assertThat(ASKED.remove().path("mechanism").asText()).isEqualTo("LOGIN");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "alice@localhost, wr0ng-Hx27, 535 5.7.8",
        "mallory@localhost, Tr0ub4dor-Hx27, 535 5.7.8",
        "dave@localhost, Tr0ub4dor-Hx27-umlaut-\u00fc, 535 5.7.8",
        "erin@localhost, Tr0ub4dor-Hx27-umlaut-\u00fc, 432 4.7.12",
        "broken@localhost, Tr0ub4dor-Hx27-umlaut-\u00fc, 454 4.7.0"})
    void whoItDoesNotAcceptIsToldNoAndWhereItCannotJudgeNobodyIs(String user, String password, String reply) {
        try (WireScript wire = greeted()) {
            wire.send("AUTH PLAIN " + plain(user, password)).expect(reply)
                .send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expect("235");
        }
        assertThat(ASKED).as("each is asked about once").hasSize(2);
    }

    @Test
    void whileItIsSilentOthersAreServedAndWhoWaitsIsToldInTime() {
        try (WireScript silent = wire(server.submission()).expect("220").send("EHLO client.example").expect("250");
             WireScript other = greeted()) {
            silent.send("AUTH PLAIN " + plain("silent@localhost", PASSWORD));
            for (int i = 0; i < 5; i++) {
                try (WireScript wire = greeted()) {
                    wire.send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expect("235");
                }
            }
            other.send("NOOP").expect("250");
            silent.expect("454 4.7.0");
        }
        assertThat(server.log()).contains("Backend brisk is unavailable: no answer within 2000 ms");
    }

    private static WireScript greeted() {
        return wire(server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }

    private static void handle(HttpExchange exchange) throws IOException {
        try {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!isSigned(exchange.getRequestHeaders().getFirst("X-SmtpGuard-Signature"), body)) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            JsonNode asked = new ObjectMapper().readTree(body);
            ASKED.add(asked);
            String user = asked.path("username").asText();
            if (user.startsWith("silent")) {
                awaitTheEnd();
            }
            boolean isRight = asked.path("password").asText().equals(PASSWORD);
            byte[] answer = (isRight ? RESULTS.getOrDefault(user, "{\"result\":\"unknown\"}") : "{\"result\":\"refused\"}").getBytes(UTF_8);
            exchange.sendResponseHeaders(user.startsWith("broken") ? 500 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        } finally {
            exchange.close();
        }
    }

    /** As the backend's page tells an operator to. */
    private static boolean isSigned(String signature, byte[] body) {
        Matcher matcher = Pattern.compile("t=(\\d+),sha256=([0-9a-f]{64})").matcher(signature == null ? "" : signature);
        if (!matcher.matches() || Math.abs(Instant.now().getEpochSecond() - Long.parseLong(matcher.group(1))) > 300) {
            return false;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY.getBytes(UTF_8), mac.getAlgorithm()));
            mac.update((matcher.group(1) + ".").getBytes(UTF_8));
            StringBuilder hex = new StringBuilder();
            for (byte octet : mac.doFinal(body)) {
                hex.append(String.format(Locale.ROOT, "%02x", octet));
            }
            return MessageDigest.isEqual(hex.toString().getBytes(UTF_8), matcher.group(2).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitTheEnd() {
        try {
            OVER.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

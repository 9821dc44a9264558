package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Directory;
import org.smtpguard.it.server.Directory.Health;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.WireScript;

/** What WebAdmin's {@code /healthcheck} says of the backends of a real James while they fall ill and get well again. */
class HealthCheckIT {
    private static final String CHECK = "/healthcheck/checks/smtp-guard";
    private static final String ALICE = "alice@localhost";
    private static final String PASSWORD = "Kx93-of-Alice";
    private static final Pattern SINCE = Pattern.compile(" since (\\S+): ");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Directory directory;

    @BeforeEach
    void open() {
        JamesServer.assumeOnThisMachine("the server sees this machine's files and loopback");
        directory = new Directory("t0ken", Map.of(ALICE, PASSWORD));
    }

    @AfterEach
    void close() {
        if (directory != null) {
            directory.close();
        }
    }

    @Test
    void ofAFileAndADirectoryOneIsEnoughToAnswer() throws IOException {
        try (JamesServer server = withBackends(
            "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/smtp-users</file></backend>" + socket())) {
            WebAdmin webAdmin = new WebAdmin(server.webAdmin());
            assertThat(webAdmin.json("/healthcheck/checks").findValuesAsText("componentName")).contains("smtp-guard");
            assertThat(status(webAdmin, 200)).isEqualTo("healthy");

            Path users = server.home().resolve("conf/smtp-users");
            String good = Files.readString(users);
            Instant before = Instant.now();
            Files.writeString(users, good + "alice without a colon\n");
            assertThat(status(webAdmin, 200)).isEqualTo("degraded");
            String cause = webAdmin.json(CHECK).path("cause").asText();
            assertThat(cause).startsWith("backend apps is degraded since ")
                .contains("these lines are skipped").doesNotContain("directory");
            assertThat(since(cause)).isBetween(before.minusSeconds(1), Instant.now());

            directory.is(Health.HANGS_UP);
            isAnswered(server, "454");
            cause = webAdmin.json(CHECK).path("cause").asText();
            assertThat(cause).contains("backend apps is degraded since ")
                .contains("; backend directory is down since ").contains("the directory hung up");
            assertThat(status(webAdmin, 200)).isEqualTo("degraded");

            Files.writeString(users, good);
            cause = webAdmin.json(CHECK).path("cause").asText();
            assertThat(cause).startsWith("backend directory is down since ").doesNotContain("apps");

            directory.is(Health.WELL);
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> isAnswered(server, "235"));
            assertThat(status(webAdmin, 200)).isEqualTo("healthy");
        }
    }

    @Test
    void whereNoneCanAnswerItIsUnhealthyUntilOneCan() {
        try (JamesServer server = withBackends(socket())) {
            WebAdmin webAdmin = new WebAdmin(server.webAdmin());
            assertThat(status(webAdmin, 200)).isEqualTo("healthy");

            Instant before = Instant.now();
            directory.is(Health.HANGS_UP);
            isAnswered(server, "454");
            assertThat(status(webAdmin, 503)).isEqualTo("unhealthy");
            String cause = webAdmin.read(webAdmin.get(CHECK, "application/json")).path("cause").asText();
            assertThat(cause).startsWith("backend directory is down since ").endsWith(": the directory hung up");
            assertThat(since(cause)).isBetween(before.minusSeconds(1), Instant.now());
            assertThat(webAdmin.get("/healthcheck", "application/json").statusCode()).as("as monitoring asks").isEqualTo(503);

            directory.is(Health.WELL);
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> isAnswered(server, "235"));
            assertThat(status(webAdmin, 200)).isEqualTo("healthy");
        }
    }

    private String socket() {
        return "<backend class=\"org.smtpguard.fixture.SocketBackend\" name=\"directory\"><port>" + directory.port()
            + "</port><token>t0ken</token><timeout>2s</timeout><circuitBreaker failures=\"1\" retryAfter=\"1s\"/></backend>";
    }

    private static JamesServer withBackends(String backends) {
        return JamesServer.guarded()
            .editConf("smtpserver.xml", xml -> xml.replaceAll("(?s)<backend .*?</backend>", Matcher.quoteReplacement(backends))
                .replaceAll("<greeting .*?/>", ""))
            .start();
    }

    private static String status(WebAdmin webAdmin, int code) {
        HttpResponse<String> response = webAdmin.get(CHECK, "application/json");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(code);
        JsonNode result = webAdmin.read(response);
        assertThat(result.toString()).doesNotContain(PASSWORD);
        return result.path("status").asText();
    }

    private static Instant since(String cause) {
        Matcher since = SINCE.matcher(cause);
        assertThat(since.find()).as(cause).isTrue();
        return Instant.parse(since.group(1));
    }

    private static void isAnswered(JamesServer server, String code) {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250").send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect(code);
        }
    }
}

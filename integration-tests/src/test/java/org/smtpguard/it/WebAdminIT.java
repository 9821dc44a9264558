package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.Sent;
import org.smtpguard.it.wire.WireScript;

/** The addresses below /smtp-guard, as a program asks them. What a person sees there is {@link BrowserIT}'s. */
class WebAdminIT {
    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String CHECK = "/smtp-guard/auth/check";

    private static JamesServer server;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        server = Site.shared();
        webAdmin = Site.webAdmin();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/sessions", "/violations", "/diagnoses", "/diagnoses/503", "/diagnoses/starttls", "/backends", "/simulate",
        "/auth/check", "/blocks", "/blocks?of=192.0.2.7", "/blocks?of=alice%40localhost"})
    void theSameAddressIsJsonForProgramsAndHtmlForPeople(String path) {
        HttpResponse<String> json = webAdmin.get("/smtp-guard" + path, "*/*");
        HttpResponse<String> html = webAdmin.get("/smtp-guard" + path, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(type(json)).isEqualTo("application/json");
        assertThat(webAdmin.read(json).isObject()).isTrue();
        assertThat(html.statusCode()).isEqualTo(200);
        assertThat(type(html)).isEqualToIgnoringCase("text/html;charset=utf-8");
        assertThat(html.body()).startsWith("<!DOCTYPE html>").endsWith("</html>\n").containsOnlyOnce("<script");
        assertThat(List.of(json, html)).allSatisfy(response -> {
            assertThat(header(response, "Vary")).contains("Accept");
            assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(header(response, "Referrer-Policy")).isEqualTo("same-origin");
            assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
            assertThat(header(response, "Content-Security-Policy")).contains("default-src 'none'", "script-src 'sha256-",
                "frame-ancestors 'none'",
                "base-uri 'none'", "form-action 'self'").doesNotContain("unsafe");
        });
    }

    @Test
    void aSessionIsFoundByTheReferenceInItsRefusal() {
        String reference;
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("EHLO client.example").expect("250").send("DATA").expect("503");
            reference = Refusal.session(wire.reply());
        }

        JsonNode session = webAdmin.json("/smtp-guard/sessions/" + reference);

        assertThat(session.path("reference").asText()).isEqualTo(reference);
        assertThat(session.path("client").asText()).isEqualTo(JamesServer.clientAddress());
        assertThat(Instant.parse(session.path("begin").asText())).isBefore(Instant.now());
        assertThat(session.path("lines").findValuesAsText("speaker")).containsExactly("client", "server", "client", "server");
        assertThat(session.path("lines").path(2).path("text").asText()).isEqualTo("DATA");
        JsonNode refusal = session.path("lines").path(3).path("refusal");
        assertThat(refusal.path("id").asText()).isEqualTo("SEQ-MAIL-MISSING");
        assertThat(refusal.path("state").asText()).isEqualTo("EHLO done, no mail transaction open");
        assertThat(refusal.path("next").path(0).asText()).isEqualTo("MAIL FROM:<address>");
        assertThat(refusal.path("fix").asText()).startsWith("Send MAIL FROM:<address>");
        assertThat(webAdmin.get("/smtp-guard/sessions?ref=" + reference.toUpperCase(Locale.ROOT), JSON).body())
            .as("as the form asks for it").contains(reference);
    }

    @Test
    void aSessionShowsItsLogInsAndIsFoundByThem() {
        JamesServer.assumeOnThisMachine("the server sees the addresses of its clients");
        String reference;
        try (WireScript wire = wireFrom("127.43.0.1", server.smtp()).expect("220")) {
            wire.send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", "not-the-password")).expect("535");
            reference = Refusal.session(wire.reply());
        }

        JsonNode session = webAdmin.json("/smtp-guard/sessions/" + reference);
        assertThat(session.path("port").asInt()).isEqualTo(server.smtp().getPort());
        assertThat(session.has("tls")).isFalse();
        assertThat(session.path("lines").findValues("logIn").get(0)).isEqualTo(json("{\"outcome\":\"refused\","
            + "\"mechanism\":\"PLAIN\",\"user\":\"alice@localhost\",\"backend\":\"apps\",\"reason\":\"wrong password\"}"));
        for (String query : List.of("client=127.43.0.1", "client=127.43.0.0/24&user=ALICE@localhost", "client=127.43.0.1&outcome=refused",
            "client=127.43.0.1&backend=apps&rule=AUTH-CREDENTIALS", "client=127.43.0.1&since=5m&port=" + server.smtp().getPort())) {
            assertThat(webAdmin.json("/smtp-guard/sessions?" + query).path("sessions").findValuesAsText("reference")).as(query)
                .containsExactly(reference);
        }
        for (String query : List.of("client=127.43.0.1&user=bob", "client=127.43.0.1&outcome=accepted", "client=127.43.0.1&until=1h",
            "client=127.43.0.1&rule=SEQ-MAIL-NESTED", "client=127.43.0.1&page=2", "client=127.43.0.1&port=1")) {
            assertThat(webAdmin.json("/smtp-guard/sessions?" + query).path("sessions")).as(query).isEmpty();
        }
        assertThat(webAdmin.get("/smtp-guard/sessions?ref=(session%20" + reference + ")", JSON).body()).as("pasted from the refusal")
            .contains(reference);
    }

    @Test
    void transcriptsAreDeletedOneByOneOrByWhoseTheyAre() {
        JamesServer.assumeOnThisMachine("the server sees the addresses of its clients");
        List<String> references = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (WireScript wire = wireFrom("127.44.0.1", server.smtp()).expect("220")) {
                references.add(Refusal.session(wire.send("DATA").expect("503").reply()));
            }
        }

        assertThat(delete("/smtp-guard/sessions/" + references.get(0)).body()).isEqualTo("{\"deleted\":1}");
        assertThat(delete("/smtp-guard/sessions/" + references.get(0)).statusCode()).isEqualTo(404);
        assertThat(delete("/smtp-guard/sessions").statusCode()).as("of whom?").isEqualTo(400);
        assertThat(delete("/smtp-guard/sessions?ref=" + references.get(1) + "&client=127.44.0.1").statusCode()).as("one or all?")
            .isEqualTo(400);
        assertThat(delete("/smtp-guard/sessions?client=127.44.0.1").body()).isEqualTo("{\"deleted\":2}");
        assertThat(webAdmin.get("/smtp-guard/sessions/" + references.get(2), JSON).statusCode()).isEqualTo(404);
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse<String> delete(String path) {
        return webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(path)).header("Accept", JSON).DELETE());
    }

    @Test
    void anUnknownSessionMayBeAnotherNodes() {
        HttpResponse<String> response = webAdmin.get("/smtp-guard/sessions/00000000", JSON);

        assertThat(response.statusCode()).isEqualTo(404);
        JsonNode error = webAdmin.read(response);
        assertThat(error.path("statusCode").asInt()).isEqualTo(404);
        assertThat(error.path("type").asText()).isEqualTo("notFound");
        assertThat(error.path("message").asText()).contains("24 h", "16 MiB", "each node of a distributed James has its own");
        assertThat(error.has("details")).isTrue();
        assertThat(webAdmin.get("/smtp-guard/sessions/00000000", "text/html").body())
            .contains("each node of a distributed James has its own");
    }

    @ParameterizedTest
    @CsvSource({"rule, SEQ-EHLO-MISSING", "verb, VRFY", "client, "})
    void violationsAreCountedByRuleClientAndVerb(String by, String named) {
        String key = Optional.ofNullable(named).orElseGet(JamesServer::clientAddress);
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("MAIL FROM:<alice@localhost>").expect("503").sendRaw("VRFY x\n").expect("500");
        }

        JsonNode report = webAdmin.json("/smtp-guard/violations?since=1h&mode=enforce&by=" + by);

        assertThat(report.path("by").asText()).isEqualTo(by);
        assertThat(report.path("violations")).anySatisfy(count -> {
            assertThat(count.path(by).asText()).isEqualTo(key);
            assertThat(count.path("refused").asLong()).isPositive();
            assertThat(count.has("observed")).isFalse();
        });
    }

    @Test
    void violationsOfTheFutureAreNone() {
        assertThat(webAdmin.json("/smtp-guard/violations?since=2999-01-01T00:00:00Z&mode=observe").path("violations")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/violations?since=yesterday | since can be",
        "/violations?by=moon         | by can be rule, client or verb",
        "/violations?mode=off        | mode can be enforce or observe",
        "?since=<b>                  | since can be",
        "/violations?bye=moon        | There is an unknown parameter; known are since, by, mode.",
        "/backends?since=1h          | This URL takes no parameters.",
        "/sessions?client=here       | client has to be an IP address or a network",
        "/sessions?rule=moon         | rule has to be the id of a diagnosis",
        "/sessions?port=0            | port has to be a whole number from 1 to 65535",
        "/sessions?outcome=good      | outcome can be accepted,",
        "/sessions?since=yesterday   | since has to be a duration before now",
        "/sessions?page=0            | page has to be a whole number from 1 to 10000",
        "/sessions?users=alice       | There is an unknown parameter; known are ref, client, user,",
    })
    void aQueryThatMakesNoSenseIsToldWhatWould(String path, String message) {
        HttpResponse<String> response = webAdmin.get("/smtp-guard" + path.replace("<", "%3C").replace(">", "%3E"), JSON);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(webAdmin.read(response).path("type").asText()).isEqualTo("InvalidArgument");
        assertThat(webAdmin.read(response).path("message").asText()).startsWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SEQ-NO-SUCH", "299", "FROBNICATE", "%3Cscript%3E"})
    void whatIsNoTopicIsNotFound(String topic) {
        assertThat(webAdmin.get("/smtp-guard/diagnoses/" + topic, JSON).statusCode()).isEqualTo(404);
        assertThat(webAdmin.get("/smtp-guard/diagnoses/" + topic, "text/html").body()).containsOnlyOnce("<script");
    }

    @Test
    void anAddressThatThereIsNotIsAPageInABrowser() {
        HttpResponse<String> page = webAdmin.get("/smtp-guard/nothing/here", "text/html");

        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.body()).startsWith("<!DOCTYPE html>").contains("There is no such URL");
        assertThat(webAdmin.read(webAdmin.get("/smtp-guard/nothing", JSON)).path("type").asText()).isEqualTo("notFound");
    }

    @Test
    void backendsTellHowTheyAre() {
        JsonNode backends = webAdmin.json("/smtp-guard/backends").path("backends");

        assertThat(backends.findValuesAsText("name")).contains("apps", "opinions");
        assertThat(backends).allSatisfy(backend -> {
            assertThat(backend.path("class").asText()).isNotEmpty();
            assertThat(backend.path("health").asText()).isIn("healthy", "degraded", "down");
            assertThat(backend.path("reason").asText()).isNotEmpty();
            assertThat(backend.path("circuit").asText()).isIn("closed", "open", "half-open");
            assertThat(Instant.parse(backend.path("since").asText())).isBefore(Instant.now());
            assertThat(backend.path("queue").path("pending").isNumber()).isTrue();
            assertThat(backend.path("requests").path("overloaded").isNumber()).isTrue();
            assertThat(backend.path("cache").path("hits").isNumber()).isTrue();
        });
    }

    @Test
    void commandsAreJudgedAndNotExecuted() {
        JsonNode steps = webAdmin.read(webAdmin.post("/smtp-guard/simulate", JSON, "{\"commands\":[\"EHLO a\",\"DATA\"]}")).path("steps");

        assertThat(steps.findValuesAsText("verdict")).containsExactly("legal", "refused");
        assertThat(steps.path(1).path("diagnosis").asText()).isEqualTo("SEQ-MAIL-MISSING");
        assertThat(steps.path(1).path("reply").asText()).isEqualTo("503 5.5.1");
        assertThat(steps.path(1).path("next").path(0).asText()).isEqualTo("MAIL FROM:<address>");
    }

    @Test
    void thePortOfASimulationCanBeChosen() {
        String commands = "{\"commands\":[\"EHLO a\",\"AUTH PLAIN x\",\"STARTTLS\",\"MAIL FROM:<a@b>\"],"
            + "\"startTls\":true,\"auth\":\"underTls\"}";

        JsonNode steps = webAdmin.read(webAdmin.post("/smtp-guard/simulate", JSON, commands)).path("steps");

        assertThat(steps.findValuesAsText("diagnosis")).containsExactly("AUTH-TLS-REQUIRED", "SEQ-EHLO-AFTER-TLS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{}", "{\"commands\":1}", "{\"commands\":[1]}", "{\"commands\":[\"NOOP\\r\\nNOOP\"]}",
        "{\"commands\":[],\"auth\":\"sometimes\"}", "{\"commands\":[],\"tls\":\"maybe\"}", "{\"commands\":[],\"surprise\":1}"})
    void aSimulationThatMakesNoSenseIsRefused(String body) {
        HttpResponse<String> response = webAdmin.post("/smtp-guard/simulate", JSON, body);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(webAdmin.read(response).path("type").asText()).isEqualTo("InvalidArgument");
    }

    /** What curl and urllib make of a body whose type nobody tells them. */
    @Test
    void jsonThatCameAsAFormIsRefusedWithTheMend() {
        HttpResponse<String> response = webAdmin.post("/smtp-guard/simulate", FORM, "{\"commands\":[\"EHLO a\",\"DATA\"]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(webAdmin.read(response).path("message").asText())
            .isEqualTo("The body looks like JSON, but was sent as a form; send it with Content-Type: application/json.");
    }

    @Test
    void everyBackendSaysWhatItThinksOfALogIn() {
        JsonNode answers = webAdmin.read(check("alice@localhost", "secret")).path("answers");

        assertThat(answers.findValuesAsText("backend")).containsExactly("apps", "opinions");
        assertThat(answers.findValuesAsText("verdict")).containsExactly("accepted", "unknown");
        assertThat(answers).allSatisfy(answer -> assertThat(answer.path("millis").asLong()).isNotNegative());
        assertThat(webAdmin.read(check("Alice@LocalHost", "wrong-guess")).path("answers").findValuesAsText("verdict"))
            .containsExactly("refused", "unknown");
        assertThat(webAdmin.read(check("down@localhost", "not-seen-while-down")).path("answers").path(1).path("reason").asText())
            .isEqualTo("nobody answers at ldap.example.org");
    }

    @Test
    void oneBackendCanBeAskedAlone() {
        HttpResponse<String> response = webAdmin.post(CHECK, JSON,
            "{\"username\":\"expired@localhost\",\"password\":\"" + Sent.password("stale") + "\",\"backend\":\"opinions\"}");

        assertThat(webAdmin.read(response).path("answers").findValuesAsText("verdict")).containsExactly("expired");
    }

    /** The name is logged as that of any failed log-in, and of no other. */
    @Test
    void noPasswordOfACheckIsLoggedOrShownAgain() {
        String user = "confided-user@localhost";
        String password = Sent.password("confided-pass-phrase");
        String form = "username=" + user.replace("@", "%40") + "&password=" + password;

        List<HttpResponse<String>> responses = List.of(
            check(user, password),
            webAdmin.post(CHECK, FORM, form),
            webAdmin.post(CHECK, FORM, "{\"username\":\"" + user + "\",\"password\":\"" + password + "\"}"),
            webAdmin.post(CHECK, JSON, "{\"username\":\"" + user + "\",\"password\":\"" + password + "\""),
            webAdmin.post(CHECK, JSON, "{\"username\":\"" + user + "\",\"password\":[\"" + password + "\"]}"),
            webAdmin.post(CHECK, JSON, "{\"username\":\"" + user + "\",\"" + password + "\":\"\"}"),
            webAdmin.post(CHECK, JSON, "{\"username\":\"" + user + "@x@y\",\"password\":\"" + password + "\"}"),
            webAdmin.post(CHECK, JSON, "{\"username\":\"" + user + "\",\"password\":\"" + password + "\",\"backend\":\"nowhere\"}"));
        // The same way as those, and logged: what is left out is left out by us, and not by a log that shows no bodies.
        webAdmin.post("/no-such-route", JSON, "bodies-are-logged");

        assertThat(responses).extracting(HttpResponse::statusCode).containsExactly(200, 200, 400, 400, 400, 400, 400, 404);
        assertThat(responses).allSatisfy(response -> assertThat(response.body()).doesNotContain("confided"));
        assertThat(server.log()).contains("bodies-are-logged").doesNotContain("confided-pass")
            .contains("AUTH method WEBADMIN failed from confided-user@localhost@" + JamesServer.clientAddress()
                + ": UNKNOWN (no such user) by apps");
    }

    @Test
    void aPasswordIsNotTakenFromAnAddress() {
        HttpResponse<String> response = webAdmin.post(CHECK + "?username=alice%40localhost", JSON, "{\"password\":\"x\"}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(webAdmin.read(response).path("message").asText()).contains("in its body");
    }

    @Test
    void aPageOfAnotherSiteCannotHaveABrowserAsk() {
        HttpResponse<String> response = webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(CHECK)).header("Content-Type", FORM)
            .header("Sec-Fetch-Site", "cross-site").POST(BodyPublishers.ofString("username=alice%40localhost&password=x")));

        assertThat(response.statusCode()).isEqualTo(403);
    }

    private static HttpResponse<String> check(String user, String password) {
        return webAdmin.post(CHECK, JSON, "{\"username\":\"" + user + "\",\"password\":\"" + Sent.password(password) + "\"}");
    }

    private static String type(HttpResponse<String> response) {
        return header(response, "Content-Type").replace(" ", "");
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}

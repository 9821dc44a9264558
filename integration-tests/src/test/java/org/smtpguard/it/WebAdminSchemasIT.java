package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.JsonSchemas;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.Sent;
import org.smtpguard.it.wire.WireScript;

/** What a real WebAdmin sends is as {@code docs/schemas/} describes it. */
class WebAdminSchemasIT {
    private static final String JSON = "application/json";

    private static JamesServer server;
    private static WebAdmin webAdmin;
    private static String reference;

    @BeforeAll
    static void start() {
        server = Site.shared();
        webAdmin = Site.webAdmin();
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("EHLO client.example").expect("250").send("DATA").expect("503");
            reference = Refusal.session(wire.reply());
            wire.send("FROB").expect("500").send("QUIT").expect("221");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "overview, ''",
        "overview, ?since=1h",
        "sessions, /sessions",
        "violations, /violations",
        "violations, /violations?by=client&mode=enforce",
        "violations, /violations?by=verb&mode=observe",
        "diagnoses, /diagnoses",
        "diagnosis, /diagnoses/SEQ-MAIL-MISSING",
        "diagnosis, /diagnoses/503",
        "diagnosis, /diagnoses/STARTTLS",
        "backends, /backends",
        "blocks, /blocks",
        "explanation, /blocks?of=127.0.0.1",
        "explanation, /blocks?of=alice%40localhost",
        "simulation, /simulate",
        "auth-check, /auth/check",
    })
    void anAnswerIsAsItsSchemaDescribesIt(String schema, String path) {
        assertThat(JsonSchemas.findings(schema, webAdmin.json("/smtp-guard" + path))).isEmpty();
    }

    @Test
    void aSessionIsAsItsSchemaDescribesIt() {
        JsonNode session = webAdmin.json("/smtp-guard/sessions/" + reference);

        assertThat(session.path("lines")).hasSizeGreaterThan(3);
        assertThat(JsonSchemas.findings("session", session)).isEmpty();
        assertThat(JsonSchemas.findings("session", webAdmin.json("/smtp-guard/sessions?ref=" + reference))).isEmpty();
    }

    @Test
    void aSimulationIsAsItsSchemaDescribesIt() {
        assertValid("simulation", 200, webAdmin.post("/smtp-guard/simulate", JSON, "{\"commands\":[\"EHLO a\",\"DATA\",\"FROB\"]}"));
    }

    @ParameterizedTest
    @CsvSource({"alice@localhost, secret", "alice@localhost, wrong-guess", "expired@localhost, stale", "down@localhost, whatever"})
    void aLoginCheckIsAsItsSchemaDescribesIt(String user, String password) {
        assertValid("auth-check", 200, webAdmin.post("/smtp-guard/auth/check", JSON,
            "{\"username\":\"" + user + "\",\"password\":\"" + Sent.password(password) + "\"}"));
    }

    @Test
    void everyErrorIsAsItsSchemaDescribesIt() {
        Set<String> types = new TreeSet<>();
        List<HttpResponse<String>> errors = List.of(
            webAdmin.get("/smtp-guard/sessions/00000000", JSON),
            webAdmin.get("/smtp-guard/nothing/here", JSON),
            webAdmin.get("/smtp-guard/violations?since=yesterday", JSON),
            webAdmin.get("/smtp-guard?since=%ff", JSON),
            webAdmin.post("/smtp-guard/simulate", JSON, "{"),
            webAdmin.post("/smtp-guard/simulate", "text/plain", "EHLO a"),
            webAdmin.post("/smtp-guard/auth/check", JSON, "{\"username\":\"alice\",\"password\":\"x\",\"backend\":\"nowhere\"}"));

        assertThat(errors).allSatisfy(error -> {
            assertValid("error", error.statusCode(), error);
            assertThat(webAdmin.read(error).path("statusCode").asInt()).isEqualTo(error.statusCode()).isGreaterThanOrEqualTo(400);
            types.add(webAdmin.read(error).path("type").asText());
        });
        assertThat(types).containsExactly("InvalidArgument", "notFound");
    }

    private static void assertValid(String schema, int status, HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JsonSchemas.findings(schema, webAdmin.read(response))).as(response.body()).isEmpty();
    }
}

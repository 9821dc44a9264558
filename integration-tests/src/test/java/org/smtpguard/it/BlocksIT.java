package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.JsonSchemas;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.WireScript;

/** Blocks in WebAdmin: seen, explained, lifted, and made by hand. Each test has client networks of its own: all of 127.0.0.0/8 are. */
class BlocksIT {
    private static final String JSON = "application/json";
    private static final String HTML = "text/html";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String BLOCKS = "/smtp-guard/blocks";
    private static final String ALICE = "alice@localhost";
    private static final String PASSWORD = "secret";
    private static final int FAILURES = 3;

    private static JamesServer server;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the server sees the addresses of its clients");
        server = JamesServer.guarded()
            .editConf("smtpserver.xml", conf -> conf.replace("</mechanisms>", "</mechanisms>"
                + "<bruteForce><perNetwork failures=\"" + FAILURES
                + "\"/><perUser failures=\"12\"/><exempt>127.0.0.1</exempt></bruteForce>"))
            .start();
        webAdmin = new WebAdmin(server.webAdmin());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aBlockLeadsToTheSessionsOfItsFailuresAndIsLifted() {
        guess("127.31.0.1", "guessed@localhost", FAILURES);

        JsonNode block = block("127.31.0.1/32").orElseThrow();
        assertThat(block.path("subject").asText()).isEqualTo("network");
        assertThat(block.path("byHand").asBoolean()).isFalse();
        assertThat(Duration.between(Instant.parse(block.path("since").asText()), Instant.parse(block.path("until").asText())))
            .isEqualTo(Duration.ofMinutes(5));
        assertThat(block.path("failures").findValuesAsText("user")).hasSize(FAILURES).containsOnly("guessed@localhost");
        JsonNode session = webAdmin.json(block.path("failures").path(0).path("href").asText());
        assertThat(session.path("reference")).isEqualTo(block.path("failures").path(0).path("session"));
        assertThat(session.path("lines").findValuesAsText("id")).contains("AUTH-CREDENTIALS");
        assertThat(session.path("blocks").findValuesAsText("network")).contains("127.31.0.1/32");
        assertThat(webAdmin.get(BLOCKS, HTML).body()).contains("127.31.0.1/32", block.path("failures").path(0).path("href").asText());
        assertThat(webAdmin.json("/smtp-guard").path("blocks").asInt()).isPositive();
        isBlocked("127.31.0.1", ALICE);

        HttpResponse<String> lifted = delete(BLOCKS + "/127.31.0.1");

        assertThat(lifted.statusCode()).isEqualTo(200);
        assertThat(JsonSchemas.findings("blocks-lifted", webAdmin.read(lifted))).isEmpty();
        assertThat(webAdmin.read(lifted).path("lifted").path(0).path("network").asText()).isEqualTo("127.31.0.1/32");
        assertThat(block("127.31.0.1/32")).isEmpty();
        logsIn("127.31.0.1");
        assertThat(server.log()).contains("unblocked network=127.31.0.1/32 (lifted)");
        assertThat(error(delete(BLOCKS + "/127.31.0.1"), 404)).startsWith("Nothing is blocked there");
    }

    @Test
    void aNetworkIsBlockedByHandForATime() {
        logsIn("127.32.0.9");

        HttpResponse<String> made = webAdmin.post(BLOCKS, JSON,
            "{\"network\":\"127.32.0.0/16\",\"reason\":\"scans\\r\\nsince <b>Friday\",\"for\":\"2h\"}");

        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        assertThat(JsonSchemas.findings("block-made", webAdmin.read(made))).isEmpty();
        JsonNode block = webAdmin.read(made).path("blocked");
        assertThat(block.path("reason").asText()).isEqualTo("scans since <b>Friday");
        assertThat(Duration.between(Instant.parse(block.path("since").asText()), Instant.parse(block.path("until").asText())))
            .isEqualTo(Duration.ofHours(2));
        isBlocked("127.32.0.9", ALICE);
        assertThat(webAdmin.json(BLOCKS + "?of=127.32.0.9").path("state").asText()).isEqualTo("blocked");
        assertThat(webAdmin.get(BLOCKS, HTML).body()).contains("scans since &lt;b&gt;Friday");
        assertThat(error(delete(BLOCKS + "/127.32.0.9"), 404)).contains("blocked as a part of 127.32.0.0/16: lift that");

        assertThat(delete(BLOCKS + "/127.32.0.0/16").statusCode()).isEqualTo(200);
        logsIn("127.32.0.9");
    }

    @Test
    void aUserIsBlockedAndLiftedByTheFormsOfThePage() {
        HttpResponse<String> page = send(HTML, BLOCKS, "network=&user=Dave%2Bold%40LocalHost&reason=left+the+company&for=366d");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<h1>Blocked</h1>", "dave+old@localhost", "by hand: left the company");
        isBlocked("127.33.0.1", "dave+old@localhost");
        assertThat(webAdmin.json(BLOCKS + "?of=dave%2Bold%40localhost").path("blocks").findValuesAsText("subject")).containsExactly("user");

        assertThat(send(HTML, BLOCKS + "/lift", "of=dave%2Bold%40localhost").body()).contains("<h1>Lifted</h1>", "left the company");
        guess("127.33.0.1", "dave+old@localhost", 1);
    }

    @ParameterizedTest
    @CsvSource({"eve+tag@localhost, /eve+tag@localhost", "eve@localhost, /Eve%40localhost", "e/ve@localhost, ?of=e%2Fve%40localhost"})
    void aUserIsLiftedByName(String user, String path) {
        webAdmin.post(BLOCKS, JSON, "{\"user\":\"" + user + "\",\"reason\":\"test\",\"for\":\"1h\"}");

        assertThat(webAdmin.read(delete(BLOCKS + path)).path("lifted").findValuesAsText("user")).containsExactly(user);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}                                                                         | 400 | Name either a network or a user.",
        "{'network':'192.0.2.1','user':'x','reason':'x','for':'1h'}                 | 400 | Name either a network or a user.",
        "{'network':'192.0.2.1','for':'1h'}                                         | 400 | The field reason is missing.",
        "{'network':'192.0.2.1','reason':' ','for':'1h'}                            | 400 | The field reason has to be a text",
        "{'network':'192.0.2.1','reason':'x'}                                       | 400 | The field for is missing.",
        "{'network':'192.0.2.1','reason':'x','for':'367d'}                          | 400 | The field for has to be a duration",
        "{'network':'192.0.2.1','reason':'x','for':'1s'}                            | 400 | The field for has to be a duration",
        "{'network':'192.0.2.1','reason':'x','for':'for ever'}                      | 400 | The field for has to be a duration",
        "{'network':'192.0.2','reason':'x','for':'1h'}                              | 400 | The field network has to be an IP address",
        "{'network':'mail.example.org','reason':'x','for':'1h'}                     | 400 | The field network has to be an IP address",
        "{'network':'0.0.0.0/7','reason':'x','for':'1h'}                            | 400 | The network is too wide",
        "{'network':'2000::/15','reason':'x','for':'1h'}                            | 400 | The network is too wide",
        "{'network':'127.0.0.1','reason':'x','for':'1h'}                            | 409 | The network is exempt",
        "{'user':'a@b@c','reason':'x','for':'1h'}                                   | 400 | This is neither",
        "{'network':'192.0.2.1','reason':'x','for':'1h','until':'x'}                | 400 | There is an unknown field",
    })
    void aBlockThatMakesNoSenseIsRefused(String body, int status, String message) {
        assertThat(error(webAdmin.post(BLOCKS, JSON, body.replace('\'', '"')), status)).startsWith(message);
    }

    @Test
    void aReasonThatIsTooLongIsRefused() {
        assertThat(error(webAdmin.post(BLOCKS, JSON,
            "{\"user\":\"x\",\"reason\":\"" + "x".repeat(201) + "\",\"for\":\"1h\"}"), 400)).contains("at most 200");
    }

    @Test
    void anAddressOrAUserIsExplained() {
        guess("127.34.0.1", "Frank@LocalHost", FAILURES - 1);

        JsonNode ofAddress = webAdmin.json(BLOCKS + "?of=127.34.0.1");
        JsonNode ofUser = webAdmin.json(BLOCKS + "?of=Frank%40LOCALHOST");

        assertThat(ofAddress.path("state").asText()).isEqualTo("not_blocked");
        assertThat(ofAddress.path("failures").asInt() + " of " + ofAddress.path("limit").asText())
            .isEqualTo("2 of 3 failed log-ins within 1 h");
        assertThat(ofAddress.path("recent").findValuesAsText("href")).hasSize(2);
        assertThat(ofUser.path("failures").asInt()).isEqualTo(2);
        assertThat(ofUser.path("recent")).isEqualTo(ofAddress.path("recent"));
        assertThat(webAdmin.json(BLOCKS + "?of=127.0.0.1").path("state").asText()).isEqualTo("exempt");
        assertThat(webAdmin.json(BLOCKS + "?of=%3A%3A1").path("network").asText()).isEqualTo("0:0:0:0:0:0:0:0/64");
        assertThat(error(webAdmin.get(BLOCKS + "?of=a%40b%40c", JSON), 400)).startsWith("This is neither");
    }

    @ParameterizedTest
    @CsvSource({"127.34.0.2, 127.34.0.2", "2001:db8::1, 2001%3Adb8%3A%3A1", "Frank@localhost, Frank%40localhost", "frank, frank"})
    void theSearchOfEveryPageFindsAddressesAndUsers(String text, String encoded) {
        HttpResponse<String> response = webAdmin.get("/smtp-guard/sessions?ref=" + encoded, HTML);

        assertThat(response.statusCode()).as(text).isEqualTo(303);
        assertThat(response.headers().firstValue("Location").orElseThrow()).isEqualTo(BLOCKS + "?of=" + encoded);
        assertThat(webAdmin.get(BLOCKS + "?of=" + encoded, HTML).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void aPageOfAnotherSiteNeitherBlocksNorLifts(String site) {
        webAdmin.post(BLOCKS, JSON, "{\"network\":\"127.35.0.0/16\",\"reason\":\"stays\",\"for\":\"1h\"}");

        assertThat(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(BLOCKS)).header("Content-Type", FORM).header("Sec-Fetch-Site", site)
            .POST(BodyPublishers.ofString("network=127.36.0.0/16&reason=x&for=1h"))).statusCode()).isEqualTo(403);
        assertThat(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(BLOCKS + "/lift")).header("Content-Type", FORM)
            .header("Sec-Fetch-Site", site).POST(BodyPublishers.ofString("of=127.35.0.0/16"))).statusCode()).isEqualTo(403);
        assertThat(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(BLOCKS + "/127.35.0.0/16")).header("Sec-Fetch-Site", site).DELETE())
            .statusCode()).isEqualTo(403);
        assertThat(block("127.35.0.0/16")).isPresent();
        assertThat(block("127.36.0.0/16")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/, 404", "'', 400", "/192.0.2.0/24/x, 404", "/192.0.2.1?x=1, 400", "//192.0.2.1, 404", "/192.0.2.1;x, 404",
        "/not%40a%40user, 400"})
    void anotherSpellingOfTheAddressLiftsNothing(String path, int status) {
        error(delete(BLOCKS + path), status);
    }

    private static Optional<JsonNode> block(String network) {
        JsonNode answer = webAdmin.json(BLOCKS);
        assertThat(JsonSchemas.findings("blocks", answer)).isEmpty();
        return StreamSupport.stream(answer.path("blocks").spliterator(), false)
            .filter(block -> block.path("network").asText().equals(network)).findFirst();
    }

    private static HttpResponse<String> delete(String path) {
        return webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(path)).header("Accept", JSON).DELETE());
    }

    /** As a browser sends the form. */
    private static HttpResponse<String> send(String accept, String path, String form) {
        return webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(path)).header("Accept", accept).header("Content-Type", FORM)
            .header("Origin", webAdmin.uri("").toString()).header("Sec-Fetch-Site", "same-origin").POST(BodyPublishers.ofString(form)));
    }

    private static String error(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JsonSchemas.findings("error", webAdmin.read(response))).isEmpty();
        return webAdmin.read(response).path("message").asText();
    }

    private static void guess(String source, String user, int times) {
        for (int i = 0; i < times; i++) {
            try (WireScript wire = greeted(source)) {
                wire.send("AUTH PLAIN " + plain(user, "guess-" + source + "-" + i)).expect("535").send("QUIT").expect("221");
            }
        }
    }

    private static void isBlocked(String source, String user) {
        try (WireScript wire = greeted(source)) {
            wire.send("AUTH PLAIN " + plain(user, PASSWORD)).expect("454").expectInReply("AUTH-BLOCKED").send("QUIT").expect("221");
        }
    }

    private static void logsIn(String source) {
        try (WireScript wire = greeted(source)) {
            wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect("235").send("QUIT").expect("221");
        }
    }

    private static WireScript greeted(String source) {
        return wireFrom(source, server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }
}

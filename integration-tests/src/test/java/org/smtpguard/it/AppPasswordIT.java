package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.it.client.MailClient;
import org.smtpguard.it.client.MailClient.Submission;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.JsonSchemas;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/** The life of an app password in a real server: made, typed into a client, used, seen, revoked. */
class AppPasswordIT {
    /** Set where all clients are installed: a skip would hide that one of them is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));
    private static final String JSON = "application/json";
    private static final String ALICE = "alice@localhost";
    private static final String PATH = "/smtp-guard/app-passwords/" + ALICE;
    private static final int FAILURES = 3;
    private static final String MAIN_PASSWORD = "secret";
    private static final String MAIL = "MAIL FROM:<alice@localhost>";
    private static final String SECRET = "sgap(-[0-9a-hjkmnp-tv-z]{4}){7}";

    private static JamesServer server;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the clients reach the server");
        server = JamesServer.guarded()
            .withConf("app-passwords", "# SMTP Guard app passwords, format 1\n")
            .editConf("smtpserver.xml", conf -> conf.replaceAll("<mechanisms>[^<]*</mechanisms>",
                "<mechanisms>SCRAM-SHA-256 PLAIN LOGIN</mechanisms><backend class=\"AppPasswordBackend\" name=\"devices\">"
                    + "<store>file</store><file>file://conf/app-passwords</file><scram>true</scram></backend>"
                    + "<bruteForce><perNetwork failures=\"" + FAILURES + "\"/><exempt>127.0.0.1</exempt></bruteForce>"))
            .editConf("mailetcontainer.xml", conf -> conf.replaceFirst("(<processor state=\"transport\"[^>]*>)", "$1"
                    + "<mailet match=\"HasMailAttribute=smtpguard.auth.appPassword\" class=\"SetMimeHeader\">"
                    + "<name>X-App-Password</name><value>yes</value></mailet>"))
            .start();
        webAdmin = new WebAdmin(server.webAdmin());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"swaks, auth-plain, PLAIN", "swaks, auth-login, LOGIN", "smtplib, auth, PLAIN", "msmtp, auth-plain, PLAIN",
        "msmtp, auth-scram-sha-256, SCRAM-SHA-256", "gsasl, auth-plain, PLAIN", "gsasl, auth-scram-sha-256, SCRAM-SHA-256"})
    void aClientSendsWithIt(String name, String variant, String mechanism) {
        MailClient client = MailClient.of(name);
        boolean isInstalled = client.version().isPresent();
        assertThat(isInstalled || !ALL_INSTALLED).as("%s is installed here", name).isTrue();
        assumeTrue(isInstalled, () -> name + " is not installed");
        JsonNode made = issue("{\"label\":\"" + name + " by " + variant + "\"}");

        client.send(variant, server.smtp(), Submission.of(ALICE, made.path("secret").asText(), "bob@localhost", name + " " + variant, 2));

        JsonNode listed = listed(made.path("appPassword").path("id").asText()).orElseThrow();
        assertThat(listed.path("lastUse").path("mechanism").asText()).isEqualTo(mechanism);
        assertThat(listed.path("lastUse").path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(server.log()).contains("appPassword=" + listed.path("id").asText() + " label=\"" + name + " by " + variant + "\"");
        assertThat(Mailbox.of("bob", server.imap()).awaitMessageWith("Subject: " + name + " " + variant + " 2"))
            .contains("X-App-Password: yes");
        mainPasswordWorks();
    }

    @Test
    void anOpenSessionEndsAtItsNextMailOnceItIsRevoked() {
        JsonNode made = issue("{\"label\":\"Lost phone\"}");
        String id = made.path("appPassword").path("id").asText();
        try (WireScript wire = loggedIn(made.path("secret").asText())) {
            wire.send(MAIL).expect("250").send("RSET").expect("250");

            JsonNode revoked = read(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(PATH + "/" + id)).header("Accept", JSON).DELETE()),
                "app-passwords-revoked");

            assertThat(revoked.path("revoked").findValuesAsText("state")).containsExactly("revoked");
            wire.send(MAIL).expect("421 4.7.0").expectInReply("\\[AUTH-REVOKED]$").expectClosed();
        }
        try (WireScript wire = greeted()) {
            wire.send("AUTH PLAIN " + plain(ALICE, made.path("secret").asText())).expect("535 5.7.8")
                .expectInReply("\\[AUTH-CREDENTIALS]$");
        }
        assertThat(server.log()).contains("app password " + id + " (Lost phone) was revoked at ");
        mainPasswordWorks();
    }

    @Test
    void aDeviceThatKeepsTryingARevokedOneIsNoGuesser() {
        String network = "127.41.0.1";
        JsonNode made = issue("{\"label\":\"Old phone\"}");
        String auth = "AUTH PLAIN " + plain(ALICE, made.path("secret").asText());
        greetedFrom(network).send(auth).expect("235").close();
        webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(PATH + "/" + made.path("appPassword").path("id").asText())).DELETE());

        for (int i = 0; i < 2 * FAILURES; i++) {
            greetedFrom(network).send(auth).expect("535").close();
        }
        greetedFrom(network).send("AUTH PLAIN " + plain(ALICE, MAIN_PASSWORD)).expect("235").close();

        String guesser = "127.42.0.1";
        for (int i = 0; i < FAILURES; i++) {
            greetedFrom(guesser).send("AUTH PLAIN " + plain(ALICE, "sgap-0000-0000-0000-0000-0000-0000-000" + i)).expect("535").close();
        }
        greetedFrom(guesser).send("AUTH PLAIN " + plain(ALICE, "sgap-0000-0000-0000-0000-0000-0000-0009")).expect("454")
            .expectInReply("AUTH-BLOCKED").close();
    }

    private static WireScript greetedFrom(String source) {
        return wireFrom(source, server.smtp()).patience(Duration.ofMinutes(1)).expect("220").send("EHLO client.example").expect("250");
    }

    @Test
    void anotherSenderIsRefusedAndTheSessionTellsTheDevice() {
        JsonNode made = issue("{\"label\":\"Scanner\",\"senders\":[\"scans@localhost\"],\"networks\":[\"127.0.0.0/8\"],"
            + "\"expires\":\"90d\"}");
        try (WireScript wire = loggedIn(made.path("secret").asText())) {
            wire.send(MAIL).expect("553 5.7.1").expectInReply("\\[AUTH-SENDER]$").expectInReply("it may be used for scans@localhost$");
            String reference = wire.reply().lines().stream().filter(line -> line.contains("(session ")).findFirst().orElseThrow()
                .replaceFirst(".*\\(session (\\w+)\\)", "$1");
            wire.send("MAIL FROM:<scans@localhost>").expect("250");

            assertThat(webAdmin.json("/smtp-guard/sessions/" + reference).findValuesAsText("reason"))
                .contains("app password " + made.path("appPassword").path("id").asText() + " (Scanner)");
            assertThat(webAdmin.get("/smtp-guard/sessions/" + reference, "text/html").body()).contains("(Scanner)");
        }
    }

    @Test
    void itIsMadeAndRevokedOnThePage() throws Exception {
        HttpResponse<String> made = form(PATH, "label=Tablet&expires=&networks=&senders=");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        assertThat(made.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(made.body()).containsPattern(SECRET);
        String page = webAdmin.get("/smtp-guard/app-passwords?user=Alice%40LocalHost", "text/html").body();
        assertThat(page).contains("Tablet").doesNotContainPattern(SECRET);
        String id = page.replaceFirst("(?s).*<h3>Tablet .*?<span class=\"code\">([0-9a-z]+)</span>.*", "$1");

        assertThat(form(PATH + "/revoke", "id=" + id).body()).contains("<h1>Revoked</h1>", "Tablet");

        assertThat(listed(id).orElseThrow().path("state").asText()).isEqualTo("revoked");
        assertThat(Files.readString(server.home().resolve("conf/app-passwords"))).contains(id).doesNotContainPattern(SECRET);
        assertThat(server.log()).doesNotContainPattern(SECRET);
    }

    @Test
    void whatCannotBeIsRefused() {
        for (String body : new String[] {"{}", "{\"label\":\"\"}", "{\"label\":\"x\",\"networks\":[\"everywhere\"]}",
            "{\"label\":\"x\",\"expires\":\"soon\"}", "{\"label\":\"x\",\"senders\":[\"alice\"]}", "{\"label\":\"x\",\"unknown\":1}"}) {
            assertThat(webAdmin.post(PATH, JSON, body).statusCode()).as(body).isEqualTo(400);
        }
        assertThat(webAdmin.post(PATH, JSON, "{\"label\":\"x\",\"backend\":\"none\"}").statusCode()).isEqualTo(404);
        assertThat(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(PATH + "/none")).header("Accept", JSON).DELETE()).statusCode())
            .isEqualTo(404);
    }

    private static JsonNode issue(String body) {
        JsonNode made = read(webAdmin.post(PATH, JSON, body), "app-password-made");
        assertThat(made.path("secret").asText()).matches(SECRET);
        assertThat(made.path("user").asText()).isEqualTo(ALICE);
        return made;
    }

    private static Optional<JsonNode> listed(String id) {
        JsonNode all = read(webAdmin.get(PATH, JSON), "app-passwords");
        assertThat(all.toString()).doesNotContainPattern(SECRET);
        return StreamSupport.stream(all.path("appPasswords").spliterator(), false).filter(one -> one.path("id").asText().equals(id))
            .findFirst();
    }

    private static JsonNode read(HttpResponse<String> response, String schema) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode answer = webAdmin.read(response);
        assertThat(JsonSchemas.findings(schema, answer)).isEmpty();
        return answer;
    }

    private static HttpResponse<String> form(String path, String body) {
        return webAdmin.send(HttpRequest.newBuilder(webAdmin.uri(path)).header("Accept", "text/html")
            .header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static void mainPasswordWorks() {
        loggedIn(MAIN_PASSWORD).send(MAIL).expect("250").close();
    }

    private static WireScript loggedIn(String password) {
        return greeted().send("AUTH PLAIN " + plain(ALICE, password)).expect("235");
    }

    private static WireScript greeted() {
        return wire(server.smtp()).patience(Duration.ofMinutes(1)).expect("220").send("EHLO client.example").expect("250");
    }
}

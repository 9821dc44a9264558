package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.InstalledProgram;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Nginx;
import org.smtpguard.it.server.TokenIssuer;
import org.smtpguard.it.web.RawHttp;
import org.smtpguard.it.web.WebAdmin;

/** Where WebAdmin asks for a token (jwt.enabled), nothing of ours is shown or done without one. */
class WebAdminTokenIT {
    private static final String ADMIN = "Authorization: Basic "
        + Base64.getEncoder().encodeToString("admin:open-sesame".getBytes(StandardCharsets.US_ASCII)) + "\r\n";

    private static TokenIssuer issuer;
    private static JamesServer server;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        issuer = TokenIssuer.start();
        server = JamesServer.guarded()
            .withConf("jwt-public-key.pem", issuer.publicKey())
            .editConf("webadmin.properties", text -> text + "\njwt.enabled=true\njwt.publickeypem.url=file://conf/jwt-public-key.pem\n"
                + "smtpguard.hosts=admin.example.org\ncors.origin=https://admin.example.org\n")
            .start();
        webAdmin = new WebAdmin(server.webAdmin());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        issuer.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/sessions", "/sessions/00000000", "/violations", "/diagnoses", "/diagnoses/503", "/backends",
        "/simulate", "/auth/check", "/blocks", "/blocks?of=192.0.2.7"})
    void nothingIsShownWithoutAToken(String path) {
        for (String accept : new String[] {"application/json", "text/html"}) {
            HttpResponse<String> response = webAdmin.get("/smtp-guard" + path, accept);

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).doesNotContain("<html", "{\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/simulate", "/auth/check", "/blocks", "/blocks/lift"})
    void nothingIsAskedWithoutAToken(String path) {
        assertThat(webAdmin.post("/smtp-guard" + path, "application/json",
            "{\"commands\":[],\"username\":\"alice@localhost\",\"password\":\"x\"}").statusCode()).isEqualTo(401);
    }

    @Test
    void nothingIsLiftedWithoutAToken() {
        assertThat(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri("/smtp-guard/blocks/192.0.2.7")).DELETE()).statusCode())
            .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/diagnoses/503", "/backends", "/auth/check"})
    void whoHasOneSeesThePages(String path) {
        assertThat(get(path, issuer.webAdminToken(true)).statusCode()).isEqualTo(200);
        assertThat(get(path, issuer.webAdminToken(false)).statusCode()).as("no administrator").isEqualTo(401);
    }

    @Test
    void aLogInIsCheckedForWhoHasOne() {
        HttpResponse<String> response = webAdmin.send(HttpRequest.newBuilder(webAdmin.uri("/smtp-guard/auth/check"))
            .header("Authorization", "Bearer " + issuer.webAdminToken(true)).header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"username\":\"alice@localhost\",\"password\":\"secret\"}")));

        assertThat(webAdmin.read(response).path("answers").path(0).path("verdict").asText()).isEqualTo("accepted");
    }

    /** The sample, but for its certificate, its port and its users file. */
    @Test
    void behindTheProxyOfTheSampleAdministratorsSeeThePagesAndSendForms(@TempDir Path directory) throws Exception {
        InetSocketAddress place = Nginx.place();
        Path users = Files.writeString(directory.resolve("users"), "admin:{PLAIN}open-sesame\n");
        users.toFile().setReadable(true, false);
        directory.toFile().setExecutable(true, false);
        String sample = Files.readString(Path.of(System.getProperty("smtpguard.it.project", "."), "conf/nginx/smtp-guard.conf"))
            .replace("listen 443 ssl;", "listen 127.0.0.1:" + place.getPort() + ";").replaceAll(" *ssl_certificate.*\n", "")
            .replace("/etc/nginx/james-admins", users.toString()).replace("TOKEN", issuer.webAdminToken(true))
            .replace("127.0.0.1:8000", "127.0.0.1:" + server.webAdmin().getPort()).replace("$scheme", "https");
        try (Nginx nginx = Nginx.with(sample, directory)) {
            RawHttp proxy = new RawHttp(place);
            await().ignoreExceptions().until(() -> RawHttp.status(ask(proxy, request("GET", "", "", ""))) == 401);

            assertThat(ask(proxy, request("GET", "", ADMIN + "Accept: text/html\r\nSec-Fetch-Site: none\r\n", "")))
                .startsWith("HTTP/1.1 200").contains("<title>Overview - SMTP Guard</title>").doesNotContain("Access-Control-Allow-Origin");
            assertThat(ask(proxy, request("POST", "/simulate", ADMIN + "Accept: text/html\r\nOrigin: https://admin.example.org\r\n",
                "commands=EHLO+a"))).startsWith("HTTP/1.1 200").contains("EHLO a");
            assertThat(ask(proxy, request("POST", "/simulate", ADMIN + "Origin: https://evil.example\r\n", "commands=EHLO+a")))
                .startsWith("HTTP/1.1 403");
            assertThat(webAdmin.get("/healthcheck", "application/json").headers().allValues("Access-Control-Allow-Origin"))
                .as("of James' own routes").containsOnly("https://admin.example.org");
            assertThat(nginx.isRunning()).isTrue();
        }
    }

    /** Of docs/operations.md, but for the lines that make the keys. */
    @Test
    void theTokenThatThePageTellsHowToMakeIsAccepted(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("webadmin.key"), issuer.privateKey());
        String script = Files.readString(Path.of(System.getProperty("smtpguard.it.project", "."), "docs/operations.md")).lines()
            .dropWhile(line -> !line.contains("b64() {")).takeWhile(line -> line.startsWith("    ")).collect(Collectors.joining("\n"));
        InstalledProgram.of("openssl");

        String token = InstalledProgram.of("bash").run(directory, "-c", script).trim();

        assertThat(get("", token).statusCode()).isEqualTo(200);
        assertThat(get("", token.substring(0, token.length() - 8) + "AAAAAAAA").statusCode()).isEqualTo(401);
    }

    private static String ask(RawHttp proxy, String request) {
        return proxy.send(request, new byte[0]);
    }

    private static String request(String method, String path, String headers, String form) {
        return method + " /smtp-guard" + path + " HTTP/1.1\r\nHost: admin.example.org\r\nConnection: close\r\n" + headers
            + (form.isEmpty() ? "" : "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + form.length() + "\r\n")
            + "\r\n" + form;
    }

    private static HttpResponse<String> get(String path, String token) {
        return webAdmin.send(HttpRequest.newBuilder(webAdmin.uri("/smtp-guard" + path)).header("Authorization", "Bearer " + token)
            .header("Accept", "text/html").GET());
    }
}

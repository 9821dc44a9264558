package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.TokenIssuer;
import org.smtpguard.it.web.WebAdmin;

/** Where WebAdmin asks for a token (jwt.enabled), nothing of ours is shown or done without one. */
class WebAdminTokenIT {
    private static TokenIssuer issuer;
    private static JamesServer server;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        issuer = TokenIssuer.start();
        server = JamesServer.guarded()
            .withConf("jwt-public-key.pem", issuer.publicKey())
            .editConf("webadmin.properties", text -> text + "\njwt.enabled=true\njwt.publickeypem.url=file://conf/jwt-public-key.pem\n")
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

    private static HttpResponse<String> get(String path, String token) {
        return webAdmin.send(HttpRequest.newBuilder(webAdmin.uri("/smtp-guard" + path)).header("Authorization", "Bearer " + token)
            .header("Accept", "text/html").GET());
    }
}

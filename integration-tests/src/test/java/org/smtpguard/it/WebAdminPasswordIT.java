package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.http.HttpRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.WebAdmin;

/** Where WebAdmin asks for a password, as James does from 3.10 on unless it is told otherwise. */
class WebAdminPasswordIT {
    private static final String PASSWORD = "password-of-webadmin";

    private static JamesServer server;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        assumeFalse(JamesHome.current().isBefore(3, 9), "WebAdmin of James 3.8 has no passwords");
        server = JamesServer.guarded().editConf("webadmin.properties", text -> text + "\npassword=" + PASSWORD + "\n").start();
        webAdmin = new WebAdmin(server.webAdmin());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/sessions", "/diagnoses/503", "/backends", "/simulate", "/auth/check", "/blocks"})
    void nothingIsShownWithoutThePassword(String path) {
        assertThat(get(path, "wrong")).isEqualTo(401);
        assertThat(webAdmin.get("/smtp-guard" + path, "text/html").statusCode()).isEqualTo(401);
        assertThat(get(path, PASSWORD)).isEqualTo(200);
    }

    @Test
    void nothingIsDoneWithoutThePassword() {
        assertThat(webAdmin.post("/smtp-guard/blocks", "application/json", "{\"network\":\"192.0.2.7\",\"reason\":\"x\"}").statusCode())
            .isEqualTo(401);
        assertThat(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri("/smtp-guard/blocks/192.0.2.7")).DELETE()).statusCode())
            .isEqualTo(401);
    }

    private static int get(String path, String password) {
        return webAdmin.send(HttpRequest.newBuilder(webAdmin.uri("/smtp-guard" + path)).header("Password", password)
            .header("Accept", "text/html").GET()).statusCode();
    }
}

package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.Browser;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.Sent;
import org.smtpguard.it.wire.WireScript;

/**
 * Pages of other sites in a real Chromium that runs on the operator's machine, as does a WebAdmin without authentication: they can
 * neither read a transcript nor have a password checked, by whatever a page can send.
 */
class OtherSiteIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NAME_OF_CLIENT = "private-laptop.example";
    private static final String VICTIM = "victim@localhost";
    private static final String FORM = "'application/x-www-form-urlencoded'";
    private static final String BLOCKED = "blocked";

    private static JamesServer server;
    private static WebAdmin webAdmin;
    private static HttpServer elsewhere;
    private static String transcript;

    @BeforeAll
    static void start() throws IOException {
        server = Site.shared();
        webAdmin = Site.webAdmin();
        transcript = "/smtp-guard/sessions/" + refusedSession();
        elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            byte[] page = "<!DOCTYPE html><title>elsewhere</title><body>".getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        elsewhere.start();
    }

    @AfterAll
    static void stop() {
        if (elsewhere != null) {
            elsewhere.stop(0);
        }
    }

    /** Another port of the same host, another name of it, and another host. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "evil.example"})
    void aPageOfAnotherSiteReadsNoTranscriptAndHasNoPasswordChecked(String host) {
        String read = webAdmin.uri(transcript).toString();
        String check = webAdmin.uri("/smtp-guard/auth/check").toString();
        try (Browser browser = browser().open(URI.create("http://" + host + ":" + elsewhere.getAddress().getPort() + "/"))) {
            assertThat(fetch(browser, read, "{}")).isEqualTo(BLOCKED);
            assertThat(fetch(browser, read, "{headers: {Accept: 'application/json'}, credentials: 'include'}")).isEqualTo(BLOCKED);
            assertThat(fetch(browser, read, "{mode: 'no-cors'}")).isEqualTo("opaque 0 ");
            assertThat(fetch(browser, check, post(FORM, form()))).isEqualTo(BLOCKED);
            assertThat(fetch(browser, check, post("'application/json'", json()))).isEqualTo(BLOCKED);
            assertThat(fetch(browser, check, post(FORM, form()).replace("{method", "{mode: 'no-cors', method"))).isEqualTo("opaque 0 ");
            for (String element : new String[] {"img", "script"}) {
                assertThat(browser.text(load(element, "src", read))).as(element).isEqualTo("error");
            }
            assertThat(browser.text(load("link", "href", read))).isEqualTo("error");
            assertThat(browser.text(FRAME.replace("URL", read))).isEqualTo(BLOCKED);

            browser.follow("location = '" + read + "'");
            assertThat(browser.text("document.documentElement.outerHTML")).doesNotContain(NAME_OF_CLIENT);

            browser.open(URI.create("http://" + host + ":" + elsewhere.getAddress().getPort() + "/"));
            browser.follow("(() => { document.body.innerHTML = '<form method=post action=" + check + "><input name=username value="
                + VICTIM + "><input name=password value=" + password() + "></form>'; document.forms[0].submit(); })()");
            assertThat(browser.text("document.body.innerText")).contains("another site").doesNotContain("refused", "unknown");

            // Refused by the server, and not only kept from the page by the browser.
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(browser.statuses(webAdmin.uri("/").toString()))
                .hasSizeGreaterThanOrEqualTo(11).containsOnly(403));
        }
        assertThat(server.log()).doesNotContain(VICTIM, password());
    }

    /** The page's own name resolves to WebAdmin now, so that to the browser both are one site. */
    @Test
    void aNameThatWasMadeToResolveToThisServerReadsNothingAndHasNoPasswordChecked() {
        try (Browser browser = browser()) {
            browser.open(on("evil.example", "/no-such-route"));
            assertThat(fetch(browser, transcript, "{}")).startsWith("basic 403 ").doesNotContain(NAME_OF_CLIENT);
            assertThat(fetch(browser, "/smtp-guard/sessions", "{headers: {Accept: 'application/json'}}")).startsWith("basic 403 ");
            assertThat(fetch(browser, "/smtp-guard/auth/check", post(FORM, form()))).startsWith("basic 403 ");
            assertThat(fetch(browser, "/smtp-guard/auth/check", post("'application/json'", json()))).startsWith("basic 403 ");
            assertThat(fetch(browser, transcript, "{headers: {'X-Forwarded-Host': 'localhost'}}")).startsWith("basic 403 ");

            browser.open(on("evil.example", transcript));
            assertThat(browser.text("document.body.innerText")).contains("smtpguard.hosts").doesNotContain(NAME_OF_CLIENT);

            // The same by a name that is the server's.
            browser.open(on("localhost", "/no-such-route"));
            assertThat(fetch(browser, transcript, "{}")).startsWith("basic 200 ").contains(NAME_OF_CLIENT);
        }
        assertThat(server.log()).doesNotContain(VICTIM, password());
    }

    private static Browser browser() {
        return Browser.start("MAP evil.example 127.0.0.1");
    }

    private static URI on(String host, String path) {
        return URI.create("http://" + host + ":" + server.webAdmin().getPort() + path);
    }

    /** @return what a script of the page gets: the kind of the answer, its status and its body */
    private static String fetch(Browser browser, String url, String options) {
        return browser.text("fetch('" + url + "', " + options + ").then(async r => r.type + ' ' + r.status + ' ' + await r.text(), e => '"
            + BLOCKED + "')");
    }

    private static String post(String type, String body) {
        return "{method: 'POST', headers: {'Content-Type': " + type + "}, body: '" + body + "'}";
    }

    private static String form() {
        return "username=" + VICTIM + "&password=" + password();
    }

    private static String json() {
        return "{\"username\": \"" + VICTIM + "\", \"password\": \"" + password() + "\"}";
    }

    private static String password() {
        return Sent.password("guessed-elsewhere");
    }

    private static String load(String element, String attribute, String url) {
        return "new Promise(done => { const e = document.createElement('" + element + "'); e.rel = 'stylesheet';"
            + " e.onload = () => done('loaded'); e.onerror = () => done('error'); e." + attribute + " = '" + url + "';"
            + " document.body.append(e); })";
    }

    private static final String FRAME = "new Promise(done => { const e = document.createElement('iframe'); e.onload = () => {"
        + " try { done(e.contentWindow.document.body.innerText); } catch (x) { done('" + BLOCKED + "'); } }; e.src = 'URL';"
        + " document.body.append(e); })";

    /** @return its reference */
    private static String refusedSession() {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("EHLO " + NAME_OF_CLIENT).expect("250").send("DATA").expect("503");
            String reference = Refusal.session(wire.reply());
            wire.send("QUIT").expect("221");
            return reference;
        }
    }
}

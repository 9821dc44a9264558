package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.RawHttp;
import org.smtpguard.it.web.WebAdmin;

/**
 * Requests to WebAdmin that no well-meaning program sends: other spellings of the address, bodies that are too large or cannot be read,
 * pages of other sites. The log of this server shows everything: DEBUG, and the whole context of each line.
 */
class HostileRequestIT {
    private static final String LOGBACK = "<configuration>"
        + "<appender name=\"CONSOLE\" class=\"ch.qos.logback.core.ConsoleAppender\">"
        + "<encoder><pattern>%d{HH:mm:ss.SSS} [%-5level] %logger - %msg {%mdc}%n%ex</pattern></encoder></appender>"
        + "<root level=\"INFO\"><appender-ref ref=\"CONSOLE\"/></root>"
        + "<logger name=\"org.eclipse.jetty\" level=\"TRACE\"/><logger name=\"spark\" level=\"TRACE\"/>"
        + "<logger name=\"org.apache.james.webadmin\" level=\"TRACE\"/><logger name=\"org.smtpguard\" level=\"TRACE\"/></configuration>";
    private static final String SECRET = "hush-4711";
    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON_BODY = "{\"username\":\"alice@localhost\",\"password\":\"" + SECRET + "\"}";
    private static final String FORM_BODY = "username=alice%40localhost&password=" + SECRET;

    private static JamesServer server;
    private static RawHttp http;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded().withConf("logback.xml", LOGBACK)
            .editConf("webadmin.properties", conf -> conf + "\nsmtpguard.hosts=mail.example.org,admin.example.org:8443\n").start();
        http = new RawHttp(server.webAdmin());
        webAdmin = new WebAdmin(server.webAdmin());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    static List<String> otherSpellings() {
        return List.of("/smtp-guard//auth/check", "//smtp-guard/auth/check", "/smtp-guard/auth//check", "/smtp-guard/auth/check/",
            "/smtp-guard/auth/check//", "/smtp-guard/./auth/check", "/smtp-guard/x/../auth/check", "/x/../smtp-guard/auth/check",
            "/smtp-guard/auth/%63heck", "/%73mtp-guard/auth/check", "/smtp-guard%2Fauth/check", "/smtp-guard/auth%2fcheck",
            "/%2573mtp-guard/auth/check", "/smtp%2dguard/auth/check", "/smtp-guard/auth/check;x", "/smtp-guard;x=1/auth/check",
            "/smtp-guard/auth;/check", "/SMTP-GUARD/auth/check", "/smtp-guard/AUTH/check", "/smtp-guard/auth/check%20",
            "/smtp-guard/auth/check%00", "/smtp-guard/auth\\check", "/smtp-guard/%2e/auth/check", "/smtp-guard/auth/check%3Fx",
            "/smtp-guard/auth/check.json", "/smtp-guard/auth", "/smtp-guard/", "/smtp-guard", "/smtp-guard/auth/check/more");
    }

    @ParameterizedTest
    @MethodSource("otherSpellings")
    void anotherSpellingOfTheAddressIsNoneAndLogsNoSecret(String path) {
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            for (String type : List.of(JSON, FORM, "text/plain")) {
                for (String body : List.of(JSON_BODY, FORM_BODY)) {
                    assertThat(RawHttp.status(ask(method + " " + path, type, body))).as(method).isBetween(400, 499).isNotIn(401, 403);
                }
            }
        }
        assertThat(server.log()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "TRACE", "PROPFIND", "post"})
    void noMethodHasASecretLogged(String method) {
        for (String type : List.of(JSON, FORM, "text/plain", "multipart/form-data; boundary=x", "", "nonsense",
            "application/json; charset=nonsense", FORM + "; charset=\"")) {
            for (String body : List.of(JSON_BODY, FORM_BODY, "--x\r\n\r\n" + SECRET, SECRET, "{\"username\":" + SECRET)) {
                assertThat(RawHttp.status(ask(method + " /smtp-guard/auth/check", type, body))).as(type).isLessThan(500);
                assertThat(RawHttp.status(http.ask(method + " /smtp-guard/simulate", List.of("Host: " + http.host(),
                    "Content-Type: " + type, "X-HTTP-Method-Override: POST"), octets(body)))).as(type).isLessThan(500);
            }
        }
        assertThat(server.log()).doesNotContain(SECRET);
    }

    /** What is left out is left out by us, and not by a log that shows none. */
    @Test
    void otherBodiesAreLogged() {
        ask("POST /no-such-route", JSON, "bodies-are-logged");

        assertThat(server.log()).contains("bodies-are-logged");
    }

    static Stream<String> unreadable() {
        return Stream.of("/smtp-guard?since=%ZZ", "/smtp-guard?since=%", "/smtp-guard?since=%FF", "/smtp-guard?%ZZ",
            "/smtp-guard?since=-1h", "/smtp-guard?since=99999999999999999999m", "/smtp-guard?since=9999999-01-01T00:00:00Z",
            "/smtp-guard?since=1h&since=2h",
            "/smtp-guard?surprise=1", "/smtp-guard/sessions?ref=a&ref=b", "/smtp-guard/violations?since=1h&limit=-1",
            "/smtp-guard/diagnoses?since=1h", "/smtp-guard/backends?x", "/smtp-guard/auth/check?password=x",
            "/smtp-guard/violations?by=rule&by=verb", "/smtp-guard/simulate?commands=EHLO", "/smtp-guard/blocks?of=a&of=b",
            "/smtp-guard/blocks?of=a%40b%40c", "/smtp-guard/blocks?of=" + "x".repeat(256), "/smtp-guard/blocks?of=a%00b",
            "/smtp-guard/blocks?user=alice");
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void aQueryThatMakesNoSenseIsTheClientsError(String path) {
        assertThat(RawHttp.status(ask("GET " + path, "", ""))).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth/check", "simulate"})
    void aBodyThatIsTooLargeIsRefused(String path) {
        String large = "x".repeat(5_000_000);
        String many = IntStream.range(0, 2_000).mapToObj(i -> "f" + i + "=1").collect(Collectors.joining("&"));
        String chunked = "POST /smtp-guard/" + path + " HTTP/1.1\r\nHost: " + http.host() + "\r\nContent-Type: %s\r\n"
            + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + Integer.toHexString(1_000_000) + "\r\n" + "x".repeat(1_000_000)
            + "\r\n0\r\n\r\n";

        assertThat(RawHttp.status(ask("POST /smtp-guard/" + path, FORM, "username=" + large))).isEqualTo(413);
        assertThat(RawHttp.status(ask("POST /smtp-guard/" + path, FORM, many))).isEqualTo(413);
        assertThat(RawHttp.status(ask("POST /smtp-guard/" + path, JSON, "{\"username\":\"" + large + "\"}"))).isEqualTo(413);
        assertThat(RawHttp.status(ask("POST /smtp-guard/" + path, FORM, "username=" + "x".repeat(70_000)))).isEqualTo(413);
        assertThat(RawHttp.status(http.send(String.format(Locale.ROOT, chunked, FORM), new byte[0]))).isEqualTo(413);
        String refusal = http.send(String.format(Locale.ROOT, chunked, JSON), new byte[0]);
        assertThat(RawHttp.status(refusal)).isEqualTo(411);
        assertThat(refusal).contains("Send it with a Content-Length of at most 65536.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "application/x-www-form-urlencoded | username=%ZZ&password=x               | 400",
        "application/x-www-form-urlencoded | username=a&password=%FF               | 400",
        "application/x-www-form-urlencoded | username=a&username=b&password=x      | 400",
        "application/x-www-form-urlencoded | username=a&password=x&surprise=1      | 400",
        "application/x-www-form-urlencoded | username=a&password=%00               | 400",
        "application/x-www-form-urlencoded | username=a                            | 400",
        "application/json | {\"username\":\"a\",\"username\":\"b\",\"password\":\"x\"} | 400",
        "application/json | {\"username\":\"a\",\"password\":\"x\"}{}                  | 400",
        "application/json | {\"username\":\"a\",\"password\":\"x\\u0000\"}             | 400",
        "application/json | {\"username\":\"a\",\"password\":-1}                       | 400",
        "application/json | {\"username\":\"a\",\"password\":1e999999999}              | 400",
        "application/json | {\"username\":\"\u00ff\",\"password\":\"x\"}               | 400",
        "application/json | ''                                                         | 400",
        "text/plain       | username=a&password=x                                      | 415",
        "text/json        | {}                                                         | 415",
        "application/xml  | <x/>                                                       | 415",
        "multipart/form-data; boundary=x | x                                           | 415",
    })
    void aBodyThatMakesNoSenseIsTheClientsError(String type, String body, int status) {
        assertThat(RawHttp.status(ask("POST /smtp-guard/auth/check", type, body))).isEqualTo(status);
    }

    @Test
    void aBodyWithoutLengthIsEmpty() {
        String head = "POST /smtp-guard/auth/check HTTP/1.1\r\nHost: " + http.host() + "\r\nContent-Type: " + JSON
            + "\r\nConnection: close\r\n\r\n";

        assertThat(RawHttp.status(http.send(head, octets(JSON_BODY)))).isEqualTo(400);
        assertThat(server.log()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*/*", "nonsense", "/", "text/html;q=x", "text/html,,", ";;;", ";", ",", ",;,",
        ";q", "a;b", "=", "/;q=", "text/;q=1", "text/html;;;", "*", "*;q=0.5", " "})
    void anAcceptThatMakesNoSenseIsNoFaultOfTheServer(String accept) {
        assumeThat(JamesHome.current().isBefore(3, 10)).as("WebAdmin of James 3.10 itself fails at some of them").isTrue();
        for (String start : List.of("GET /smtp-guard", "GET /smtp-guard/nothing", "POST /smtp-guard/simulate", "GET /users")) {
            assertThat(RawHttp.status(http.ask(start, List.of("Host: " + http.host(), "Accept: " + accept), new byte[0]))).as(start)
                .isLessThan(500);
        }
    }

    static List<List<String>> otherSites() {
        String own = "Host: " + http.host();
        List<List<String>> sites = new ArrayList<>();
        for (String origin : List.of("null", "https://evil.example", "http://127.0.0.1:1", "http://127.0.0.1", "http://localhost",
            "https://" + http.host(), "http://" + http.host() + ".evil.example", "http://evil.example@" + http.host(), "",
            "http://" + http.host() + "/", "http://" + http.host() + ", http://evil.example", "file://", "chrome-extension://abc")) {
            sites.add(List.of(own, "Origin: " + origin));
        }
        for (String site : List.of("cross-site", "same-site", "", "nonsense", "Same-Origin")) {
            sites.add(List.of(own, "Sec-Fetch-Site: " + site));
        }
        sites.add(List.of(own, "Sec-Fetch-Site: same-origin", "Origin: http://evil.example"));
        for (String host : List.of("evil.example", "evil.example:" + server.webAdmin().getPort(), "localhost.evil.example",
            "127.0.0.1.nip.io", "127.0.0.1@evil.example", "10.0.0.1", "0.0.0.0", "[::2]", "127.256.0.1", "128.0.0.1",
            "localhost:x", "localhost.", "127.1")) {
            sites.add(List.of("Host: " + host));
        }
        // A page whose own name was made to resolve to this server can have its browser send these.
        sites.add(List.of("Host: evil.example", "X-Forwarded-Host: localhost"));
        sites.add(List.of("Host: evil.example", "Forwarded: host=localhost"));
        sites.add(List.of("Host: evil.example", "X-Forwarded-Server: localhost"));
        sites.add(List.of("Host: evil.example", "X-Forwarded-Host: mail.example.org"));
        return sites;
    }

    @Test
    void aPageOfAnotherSiteIsAnsweredNothing() {
        for (List<String> headers : otherSites()) {
            for (String start : List.of("GET /smtp-guard", "GET /smtp-guard/sessions", "GET /smtp-guard/nothing", "HEAD /smtp-guard",
                "POST /smtp-guard/auth/check", "POST /smtp-guard/simulate", "OPTIONS /smtp-guard/auth/check", "OPTIONS /smtp-guard")) {
                String answer = http.ask(start, with(headers, "Content-Type: " + FORM), octets(FORM_BODY));

                assertThat(RawHttp.status(answer)).as("%s %s", start, headers).isIn(400, 403);
                assertThat(answer).as("%s %s", start, headers).doesNotContain("Access-Control-Allow-Origin", "answers", "\"sessions\"");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:8000", "127.0.0.1", "127.9.8.7:1", "[::1]", "[::1]:8000", "mail.example.org",
        "mail.example.org:8000", "Admin.Example.Org"})
    void aNameThatTheServerWasGivenIsAnswered(String host) {
        String answer = http.ask("GET /smtp-guard", List.of("Host: " + host), new byte[0]);

        assertThat(RawHttp.status(answer)).isEqualTo(200);
        assertThat(answer).doesNotContain("Access-Control-Allow-Origin");
    }

    @Test
    void aPageOfThisSiteIsAnswered() {
        for (List<String> headers : List.of(
            List.of("Host: " + http.host(), "Origin: http://" + http.host(), "Sec-Fetch-Site: same-origin"),
            List.of("Host: " + http.host(), "Sec-Fetch-Site: none"),
            List.of("Host: localhost", "Origin: http://localhost:80"),
            List.of("Host: " + http.host(), "Origin: https://mail.example.org"),
            List.of("Host: " + http.host(), "Origin: https://admin.example.org:8443"))) {
            assertThat(RawHttp.status(http.ask("POST /smtp-guard/simulate", with(headers, "Content-Type: " + JSON),
                octets("{\"commands\":[\"NOOP\"]}")))).as("%s", headers).isEqualTo(200);
        }
    }

    @Test
    void failedChecksAreFailedLogInsAndBoundInNumber() {
        List<Integer> statuses = IntStream.range(0, 40)
            .mapToObj(i -> RawHttp.status(ask("POST /smtp-guard/auth/check", JSON, "{\"username\":\"alice@localhost\",\"password\":\"" + i
                + "\"}"))).collect(Collectors.toList());

        // As many as can fail at first, and one more for each minute that this test may take.
        assertThat(statuses.subList(0, 30)).contains(429);
        assertThat(statuses).containsOnly(200, 429);
        String client = JamesServer.clientAddress();
        assertThat(server.log()).contains("AUTH method WEBADMIN failed from alice@localhost@" + client
            + ": REFUSED (wrong password) by apps"
            + " [AUTH-CREDENTIALS] client=" + client);
        assertThat(webAdmin.get("/metrics", "text/plain").body()).contains("smtpGuard_auth_WEBADMIN_by_apps_refused");
    }

    private static String ask(String start, String type, String body) {
        return http.ask(start, List.of("Host: " + http.host(), "Content-Type: " + type), octets(body));
    }

    private static List<String> with(List<String> headers, String more) {
        return Stream.concat(headers.stream(), Stream.of(more)).collect(Collectors.toList());
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}

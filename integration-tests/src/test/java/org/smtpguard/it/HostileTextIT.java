package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.Browser;
import org.smtpguard.it.web.HostileTexts;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.WireScript;

/**
 * Whatever a client sends as a verb, an argument, a name or an address is text on every page, and breaks no line of the log and no name
 * of a metric.
 */
class HostileTextIT {
    private static final Pattern OURS = Pattern.compile(
        "^\\S+ \\[[A-Z]+ *] (org\\.smtpguard\\.|org\\.apache\\.james\\.protocols\\.smtp\\.AUTH)");
    private static final Pattern REFUSAL = Pattern.compile("^\\S+ \\[[A-Z]+ *] org\\.smtpguard\\.REFUSAL - ");
    private static final Pattern REFUSAL_LINE = Pattern.compile(REFUSAL
        + "(\\d{3} [A-Z-]+ refused|observed [A-Z-]+ would refuse) [A-Za-z ]+ client=127\\.\\d+\\.0\\.1 session=[0-9a-f]+ \\{}");
    private static final Pattern METRIC = Pattern.compile("(# (HELP|TYPE) )?smtpGuard_[A-Za-z0-9_]+( .*|\\{quantile=\"[0-9.]+\",?} .*)");

    private static JamesServer server;
    private static WebAdmin webAdmin;
    private static final List<String> REFERENCES = new ArrayList<>();

    @BeforeAll
    static void sendItAll() {
        server = Site.shared();
        webAdmin = Site.webAdmin();
        HostileTexts.ALL.forEach(HostileTextIT::send);
    }

    private static void send(String text) {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("EHLO " + text).read();
            wire.send("HELP " + text).expect(text.chars().anyMatch(c -> c < ' ' || c == 0x7f) ? "501" : "214");
            wire.send(text + " " + text).read();
            wire.send("VRFY " + text).read();
            wire.send("EHLO client.example").expect("250");
            wire.send("AUTH " + text).read();
            wire.send("MAIL FROM:<" + text + ">").read();
            wire.send("MAIL FROM:<\"" + text.replaceAll("[\"\\\\]", "\\\\$0") + "\"@example.org>").read();
            wire.send("RSET").expect("250");
            wire.send("MAIL FROM:<alice@localhost>").expect("250");
            wire.send("RCPT TO:<" + text + ">").read();
            wire.send("DATA").expectMatch("^(503|554)");
            REFERENCES.add(Refusal.session(wire.reply()));
            wire.send("QUIT " + text).read();
        }
    }

    @Test
    void thereIsEnoughOfIt() {
        assertThat(HostileTexts.ALL).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(50);
    }

    /** In the DOM that a real browser has made of the page, where all that counts has been decided. */
    @Test
    void isTextOnEveryPage() {
        try (Browser browser = Browser.start()) {
            browser.open(webAdmin.uri("/smtp-guard/sessions/" + harmlessSession()));
            String shape = shape(browser);
            for (int i = 0; i < REFERENCES.size(); i++) {
                String text = HostileTexts.ALL.get(i);
                browser.open(webAdmin.uri("/smtp-guard/sessions/" + REFERENCES.get(i)));

                assertThat(browser.text("document.querySelector('.transcript').textContent")).as("%s", text)
                    .contains(cut(shown("EHLO " + text.trim())));
                isHarmless(browser, text);
                // Only the lines of the session differ in number.
                assertThat(shape.lines()).as("%s", text).containsAll(shape(browser).lines().collect(Collectors.toList()));
            }
            for (String page : List.of("", "/sessions", "/violations?by=client", "/violations?by=verb")) {
                browser.open(webAdmin.uri("/smtp-guard" + page));
                isHarmless(browser, page);
            }
            for (String text : HostileTexts.ALL) {
                String path = "/smtp-guard/blocks?of=" + percent(text);
                if (webAdmin.get(path, "text/html").statusCode() == 200) {
                    browser.open(webAdmin.uri(path));
                    isHarmless(browser, text);
                }
            }
            browser.open(webAdmin.uri("/smtp-guard/simulate"));
            browser.evaluate("document.getElementById('commands').value = " + literal(HostileTexts.ALL.stream()
                .map(text -> text + "\nMAIL FROM:<" + text + ">").collect(Collectors.joining("\n"))));
            browser.follow("document.querySelector('.form button').click()");
            assertThat(browser.evaluate("document.querySelectorAll('.verdicts > li').length").asInt())
                .isEqualTo(2 * HostileTexts.ALL.size());
            isHarmless(browser, "/simulate");
        }
    }

    private static void isHarmless(Browser browser, String text) {
        assertThat(browser.text("typeof window." + HostileTexts.CANARY)).as("%s", text).isEqualTo("undefined");
        assertThat(browser.text("[...document.querySelectorAll('script:not(body > script:last-child),"
            + "iframe,object,embed,img,base,math,template,marquee,noscript,"
            + "meta[http-equiv]')].map(e => e.tagName).join()")).as("%s", text).isEmpty();
        assertThat(browser.evaluate("document.querySelectorAll('style,h1,main,script').length").asInt()).as("%s", text).isEqualTo(4);
        assertThat(browser.text("[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => a.name.startsWith('on')"
            + " || a.name == 'style' || /^\\s*javascript:/i.test(a.value)).map(a => a.name).join()")).as("%s", text).isEmpty();
        assertThat(browser.text("[...document.querySelectorAll('[href],[action]')]"
            + ".map(e => e.getAttribute('href') || e.getAttribute('action'))"
            + ".filter(a => !/^(\\/smtp-guard|#main$|https:\\/\\/github|data:image)/.test(a)).join()")).as("%s", text).isEmpty();
        assertThat(browser.requests()).noneMatch(url -> url.contains("evil.example"));
        assertThat(browser.complaints()).isEmpty();
    }

    /** Which elements stand in which, and with which attributes. */
    private static String shape(Browser browser) {
        return browser.text("[...new Set([...document.querySelectorAll('main *')].map(e => { let path = '';"
            + " for (let p = e; p != document.body; p = p.parentElement)"
            + " path = p.tagName + '[' + [...p.attributes].map(a => a.name) + ']>' + path;"
            + " return path; }))].join('\\n')");
    }

    /** One with all that a session of {@link #send} can have on its page. */
    private static String harmlessSession() {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("EHLO client.example").expect("250").send("HELP harmless").expect("214").send("GET /").expect("500")
                .send("AUTH x").expect("504").send("MAIL FROM:<alice@localhost>").expect("250").send("RCPT TO:<x@localhost>").read();
            wire.send("DATA").expect("554");
            return Refusal.session(wire.reply());
        }
    }

    @Test
    void isTextInJsonToo() {
        IntStream.range(0, REFERENCES.size()).forEach(i -> {
            HttpResponse<String> response = webAdmin.get("/smtp-guard/sessions/" + REFERENCES.get(i), "application/json");

            assertThat(webAdmin.read(response).path("lines").path(0).path("text").asText()).as("%s", HostileTexts.ALL.get(i))
                .isEqualTo(cut(shown("EHLO " + HostileTexts.ALL.get(i).trim())));
            assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        });
    }

    @Test
    void isNoTopicAndNoReference() {
        for (String text : HostileTexts.ALL) {
            String encoded = percent(text);
            for (String path : List.of("/sessions/" + encoded, "/diagnoses/" + encoded,
                "/violations?by=" + encoded, "?since=" + encoded)) {
                HttpResponse<String> response = webAdmin.get("/smtp-guard" + path, "text/html");

                assertThat(response.statusCode()).as(path).isBetween(400, 404);
                // What leads nowhere is answered by James, in JSON.
                if (response.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
                    assertThat(response.body()).as(path).doesNotContain(HostileTexts.CANARY, "evil.example");
                }
            }
        }
    }

    /** A search for what is no reference goes on to the explanation of a user, if it can be the name of one. */
    @Test
    void isAtMostTheNameOfAUserWithoutLogIns() {
        for (String text : HostileTexts.ALL) {
            HttpResponse<String> search = webAdmin.get("/smtp-guard/sessions?ref=" + percent(text), "text/html");
            HttpResponse<String> explanation = webAdmin.get("/smtp-guard/blocks?of=" + percent(text), "application/json");

            assertThat(search.statusCode()).as(text).isIn(303, 404);
            assertThat(search.body()).doesNotContain(HostileTexts.CANARY, "evil.example");
            assertThat(explanation.statusCode()).as(text).isIn(200, 400);
            if (explanation.statusCode() == 400) {
                assertThat(explanation.body()).as(text).doesNotContain(HostileTexts.CANARY, "evil.example");
            }
        }
    }

    @Test
    void breaksNoLineOfTheLog() {
        List<String> lines = server.log().lines().collect(Collectors.toList());

        assertThat(lines).noneMatch(line -> line.startsWith("12:00:00.000") || line.startsWith("\u001b"));
        assertThat(lines).filteredOn(line -> REFUSAL.matcher(line).find()).hasSizeGreaterThan(HostileTexts.ALL.size())
            .allSatisfy(line -> assertThat(line).matches(REFUSAL_LINE));
        assertThat(lines).filteredOn(line -> OURS.matcher(line).find())
            .allSatisfy(line -> assertThat(line).matches("[\\x20-\\x7e]*").doesNotContain(HostileTexts.CANARY));
    }

    @Test
    void breaksNoNameOfAMetric() {
        List<String> metrics = webAdmin.get("/metrics", "text/plain").body().lines()
            .filter(line -> line.contains("smtpGuard") || line.contains(HostileTexts.CANARY)).collect(Collectors.toList());

        assertThat(metrics).isNotEmpty().allSatisfy(line -> assertThat(line).matches(METRIC));
    }

    /** As a transcript has it. */
    private static String shown(String text) {
        return text.chars().mapToObj(c -> c >= ' ' && c < 0x7f ? String.valueOf((char) c) : "?").collect(Collectors.joining());
    }

    private static String cut(String text) {
        return text.length() <= 256 ? text : text.substring(0, 253) + "...";
    }

    private static String percent(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, octets.length).mapToObj(i -> String.format(Locale.ROOT, "%%%02X", octets[i] & 0xff))
            .collect(Collectors.joining());
    }

    private static String literal(String text) {
        try {
            return new ObjectMapper().writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}

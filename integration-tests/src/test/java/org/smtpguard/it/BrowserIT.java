package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.InstalledProgram;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.Browser;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.Sent;
import org.smtpguard.it.wire.WireScript;

/**
 * The pages in a real Chromium: from a refusal to what it means, by mouse, keyboard and phone. {@code -Dsmtpguard.update=true} takes
 * the pictures in {@code docs/pictures/} anew.
 */
class BrowserIT {
    private static final List<String> PAGES = List.of("", "/sessions", "/violations", "/violations?by=client", "/diagnoses",
        "/diagnoses/SEQ-MAIL-NESTED", "/diagnoses/503", "/backends", "/simulate", "/auth/check", "/blocks",
        "/blocks?of=127.41.0.1", "/sessions/00000000");

    private static JamesServer server;
    private static WebAdmin webAdmin;
    private static Browser browser;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the server sees the addresses of its clients");
        browser = Browser.start();
        server = Site.shared();
        webAdmin = Site.webAdmin();
        for (int i = 0; i < 3; i++) {
            try (WireScript wire = wireFrom("127.41.0.1", server.smtp()).expect("220")) {
                wire.send("EHLO printer.example.org").expect("250")
                    .send("AUTH PLAIN " + plain("a.user.with.quite.a.long.name@department.localhost", "guess-in-a-browser-" + i))
                    .expect("535");
            }
        }
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void sitDown() {
        browser.window(1280, 900).scheme("light");
    }

    @AfterEach
    void nothingCameFromElsewhereAndNothingWasAmiss() {
        assertThat(browser.requests()).allSatisfy(url -> assertThat(url).startsWith(webAdmin.uri("/smtp-guard").toString()));
        assertThat(browser.complaints()).filteredOn(complaint -> !complaint.contains("404 (Not Found)")).isEmpty();
    }

    @Test
    void aRefusalLeadsToItsSessionByTheReferenceThatItShows() {
        String reference = refusedSession();

        browser.open(webAdmin.uri("/smtp-guard"));
        browser.evaluate("document.getElementById('ref').focus()");
        browser.type(reference).follow("document.querySelector('.find button').click()");

        assertThat(browser.text("document.querySelector('h1').innerText")).isEqualTo("Session " + reference);
        assertThat(browser.text("document.querySelector('.transcript').innerText"))
            .contains("EHLO laptop.example.org", "503 5.5.1 MAIL refused: a mail transaction is already open [SEQ-MAIL-NESTED]");
        assertThat(browser.text("[...document.querySelectorAll('.explanation')].pop().innerText"))
            .contains("A mail transaction is already open", "EHLO done, authenticated, sender <alice@localhost>, 1 recipient accepted",
                "DATA\nRCPT TO:<address>\nRSET\nQUIT", "Finish the open transaction");
        assertThat(browser.text("document.querySelector('aside .here .name').textContent")).isEqualTo("Recipients given");
        assertThat(browser.text("document.querySelector('aside .here .small').textContent")).endsWith("MAIL");
        assertThat(browser.text("document.querySelector('.track [aria-current]').innerText")).isEqualTo("greeted");

        browser.follow("[...document.querySelectorAll('.explanation a')].pop().click()");

        assertThat(browser.text("document.querySelector('h1').innerText")).isEqualTo("SEQ-MAIL-NESTED");
    }

    @Test
    void theOverviewShowsWhatWasRefusedAndHowAllIs() {
        String reference = refusedSession();

        browser.open(webAdmin.uri("/smtp-guard"));

        assertThat(browser.text("document.querySelector('.sessions').innerText")).contains(reference);
        assertThat(browser.text("document.querySelector('.banner').innerText")).isNotEmpty();
        assertThat(browser.evaluate("document.querySelectorAll('.bars rect[class^=s]').length").asInt()).isPositive();
        assertThat(browser.text("document.querySelector('.legend').innerText")).containsPattern("[A-Z]+-[A-Z-]+ \\d+");
        assertThat(browser.evaluate("+document.querySelector('.diagnoses a[href$=SEQ-MAIL-NESTED]').closest('tr').querySelector('.refused')"
            + ".innerText").asInt()).isPositive();
        assertThat(browser.text("document.querySelector('.backends').innerText")).contains("apps", "opinions");
        assertThat(browser.evaluate("document.querySelectorAll('.states .node').length").asInt()).isEqualTo(11);
        assertThat(browser.text("document.querySelector('.diagnoses').innerText")).contains("SEQ-GREETING-EARLY", "AUTH-IDENTITY");
    }

    @Test
    void commandsAreSimulatedFromAForm() {
        browser.open(webAdmin.uri("/smtp-guard/simulate"));
        browser.evaluate("document.getElementById('commands').value = 'EHLO a\\nAUTH PLAIN x\\nSTARTTLS\\nMAIL FROM:<a@b>'");
        browser.follow("document.querySelector('.form button').click()");

        assertThat(browser.text("[...document.querySelectorAll('.verdicts .speaker')].map(e => e.innerText).join()"))
            .isEqualTo("legal,refused,legal,refused");
        assertThat(browser.text("document.querySelector('.verdicts').innerText")).contains("AUTH-TLS-REQUIRED", "SEQ-EHLO-AFTER-TLS");
        assertThat(browser.text("document.querySelector('aside .here .name').textContent")).isEqualTo("Greet again");
    }

    @Test
    void aLogInIsCheckedFromAFormAndNotShownAgain() {
        browser.open(webAdmin.uri("/smtp-guard/auth/check"));
        browser.evaluate("document.getElementById('username').focus()");
        browser.type("alice@localhost").press("Tab").type(Sent.password("typed-by-hand"));
        browser.follow("document.querySelector('.form button').click()");

        assertThat(browser.text("document.querySelector('table').innerText")).contains("apps", "refused", "wrong password");
        assertThat(browser.text("document.documentElement.outerHTML")).doesNotContain("typed-by-hand", "alice@localhost");
        assertThat(browser.text("location.href")).isEqualTo(webAdmin.uri("/smtp-guard/auth/check").toString());
        assertThat(server.log()).doesNotContain("typed-by-hand");
    }

    @Test
    void aNetworkIsBlockedExplainedAndLiftedByKeyboard() {
        browser.open(webAdmin.uri("/smtp-guard/blocks"));
        browser.evaluate("document.getElementById('block-network').focus()");
        browser.type("198.51.100.0/24").press("Tab").press("Tab").type("spam since Friday").press("Tab").type("7d");
        browser.follow("document.querySelector('form.narrow button').click()");
        assertThat(browser.text("document.querySelector('.banner').innerText")).startsWith("Blocked.");

        browser.evaluate("document.getElementById('ref').focus()");
        browser.type("198.51.100.7").follow("document.querySelector('.find button').click()");
        assertThat(browser.text("document.querySelector('h1').innerText")).isEqualTo("Log-ins from 198.51.100.7/32");
        assertThat(browser.text("location.pathname + location.search")).isEqualTo("/smtp-guard/blocks?of=198.51.100.7");
        assertThat(browser.text("document.querySelector('.blocks').innerText")).contains("198.51.100.0/24", "by hand: spam since Friday");

        browser.follow("document.querySelector('.blocks button').click()");
        assertThat(browser.text("document.querySelector('h1').innerText")).isEqualTo("Lifted");
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 390, 768, 1280})
    void nothingHasToBeScrolledSideways(int width) {
        String session = "/sessions/" + refusedSession();
        browser.window(width, 800);
        for (String page : withSession(session)) {
            browser.open(webAdmin.uri("/smtp-guard" + page));

            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).as(page).isLessThanOrEqualTo(width);
        }
    }

    @Test
    void everyPageHasItsLandmarksOneHeadingAndALabelForEachField() {
        for (String page : withSession("/sessions/" + refusedSession())) {
            browser.open(webAdmin.uri("/smtp-guard" + page));

            assertThat(browser.text("document.documentElement.lang")).as(page).isEqualTo("en");
            for (String landmark : List.of("h1", "main", "header", "footer", "header nav", "[role=search]")) {
                assertThat(browser.evaluate("document.querySelectorAll('" + landmark + "').length").asInt())
                    .as("%s on %s", landmark, page).isEqualTo(1);
            }
            assertThat(browser.text("[...document.querySelectorAll('input:not([type=checkbox]),select,textarea')]"
                + ".filter(e => e.labels.length == 0).map(e => e.name).join()")).as("fields without a label on " + page).isEmpty();
            assertThat(browser.text("[...document.querySelectorAll('svg')].filter(e => e.getAttribute('role') != 'img'"
                + " || !e.querySelector('title')).length")).as("pictures without words on " + page).isEqualTo("0");
        }
    }

    /** axe-core: WCAG 2.1 at level AA, and what else it takes for good practice, such as headings in their order. */
    @ParameterizedTest
    @ValueSource(ints = {390, 1400})
    void noPageHasABarrier(int width) throws Exception {
        String axe = Files.readString(InstalledProgram.addedFile("integration-tests/axe/node_modules/axe-core/axe.min.js"));
        browser.window(width, 900);
        for (String page : withSession("/sessions/" + refusedSession())) {
            browser.open(webAdmin.uri("/smtp-guard" + page));
            browser.evaluate(axe + "; 0");

            assertThat(browser.text("axe.run({resultTypes: ['violations']}).then(found => found.violations.flatMap(v => v.nodes.map(node =>"
                + " v.id + ': ' + node.html.slice(0, 120) + ' ' + node.failureSummary)).join('\\n'))")).as(page).isEmpty();
        }
    }

    @Test
    void aPageShowsWhatIsNewByItself() {
        browser.open(webAdmin.uri("/smtp-guard/sessions"));
        String reference = refusedSession();

        await().until(() -> browser.text("document.querySelector('.sessions').innerText").contains(reference));
        assertThat(browser.text("performance.getEntriesByType('navigation').length")).isEqualTo("1");
    }

    @Test
    void whatIsInUseIsNotUpdated() {
        browser.open(webAdmin.uri("/smtp-guard/sessions"));
        browser.evaluate("const user = document.getElementById('by-user'); user.closest('details').open = true; user.focus()");
        browser.type("alice@local");
        String before = browser.text("document.querySelector('.sessions').innerText");
        int requests = browser.requests().size();
        refusedSession();

        await().during(Duration.ofSeconds(6)).atMost(Duration.ofSeconds(60)).until(() -> browser.requests().size() == requests);
        assertThat(browser.text("document.getElementById('by-user').value")).isEqualTo("alice@local");
        assertThat(browser.text("document.querySelector('.sessions').innerText")).isEqualTo(before);
    }

    @Test
    void aSessionIsFoundByItsUserAndCopiedAsText() {
        String reference = refusedSession();
        browser.open(webAdmin.uri("/smtp-guard/sessions?user=alice@localhost&rule=SEQ-MAIL-NESTED"));

        assertThat(browser.text("document.querySelector('.sessions').innerText")).contains(reference);
        assertThat(browser.text("document.getElementById('by-rule').value")).isEqualTo("SEQ-MAIL-NESTED");
        browser.follow("[...document.querySelectorAll('.sessions a')].find(a => a.innerText == '" + reference + "').click()");

        assertThat(browser.text("document.querySelector('tbody').innerText")).contains("alice@localhost", "PLAIN", "apps", "accepted");
        browser.evaluate("document.querySelector('#as-text').closest('details').open = true");
        assertThat(browser.text("getComputedStyle(document.querySelector('[data-copy]')).display")).as("the button").isNotEqualTo("none");
        assertThat(browser.text("document.getElementById('as-text').value")).startsWith("SMTP Guard, session " + reference)
            .contains("client 127.0.0.1, port " + server.smtp().getPort() + ", clear text", "C: EHLO laptop.example.org",
                "-- PLAIN log-in of alice@localhost: accepted by apps").doesNotContain("secret");

        browser.follow("document.querySelector('form[action$=delete] button').click()");
        assertThat(browser.text("document.querySelector('.banner').innerText")).startsWith("Deleted: 1 transcript.");
    }

    @Test
    void theKeyboardReachesEverythingAndShowsWhereItIs() {
        browser.open(webAdmin.uri("/smtp-guard"));
        browser.press("Tab");

        assertThat(browser.text("document.activeElement.innerText")).isEqualTo("Skip to the content");
        assertThat(browser.evaluate("document.activeElement.getBoundingClientRect().left").asDouble()).isNotNegative();

        browser.press("Enter");
        assertThat(browser.text("location.hash")).isEqualTo("#main");

        int links = browser.evaluate("document.querySelectorAll('main a, main summary').length").asInt();
        for (int i = 0; i < links; i++) {
            browser.press("Tab");
            assertThat(browser.evaluate("document.activeElement.closest('main') != null").asBoolean()).as("the %dth Tab", i).isTrue();
            assertThat(browser.text("getComputedStyle(document.activeElement).outlineStyle")).isEqualTo("solid");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void textStandsOutFromItsGround(String scheme) {
        browser.scheme(scheme);
        for (String page : withSession("/sessions/" + refusedSession())) {
            browser.open(webAdmin.uri("/smtp-guard" + page));

            assertThat(browser.text(FAINT)).as("faint text (contrast below 4.5) on %s", page).isEmpty();
        }
    }

    /** In {@code target/pictures/}, every page for a screen and for a phone, light and dark. */
    @Test
    void thePagesAreKeptAsPicturesToBeLookedAt() {
        Path pictures = Path.of(System.getProperty("smtpguard.it.work", "target/servers")).resolveSibling("pictures");
        String session = "/sessions/" + refusedSession();
        for (String page : withSession(session)) {
            browser.open(webAdmin.uri("/smtp-guard" + page));
            String name = page.equals(session) ? "-session" : page.replaceAll("[^A-Za-z0-9]+", "-");
            for (String scheme : List.of("light", "dark")) {
                for (int width : new int[] {390, 1400}) {
                    Path picture = pictures.resolve(scheme + "-" + width + name + ".png");
                    browser.window(width, 800).scheme(scheme).screenshot(picture, "html");
                    assertThat(picture).isNotEmptyFile();
                }
            }
        }
    }

    /** Takes a quarter of an hour, in which clients make their mistakes. */
    @Test
    @EnabledIfSystemProperty(named = "smtpguard.update", matches = "true")
    void thePicturesInTheDocumentationAreTakenAnew() {
        Random random = new Random(1);
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1500)).during(Duration.ofMinutes(15)).atMost(Duration.ofMinutes(17))
            .until(() -> Mistake.any(random).make(server));
        String reference = refusedSession();
        Path pictures = Path.of(System.getProperty("smtpguard.it.project", "."), "docs", "pictures");
        for (String scheme : List.of("light", "dark")) {
            browser.scheme(scheme);
            browser.open(webAdmin.uri("/smtp-guard?since=15m"));
            browser.evaluate("document.querySelectorAll('.backends p').forEach(p => { p.textContent ="
                + " p.textContent.replace(/ at .*\\/conf\\//, ' at /root/conf/'); })");
            browser.screenshot(pictures.resolve("overview-" + scheme + ".png"), ".pair");
            browser.open(webAdmin.uri("/smtp-guard/sessions/" + reference))
                .screenshot(pictures.resolve("session-" + scheme + ".png"), ".beside");
        }
    }

    /** What clients get wrong, and how often in proportion. */
    private enum Mistake {
        WRONG_PASSWORD(9, wire -> wire.send("EHLO printer.example.org").expect("250")
            .send("AUTH PLAIN " + plain("alice@localhost", "old-password")).expect("535")),
        NESTED_MAIL(6, wire -> wire.send("EHLO batch.example.org").expect("250").send("MAIL FROM:<alice@localhost>").expect("250")
            .send("MAIL FROM:<bob@localhost>").expect("503")),
        NO_GREETING(4, wire -> wire.send("MAIL FROM:<alice@localhost>").expect("503")),
        RELAY(3, wire -> wire.send("EHLO laptop.example.org").expect("250").send("MAIL FROM:<alice@localhost>").expect("250")
            .send("RCPT TO:<bob@example.org>").expect("530")),
        NO_RECIPIENT(2, wire -> wire.send("EHLO script.example.org").expect("250").send("MAIL FROM:<alice@localhost>").expect("250")
            .send("RCPT TO:<nobody-here@localhost>").expect("550").send("DATA").expect("554")),
        NO_SMTP(1, wire -> wire.send("GET / HTTP/1.1").expect("500")),
        UNKNOWN_MECHANISM(1, wire -> wire.send("EHLO camera.example.org").expect("250").send("AUTH CRAM-MD5").expect("504"));

        private final int share;
        private final Consumer<WireScript> dialogue;

        Mistake(int share, Consumer<WireScript> dialogue) {
            this.share = share;
            this.dialogue = dialogue;
        }

        static Mistake any(Random random) {
            List<Mistake> all = Stream.of(values()).flatMap(mistake -> Collections.nCopies(mistake.share, mistake).stream())
                .collect(Collectors.toList());
            return all.get(random.nextInt(all.size()));
        }

        boolean make(JamesServer victim) {
            try (WireScript wire = wire(victim.smtp()).expect("220")) {
                dialogue.accept(wire);
                return true;
            }
        }
    }

    private static List<String> withSession(String session) {
        List<String> pages = new ArrayList<>(PAGES);
        pages.add(session);
        return pages;
    }

    /** @return its reference */
    private static String refusedSession() {
        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("EHLO laptop.example.org").expect("250").send("DATA").expect("503")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expect("235")
                .send("MAIL FROM:<alice@localhost>").expect("250").send("RCPT TO:<bob@localhost>").expect("250")
                .send("MAIL FROM:<alice@localhost>").expect("503");
            String reference = Refusal.session(wire.reply());
            wire.send("QUIT").expect("221");
            return reference;
        }
    }

    /** The texts whose contrast to what they stand on is less than WCAG 2.1 asks for at level AA, as far as that is of one colour. */
    private static final String FAINT = "(() => {"
        + "const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);"
        + "const lum = c => { const [r, g, b] = rgb(c).map(v => v / 255)"
        + ".map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);"
        + " return .2126 * r + .7152 * g + .0722 * b; };"
        + "const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;"
        + " if (rgb(c)[3] !== 0) return c; } return 'rgb(255,255,255)'; };"
        + "const faint = [];"
        + "for (const e of document.querySelectorAll('body *')) {"
        + " if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())) continue;"
        + " const s = getComputedStyle(e); const [a, b] = [lum(s.color), lum(ground(e))].sort((x, y) => y - x);"
        + " if ((a + .05) / (b + .05) < 4.5) faint.push(e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40)); }"
        + "return faint.join('; '); })()";
}

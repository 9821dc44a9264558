package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.transcript.LogIn;
import org.smtpguard.transcript.Recording;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/** What an operator sees of one session, and of the list of all. */
class SessionViewTest {
    private static final String REFERENCE = "7f3a9c21";

    private final SteppedClock clock = new SteppedClock();
    private final Transcripts transcripts = new Transcripts(clock);
    private final Pages pages = new Pages(new SequenceTable(), new DiagnosisCatalogue(), transcripts, new Violations(clock),
        Optional::empty, clock);
    private final Recording recording = transcripts.begin(REFERENCE, "192.0.2.7", 587);

    @Test
    void eachLogInIsShownWithItsUserItsBackendAndTheReason() {
        recording.tls("TLSv1.3");
        say("AUTH PLAIN AGE=");
        recording.logIn(new LogIn("refused", "PLAIN", "alice@example.org", Optional.of("apps"), "wrong password"));
        recording.logIn(new LogIn("accepted", "LOGIN", "bob", Optional.of("corp"), ""));

        Document page = session();

        assertThat(page.select("tbody tr").eachText()).containsExactly("alice@example.org PLAIN apps refused wrong password",
            "bob LOGIN corp accepted");
        assertThat(page.select("tbody a").eachAttr("href")).as("their other sessions")
            .containsExactly("/smtp-guard/sessions?user=alice%40example.org", "/smtp-guard/sessions?user=bob");
        assertThat(page.select(".facts").text()).contains("port 587", "TLS TLSv1.3");
        assertThat(page.select(".facts a").eachAttr("href")).contains("/smtp-guard/sessions?client=192.0.2.7",
            "/smtp-guard/blocks?of=192.0.2.7");
        assertThat(page.select(".transcript .guard pre").eachText()).first()
            .isEqualTo("PLAIN log-in of alice@example.org: refused by apps (wrong password)");
    }

    @Test
    void equalRefusalsInARowFoldIntoOne() {
        for (String command : List.of("DATA", "RCPT TO:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>", "DATA")) {
            clock.advance(Duration.ofMillis(700));
            refuse(command, command.equals("DATA") ? "no data" : "no recipient");
        }

        Document page = session();

        assertThat(page.select(".transcript > .server > pre").eachText()).containsExactly("503 no data", "503 no recipient", "503 no data");
        assertThat(page.select(".alike summary").text()).isEqualTo("2 more that were refused alike");
        assertThat(page.select(".alike pre").eachText()).containsExactly("RCPT TO:<c@d>", "RCPT TO:<e@f>");
        assertThat(page.select(".alike .offset").eachText()).containsExactly("+2100 ms", "+2800 ms");
        assertThat(page.select(".facts").text()).contains("refused 5");
    }

    @Test
    void whatIsMissingIsSaidWhereItIsMissing() {
        for (int i = 0; i < 100; i++) {
            say("HELP " + i);
        }

        assertThat(session().select(".transcript > li pre, .gap p").eachText()).hasSize(65).startsWith("HELP 0", "HELP 1")
            .contains("HELP 15", "36 lines are not kept any more.", "HELP 52").endsWith("HELP 99").doesNotContain("HELP 16", "HELP 51");
        assertThat(session().select("#as-text").first().wholeText()).contains("HELP 15\n[36 lines are not kept any more]\n");
    }

    @Test
    void aSessionIsTextForATicket() {
        say("EHLO laptop.example.org");
        clock.advance(Duration.ofSeconds(83).plusMillis(214));
        refuse("DATA", "no data");
        recording.end();

        assertThat(session().select("#as-text").first().wholeText()).isEqualTo("SMTP Guard, session 7f3a9c21\n"
            + "client 192.0.2.7, port 587, clear text\n"
            + "began 2026-03-01 11:30:00.000 +01:00, ended after 83214 ms\n"
            + "\n"
            + "+0 ms        C: EHLO laptop.example.org\n"
            + "+83214 ms    C: DATA\n"
            + "+83214 ms    S: 503 no data\n"
            + "             S: state: EHLO done\n"
            + "             S: next: MAIL FROM:<address> | QUIT");
    }

    @Test
    void aListHasPagesAndKeepsItsFilter() {
        say("NOOP");
        for (int i = 0; i < 120; i++) {
            transcripts.begin(String.format(Locale.ROOT, "%08x", i), "198.51.100.7", 25).command(line("NOOP"), 6);
        }
        SessionFilter filter = SessionFilter.NONE.and("client", "198.51.100.0/24", session -> session.client().startsWith("198."));

        Document second = Jsoup.parse(pages.sessions(filter, 2, List.of("refused")).page());

        assertThat(second.select(".sessions li")).hasSize(50);
        assertThat(second.select(".sessions li a").first().text()).isEqualTo("00000045");
        assertThat(second.select("nav[aria-label=Pages] a").eachAttr("href")).containsExactly(
            "/smtp-guard/sessions?client=198.51.100.0%2F24", "/smtp-guard/sessions?client=198.51.100.0%2F24&page=3");
        assertThat(second.select("#by-client").first().val()).isEqualTo("198.51.100.0/24");
        assertThat(pages.sessions(filter, 3, List.of()).facts()).containsEntry("more", false).containsEntry("page", 3);
        assertThat(Jsoup.parse(pages.sessions(SessionFilter.NONE, 3, List.of()).page()).select(".sessions li")).hasSize(21);
    }

    @Test
    void nothingFoundIsExplained() {
        assertThat(Jsoup.parse(pages.sessions(SessionFilter.NONE.and("port", "25", session -> false), 1, List.of()).page()).text())
            .contains("None. Sessions with a refusal are kept for 24 h after their end", "16 MiB", "Show all");
    }

    private Document session() {
        return Jsoup.parse(pages.session(REFERENCE).orElseThrow().page());
    }

    private void say(String command) {
        recording.command(line(command), command.length() + 2);
    }

    private void refuse(String command, String words) {
        say(command);
        recording.refusal(new Refusal(DiagnosisId.SEQ_MAIL_MISSING, "EHLO done", List.of("MAIL FROM:<address>", "QUIT")),
            List.of("503 " + words), 100);
    }

    private static CommandLine line(String text) {
        return CommandLine.parse((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static final class SteppedClock extends Clock {
        private Instant now = Instant.parse("2026-03-01T10:30:00Z");

        private void advance(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("Europe/Berlin");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}

package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Health;
import org.smtpguard.resilience.HealthRecord;
import org.smtpguard.resilience.Safeguarded;
import org.smtpguard.resilience.Safeguards;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.Recording;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.ViolationCount;
import org.smtpguard.transcript.Violations;

class PagesTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-01T10:30:00Z"), ZoneOffset.ofHours(1));
    private static final SessionState BEGIN = SessionState.on(Port.plain()).build();
    private static final String HOSTILE = "\"'></pre></script><script>alert(1)</script><img src=x onerror=alert(1)>&lt;";

    private final SequenceTable table = new SequenceTable();
    private final DiagnosisCatalogue catalogue = new DiagnosisCatalogue();
    private final Transcripts transcripts = new Transcripts(CLOCK);
    private final Violations violations = new Violations(CLOCK);
    private final Pages pages = new Pages(table, catalogue, transcripts, violations, Optional::empty, CLOCK);

    @Test
    void theOneStyleSheetAndTheOneScriptAreThoseThatThePolicyAllows() throws Exception {
        String css = Jsoup.parse(pages.diagnoses().page()).selectFirst("style").data();
        String script = Jsoup.parse(pages.diagnoses().page()).selectFirst("script").data();

        assertThat(org.smtpguard.page.Document.POLICY).contains("style-src 'sha256-" + hash(css) + "'; script-src 'sha256-" + hash(script)
            + "'; connect-src 'self'");
        assertThat(css).doesNotContain("url(", "@import", "expression");
        assertThat(script).doesNotContain("innerHTML", "eval", "http");
    }

    private static String hash(String text) throws Exception {
        return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @EnumSource(DiagnosisId.class)
    void everyDiagnosisHasItsPageAndItsLineInTheOverview(DiagnosisId id) {
        violations.count(id, Verb.MAIL, "192.0.2.1", false);

        Document page = parse(pages.diagnosis(id.toString()).orElseThrow());
        assertThat(page.selectFirst("h1").text()).isEqualTo(id.toString());
        assertThat(page.text()).contains(catalogue.article(id).meaning(), catalogue.article(id).when(), catalogue.article(id).fix(),
            catalogue.article(id).reference(), "1 refused");

        Document overview = parse(pages.overview(Range.DAY, List.of(), counted()));
        assertThat(overview.select(".diagnoses tr:has(a[href$=/" + id + "]) td.refused").text()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"235", "503", "214", "starttls", "AUTH", "seq-mail-nested"})
    void whatHelpExplainsHasAPage(String topic) {
        assertThat(pages.diagnosis(topic)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "other", "299", "SEQ-NONE", "<b>"})
    void whatHelpDoesNotKnowHasNone(String topic) {
        assertThat(pages.diagnosis(topic)).isEmpty();
    }

    @Test
    void aSessionIsShownAsItWentAndItsRefusalExplainedInPlace() {
        record("EHLO client.example", "MAIL");

        Document page = parse(pages.session("7f3a9c21").orElseThrow());

        assertThat(page.select(".transcript pre").eachText())
            .containsExactly("EHLO client.example", "MAIL", "503 5.5.1 no [SEQ-MAIL-NESTED]");
        assertThat(page.select("li.no .explanation").text()).contains(catalogue.article(DiagnosisId.SEQ_MAIL_NESTED).meaning(),
            "EHLO done, sender <a@b>, 1 recipient accepted");
        assertThat(page.select("li.no .next code").eachText()).containsExactly("DATA", "QUIT");
        assertThat(page.select(".track [aria-current]").text()).isEqualTo("recipients");
        assertThat(page.select(".states .here .name").text()).isEqualTo("Recipients given");
        assertThat(page.select("time").first().text()).as("in the zone of the server").isEqualTo("2026-03-01 11:30:00.000 +01:00");
        assertThat(pages.session("7f3a9c22")).isEmpty();
    }

    @Test
    void whatAClientSentIsTextOnEveryPageThatShowsIt() {
        record("EHLO " + HOSTILE, HOSTILE);
        violations.count(DiagnosisId.SYN_COMMAND, Verb.OTHER, HOSTILE, false);

        assertThat(Stream.of(pages.session("7f3a9c21").orElseThrow(), pages.sessions(SessionFilter.NONE, 1, List.of("refused")),
            pages.overview(Range.DAY, List.of(), counted()),
            pages.violations(Range.DAY, ViolationCount.By.CLIENT, Optional.empty()),
            pages.simulation(List.of(HOSTILE, "MAIL " + HOSTILE), BEGIN),
            pages.failure(404, HOSTILE), pages.authCheck(List.of(HOSTILE), List.of(new Answer(HOSTILE, HOSTILE, HOSTILE, 1)))))
            .allSatisfy(view -> {
                Document page = parse(view);
                assertThat(page.select("img")).as(view.title()).isEmpty();
                assertThat(page.select("script")).as("the one script, which is a constant").hasSize(1);
                assertThat(page.getAllElements()).allSatisfy(element -> assertThat(element.attributes()).noneMatch(attribute ->
                    attribute.getKey().startsWith("on")));
            });
        assertThat(parse(pages.session("7f3a9c21").orElseThrow()).select(".client pre").first().wholeText()).isEqualTo("EHLO " + HOSTILE);
    }

    @Test
    void aRehearsalShowsTheVerdictOfEachCommandAndWhereItEnds() {
        View view = pages.simulation(List.of("EHLO a", "DATA", "MAIL FROM:<a@b>"), BEGIN);

        Document page = parse(view);
        assertThat(page.select(".verdicts .speaker").eachText()).containsExactly("legal", "refused", "legal");
        assertThat(page.select(".verdicts pre").eachText()).containsExactly("EHLO a", "DATA", "MAIL FROM:<a@b>");
        assertThat(page.select(".verdicts .explanation .meaning").eachText())
            .containsExactly("503 5.5.1 DATA refused: MAIL has to come first SEQ-MAIL-MISSING");
        assertThat(page.select(".states .here .name").text()).isEqualTo("Sender given");
        assertThat(page.select("textarea").first().wholeText()).as("to be changed and sent again")
            .isEqualTo("EHLO a\nDATA\nMAIL FROM:<a@b>");
        assertThat(view.facts().get("steps").toString()).contains("verdict=legal", "verdict=refused, diagnosis=SEQ-MAIL-MISSING");
    }

    @Test
    void violationsAreShownOfTheRulesThatWereAskedFor() {
        violations.count(DiagnosisId.SEQ_MAIL_NESTED, Verb.MAIL, "192.0.2.1", false);
        violations.count(DiagnosisId.SEQ_BARE_LF, Verb.NOOP, "192.0.2.2", true);

        View both = pages.violations(Range.DAY, ViolationCount.By.RULE, Optional.empty());
        assertThat(parse(both).select("section:last-child tbody tr").eachText())
            .containsExactlyInAnyOrder("SEQ-MAIL-NESTED 1 0", "SEQ-BARE-LF 0 1");
        assertThat(both.facts()).containsEntry("since", "2026-02-28T10:30:00Z").doesNotContainKey("mode");

        View observed = pages.violations(Range.DAY, ViolationCount.By.CLIENT, Optional.of(Shown.OBSERVE));
        assertThat(parse(observed).select("section:last-child tbody tr").eachText()).containsExactly("192.0.2.2 1");
        assertThat(parse(observed).select(".choices [aria-current]").eachText()).containsExactly("24h", "client", "observed");
        assertThat(observed.facts().get("violations")).asString().isEqualTo("[{client=192.0.2.2, observed=1}]");
    }

    @Test
    void clientsThatAreNotToldApartAreOneLine() {
        for (int i = 0; i < 100; i++) {
            violations.count(DiagnosisId.SEQ_MAIL_NESTED, Verb.MAIL, "192.0.2." + i, false);
        }

        View view = pages.violations(Range.DAY, ViolationCount.By.CLIENT, Optional.empty());

        assertThat(parse(view).select("section:last-child tbody tr").eachText()).contains("other clients 68 0");
        assertThat(view.facts().get("violations").toString()).contains("{others=true, refused=68, observed=0}");
    }

    @Test
    void aBackendIsShownWithWhatBefellItLast() {
        Document page = parse(pages.backends(List.of(status(CredentialResult.unavailable("nobody answers"), Optional.empty()),
            status(CredentialResult.refused(), Optional.of("its file stands still")))));

        assertThat(page.select("article").eachAttr("class")).containsExactly("bad", "warn");
        assertThat(page.select("article").eachText().get(0)).startsWith("apps ").contains(" at apps.example.org:636 Down for ",
            " circuit open: 5 failures in a row, the last: nobody answers ", " answers 0 yes, 0 no failures 5, ", " circuit open ",
            " pending 0 of at most 200 waiting 0 of at most 1000 ", "last answer none since the start last failure nobody answers, ");
        assertThat(page.select("article").eachText().get(1)).contains("Degraded for ", " its file stands still ", "answers 0 yes, 10 no",
            "latency p50 ", " (last 10 requests)", "circuit closed", "last failure none since the start");
        assertThat(parse(pages.backends(List.of())).select("main").text()).contains("No port has a backend");
    }

    @Test
    void aBackendIsShownWithTheRequestsThatWereTurnedAway() {
        Document page = parse(pages.backends(List.of(status(CredentialResult.overloaded("too many requests wait"), Optional.empty()),
            status(CredentialResult.refused(), Optional.empty()))));

        assertThat(page.select("article").eachAttr("class")).containsExactly("warn", "good");
        assertThat(page.select("article").eachText().get(0)).contains("Degraded for ",
            "this server is overloaded, not the backend: too many requests wait", "failures 0, and 10 because this server was overloaded");
        assertThat(page.select("article").eachText().get(1)).contains("failures 0, no overload of this server");
    }

    @Test
    void theAnswersOfBackendsAreShownAndTheFormIsEmpty() {
        View view = pages.authCheck(List.of("apps", "corp"), List.of(new Answer("corp", "TOO_WEAK", "wants SCRAM", 12)));

        Document page = parse(view);
        assertThat(page.select("tbody tr").eachText()).containsExactly("corp too_weak wants SCRAM 12");
        assertThat(page.select("form.card input").eachAttr("value")).isEmpty();
        assertThat(page.select("form.card input[type=password]").attr("autocomplete")).isEqualTo("off");
        assertThat(page.select("form.card").attr("method")).isEqualTo("post");
        assertThat(view.facts()).containsOnlyKeys("answers");
    }

    @Test
    void theOverviewSaysFirstWhetherAllIsWell() {
        assertThat(banner(status(CredentialResult.refused(), Optional.empty()))).isEqualTo("OK: the backend answers.");
        assertThat(banner(status(CredentialResult.refused(), Optional.empty()), status(CredentialResult.refused(), Optional.empty())))
            .isEqualTo("OK: both backends answer.");
        assertThat(banner(backend(CredentialResult.refused(), Optional.empty()).status()))
            .isEqualTo("OK: no problem is known. No request was answered yet by apps.");
        assertThat(banner()).isEqualTo("The guard is active. No port has a backend.");
        assertThat(banner(status(CredentialResult.refused(), Optional.of("its file stands still"))))
            .isEqualTo("No backend is down. Degraded: apps.");
        assertThat(banner(status(CredentialResult.unavailable("gone"), Optional.empty())))
            .isEqualTo("Down: apps. No backend answers.");
    }

    @Test
    void programsGetTheSameFacts() {
        record("EHLO client.example", "MAIL");
        violations.count(DiagnosisId.SEQ_MAIL_NESTED, Verb.MAIL, "192.0.2.1", true);

        Map<String, Object> facts = pages.overview(Range.DAY, List.of(status(CredentialResult.unavailable("gone"), Optional.empty())),
            counted())
            .facts();

        assertThat(facts).containsEntry("refused", 0L).containsEntry("observed", 1L).containsEntry("since", "2026-02-28T10:30:00Z");
        assertThat(facts.get("backends").toString()).contains("name=apps", "health=down",
            "reason=circuit open: 5 failures in a row, the last: gone", "circuit=open", "overloaded=0", "lastFailure={reason=gone");
        assertThat(facts.get("sessions").toString()).contains("reference=7f3a9c21", "lastDiagnosis=SEQ-MAIL-NESTED");
        assertThat((List<?>) facts.get("diagnoses")).hasSize(DiagnosisId.values().length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"15m", "6h", "1d", "2026-03-01T10:00:00Z"})
    void aRangeCanBeWrittenInTwoWays(String text) {
        assertThat(Range.parse(text)).map(Range::toString).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h", "6", "6w", "-1h", "9999999h", "yesterday", "2026-03-01", "<b>"})
    void aRangeCannotBeWrittenOtherwise(String text) {
        assertThat(Range.parse(text)).isEmpty();
    }

    private String banner(BackendStatus... status) {
        return parse(pages.overview(Range.DAY, List.of(status), counted())).select(".banner").text();
    }

    @Test
    void theOverviewTellsOfTheLimitOnGuessingToo() {
        Health uncounted = new HealthRecord("bruteForce", "counted", Instant.EPOCH).update(Optional.of("Redis is away"), "", Instant.EPOCH);
        View view = pages.overview(Range.DAY, List.of(status(CredentialResult.refused(), Optional.empty())), uncounted);

        assertThat(parse(view).select(".banner").text())
            .isEqualTo("No backend is down. Degraded: the limit on guessing (Redis is away).");
        assertThat(view.facts().get("guessing").toString()).contains("health=degraded", "reason=Redis is away");
    }

    /** How a backend is that has answered so ten times. */
    private static BackendStatus status(CredentialResult answer, Optional<String> flaw) {
        Safeguarded backend = backend(answer, flaw);
        for (int i = 0; i < 10; i++) {
            backend.verify(Credentials.of("alice", Secret.of("secret")));
        }
        return backend.status();
    }

    private static Safeguarded backend(CredentialResult answer, Optional<String> flaw) {
        return Safeguarded.around(new CredentialBackend() {
            @Override
            public String name() {
                return "apps";
            }

            @Override
            public CompletionStage<CredentialResult> verify(Credentials credentials) {
                return CompletableFuture.completedFuture(answer);
            }

            @Override
            public Optional<String> address() {
                return Optional.of("apps.example.org:636");
            }

            @Override
            public Optional<String> flaw() {
                return flaw;
            }
        }, Safeguards.of(new BackendSettings("Any", "apps", Map.of(), file -> {
            throw new IllegalStateException(file);
        })));
    }

    private void record(String command, String refused) {
        Recording recording = transcripts.begin("7f3a9c21", "192.0.2.1", 587);
        recording.command(line(command), command.length());
        recording.command(line(refused), refused.length());
        recording.refusal(new Refusal(DiagnosisId.SEQ_MAIL_NESTED, "EHLO done, sender <a@b>, 1 recipient accepted",
            List.of("DATA", "QUIT")), List.of("503 5.5.1 no [SEQ-MAIL-NESTED]"), 100);
        recording.end();
    }

    private static CommandLine line(String text) {
        return CommandLine.parse((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static Document parse(View view) {
        return Jsoup.parse(view.page());
    }

    /** The limit on guessing, as it is without problems. */
    private static Health counted() {
        return new HealthRecord("bruteForce", "counted", Instant.EPOCH).update(Optional.empty(), "counted", Instant.EPOCH);
    }
}

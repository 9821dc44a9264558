package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.GuessLimiter;
import org.smtpguard.bruteforce.Network;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.resilience.Health;
import org.smtpguard.resilience.HealthRecord;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.transcript.Recording;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

class BlocksViewTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-01T10:30:00Z"), ZoneOffset.ofHours(1));
    private static final String HOME = "192.0.2.7";
    private static final String OFFICE = "198.51.100.4";
    private static final String ALICE = "alice@example.org";
    private static final String BOB = "bob@example.org";
    private static final String KEPT = "7f3a9c21";
    private static final String GONE = "7f3a9c22";
    private static final String HOSTILE = "\"'></b></script><script>alert(1)</script><img src=x onerror=alert(1)>&lt;\u202e\u0007";

    private final Transcripts transcripts = new Transcripts(CLOCK);
    private Guesses guesses = new Guesses(Mode.ENFORCE, CLOCK);
    private final Pages pages = new Pages(new SequenceTable(), new DiagnosisCatalogue(), transcripts, new Violations(CLOCK),
        () -> Optional.of(guesses.limiter()), CLOCK);

    @Test
    void aBlockIsShownWithItsReasonItsEndAndTheSessionsThatLedToIt() {
        record(KEPT);
        guesses.fail(HOME, ALICE, GONE, 1).fail(HOME, BOB, KEPT, 2);

        Document page = parse(pages.blocks());

        assertThat(page.select("article h3").text()).isEqualTo("192.0.2.7/32");
        assertThat(page.select("article h3 a").attr("href")).isEqualTo("/smtp-guard/blocks?of=192.0.2.7%2F32");
        assertThat(page.select("article dl").text()).contains("except of users who have logged in from it before",
            "because 3 failed log-ins within 1 h", "since 2026-03-01 11:30:00.000 +01:00", "until 2026-03-01 11:35:00.000 +01:00");
        assertThat(page.select("article tbody tr").eachText()).hasSize(3).first().asString().endsWith("bob@example.org " + KEPT);
        assertThat(page.select("article tbody tr").last().text()).endsWith("alice@example.org " + GONE + " (not kept)");
        assertThat(page.select("article tbody a[href^=/smtp-guard/sessions]").eachAttr("href"))
            .containsOnly("/smtp-guard/sessions/" + KEPT).hasSize(2);
        assertThat(blocks(pages.blocks()).get(0)).containsEntry("subject", "network").containsEntry("network", "192.0.2.7/32")
            .containsEntry("byHand", false).containsEntry("until", "2026-03-01T10:35:00Z").doesNotContainKey("user");
    }

    @Test
    void everyBlockHasAButtonThatLiftsIt() {
        guesses.fail(HOME, ALICE, GONE, 3).logIn(OFFICE, BOB).fail(OFFICE, BOB, GONE, 3);

        Document page = parse(pages.blocks());

        assertThat(page.select("article h3").eachText()).containsExactlyInAnyOrder("192.0.2.7/32", "bob@example.org at 198.51.100.4/32");
        assertThat(page.select("article form")).allSatisfy(form -> {
            assertThat(form.attr("method")).isEqualTo("post");
            assertThat(form.attr("action")).isEqualTo("/smtp-guard/blocks/lift");
        });
        assertThat(page.select("article button").eachAttr("value")).containsExactlyInAnyOrder("192.0.2.7/32", BOB);
        assertThat(page.select("article button").eachAttr("aria-label")).contains("Lift the block of bob@example.org at 198.51.100.4/32");
    }

    @Test
    void namesAndReasonsAreTextAndCut() {
        String reason = "x".repeat(150) + HOSTILE;
        guesses.fail(HOME, HOSTILE, GONE, 3);
        guesses.limiter().block(HOSTILE, reason, Duration.ofHours(1));
        guesses.limiter().block("z".repeat(300), "long", Duration.ofHours(1));

        assertThat(Stream.of(pages.blocks(), explanation(HOME), pages.explanation(guesses.limiter().explainUser(HOSTILE)),
            pages.lifted(guesses.limiter().blocks()), pages.blocked(guesses.limiter().blocks().get(0)))).allSatisfy(view -> {
                Document page = parse(view);
                assertThat(page.select("img")).as(view.title()).isEmpty();
                assertThat(page.select("script")).as("the one script, which is a constant").hasSize(1);
                assertThat(page.getAllElements()).allSatisfy(element -> assertThat(element.attributes())
                    .noneMatch(attribute -> attribute.getKey().startsWith("on")));
                assertThat(page.text()).doesNotContain("\u202e", "\u0007").contains("<script>alert(1)</script>");
                assertThat(page.text()).doesNotContain("z".repeat(121));
                assertThat(view.facts().toString()).doesNotContain("\u202e", "\u0007");
            });
        assertThat(parse(pages.blocks()).select("article button").eachAttr("value")).as("names that a form could not send back")
            .containsExactly("192.0.2.7/32");
    }

    @Test
    void ofVeryManyBlocksTheNewestAreShownAndItIsSaidHowManyAreNot() {
        for (int i = 0; i < BlockFacts.BLOCKS + 7; i++) {
            guesses.fail("10.0." + i / 250 + "." + i % 250, "user" + i, GONE, 3);
        }

        assertThat(parse(pages.blocks()).select("article")).hasSize(BlockFacts.BLOCKS);
        assertThat(parse(pages.blocks()).text()).contains("The newest 200 are shown; 7 more are not.");
        assertThat(pages.blocks().facts()).containsEntry("omitted", 7);
        assertThat(blocks(pages.blocks())).hasSize(BlockFacts.BLOCKS);
        assertThat(pages.overview(Range.DAY, List.of(), counted()).facts()).containsEntry("blocks", BlockFacts.BLOCKS + 7);
    }

    @Test
    void theModeIsSaidBeforeTheBlocks() {
        assertThat(parse(pages.blocks()).select(".banner")).isEmpty();

        guesses = new Guesses(Mode.OBSERVE, CLOCK).fail(HOME, ALICE, GONE, 3);
        assertThat(parse(pages.blocks()).select("main > div > :first-child").text()).startsWith("Mode observe: no log-in is refused.");
        assertThat(parse(pages.blocks()).select("h2").eachText()).contains("Would be blocked now, newest first");
        assertThat(parse(explanation(HOME)).select(".banner").eachText()).element(1).asString()
            .startsWith("Blocked: log-ins would be refused until");
        assertThat(pages.blocks().facts()).containsEntry("mode", "observe");

        guesses = new Guesses(Mode.OFF, CLOCK);
        assertThat(parse(pages.blocks()).select("main > div > :first-child").text()).startsWith("There is no limit on guessing");
        assertThat(parse(pages.blocks()).select("main form")).as("nothing to block").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7,         blocked,        Blocked: log-ins are refused until",
        "192.0.2.7/32,      blocked,        Blocked: log-ins are refused until",
        "192.0.2.0/24,      partly_blocked, Blocked in part",
        "198.51.100.4,      partly_blocked, Blocked in part",
        "203.0.113.9,       not_blocked,    Not blocked.",
        "127.0.0.1,         exempt,         Exempt",
        "10.1.2.3,          blocked,        Blocked: log-ins are refused until",
        "alice@example.org, not_blocked,    Not blocked.",
        "bob@example.org,   partly_blocked, Blocked in part",
        "carol@example.org, blocked,        Blocked: log-ins are refused until",
    })
    void itIsExplainedWhetherAnAddressOrAUserIsBlocked(String of, String state, String words) {
        guesses.fail(HOME, ALICE, GONE, 3).logIn(OFFICE, BOB).fail(OFFICE, BOB, GONE, 3);
        guesses.limiter().block(Network.parse("10.0.0.0/8").orElseThrow(), "scans", Duration.ofDays(1));
        guesses.limiter().block("carol@example.org", "left the company", Duration.ofDays(1));

        View view = explanation(of);

        assertThat(view.facts()).containsEntry("state", state);
        assertThat(parse(view).select(".banner").text()).startsWith(words);
        assertThat((List<?>) view.facts().get("advice")).isNotEmpty();
    }

    @Test
    void theExplanationSaysByHowManyFailuresOfHowManyAndWhereAUserIsKnown() {
        guesses.logIn(OFFICE, BOB).fail(HOME, BOB, GONE, 2);

        assertThat(explanation(BOB).facts()).containsEntry("failures", 2).containsEntry("limit", "5 failed log-ins within 1 d")
            .containsEntry("knownNetworks", 1);
        assertThat(parse(explanation(BOB)).select(".facts").text()).isEqualTo("counted 2 of 5 failed log-ins within 1 d known 1 network");
        assertThat(explanation(HOME).facts()).containsEntry("failures", 2).doesNotContainKey("knownNetworks");
        assertThat(explanation("192.0.2.0/24").facts()).as("each network has its own count").doesNotContainKey("failures");
        assertThat(parse(explanation("192.0.2.0/24")).select("tbody tr")).hasSize(2);
    }

    @Test
    void theAdviceTellsAWrongPasswordInADeviceFromGuessing() {
        guesses.fail(HOME, ALICE, GONE, 3).fail(OFFICE, ALICE, GONE, 1).fail(OFFICE, BOB, GONE, 2);

        assertThat(advice(HOME)).contains("of one user", "wrong password", "Or wait", "<exempt>");
        assertThat(advice(OFFICE)).contains("of 2 users", "somebody is guessing");
        assertThat(advice("203.0.113.9")).contains("guessing is not the reason");
        assertThat(advice(BOB)).contains("Correct the password in every device");
    }

    @Test
    void theOverviewAndTheSessionShowThatThereIsABlock() {
        record(KEPT);
        assertThat(parse(pages.session(KEPT).orElseThrow()).select(".facts").text()).doesNotContain("blocked");

        guesses.fail(HOME, ALICE, KEPT, 2).fail("203.0.113.9", ALICE, GONE, 3).fail(HOME, BOB, GONE, 1);

        assertThat(guesses.limiter().blocks()).extracting(Block::subject)
            .containsOnly(Block.Subject.NETWORK, Block.Subject.USER);
        View session = pages.session(KEPT).orElseThrow();
        assertThat(parse(session).select(".facts").text()).contains("blocked now 192.0.2.7/32 until 2026-03-01 11:35",
            "blocked now alice@example.org until");
        assertThat((List<?>) session.facts().get("blocks")).hasSize(2);
        Document overview = parse(pages.overview(Range.DAY, List.of(), counted()));
        assertThat(overview.select(".figures div:has(a[href=/smtp-guard/blocks]) b").text()).isEqualTo("3");
    }

    @Test
    void whatWasBlockedOrLiftedIsShown() {
        guesses.fail(HOME, ALICE, GONE, 3);
        GuessLimiter limiter = guesses.limiter();

        View lifted = pages.lifted(limiter.lift(Network.parse(HOME).orElseThrow()));
        View blocked = pages.blocked(limiter.block(Network.parse("2001:db8::1").orElseThrow(), "scans", Duration.ofHours(1)).orElseThrow());

        assertThat(lifted.facts()).containsOnlyKeys("mode", "lifted", "omitted");
        assertThat(parse(lifted).select("main li").text()).isEqualTo("192.0.2.7/32 3 failed log-ins within 1 h");
        assertThat(blocked.facts()).containsOnlyKeys("mode", "blocked");
        assertThat(parse(blocked).select("article").text()).as("the network at which the address is counted")
            .contains("2001:db8:0:0:0:0:0:0/64", "all log-ins from this network", "by hand: scans");
    }

    @Test
    void headingsAreInOrderAndFieldsHaveLabels() {
        guesses.fail(HOME, ALICE, GONE, 3);

        assertThat(Stream.of(pages.blocks(), explanation(HOME), explanation(ALICE), pages.lifted(guesses.limiter().blocks())))
            .allSatisfy(view -> {
                Document page = parse(view);
                int before = 0;
                for (int level : page.select("h1, h2, h3").stream().map(heading -> heading.tagName().charAt(1) - '0')
                    .collect(Collectors.toList())) {
                    assertThat(level).isLessThanOrEqualTo(before + 1);
                    before = level;
                }
                assertThat(page.select("input, select, textarea")).allSatisfy(field ->
                    assertThat(page.select("label[for=" + field.id() + "]")).hasSize(1));
            });
    }

    private View explanation(String of) {
        return pages.explanation(guesses.limiter().explainAddress(of).orElseGet(() -> guesses.limiter().explainUser(of)));
    }

    private String advice(String of) {
        return explanation(of).facts().get("advice").toString();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> blocks(View view) {
        return (List<Map<String, Object>>) view.facts().get("blocks");
    }

    private void record(String reference) {
        Recording recording = transcripts.begin(reference, HOME, 587);
        recording.command(CommandLine.parse("AUTH PLAIN x\r\n".getBytes(StandardCharsets.US_ASCII)), 14);
        recording.refusal(new Refusal(DiagnosisId.AUTH_CREDENTIALS, "EHLO done", List.of("QUIT")), List.of("535 5.7.8 no"), 12);
        recording.end();
    }

    private static Document parse(View view) {
        return Jsoup.parse(view.page());
    }

    /** The limit on guessing, as it is without problems. */
    private static Health counted() {
        return new HealthRecord("bruteForce", "counted", Instant.EPOCH).update(Optional.empty(), "counted", Instant.EPOCH);
    }
}

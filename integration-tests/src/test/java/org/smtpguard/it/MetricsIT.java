package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.it.server.Directory;
import org.smtpguard.it.server.Directory.Health;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.InstalledProgram;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Prometheus;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.WireScript;

/** What a real James tells Prometheus at WebAdmin's {@code /metrics}, and what the dashboard in {@code conf/grafana} makes of it. */
class MetricsIT {
    private static final String CAROL = "carol@localhost";
    private static final String PASSWORD = "Kx93-of-Carol";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** As the text format of Prometheus has it. */
    private static final Pattern SAMPLE = Pattern.compile(
        "([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{[a-z]+=\"[^\"\\\\]*\",?})?) (-?[0-9.]+(?:E-?[0-9]+)?|NaN)");
    private static final Pattern NAMES = Pattern.compile("__name__=~\"([^\"]+)\"");
    private static final Pattern NAME = Pattern.compile("\\bsmtpGuard_[A-Za-z0-9_]+");
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");
    /** What can be asked for and is not drawn. */
    private static final Pattern UNSEEN = Pattern.compile(".*_(verdict_count|cache_stale|cache_entries|transcripts_sessions)");
    private static final int GRID = 24;
    /** A screen of 1080 lines shows so many rows of the grid. */
    private static final int SCREENFUL = 25;

    @TempDir
    private static Path work;
    private static Directory directory;
    private static JamesServer server;
    private static WebAdmin webAdmin;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the server sees this machine's loopback");
        directory = new Directory("t0ken", Map.of(CAROL, PASSWORD));
        String backend = "<backend class=\"org.smtpguard.fixture.SocketBackend\" name=\"%s\"><port>" + directory.port()
            + "</port><token>t0ken</token><timeout>3s</timeout><circuitBreaker failures=\"1\" retryAfter=\"1s\"/>%s</backend>";
        server = JamesServer.guarded()
            .withConf("app-passwords", "# SMTP Guard app passwords, format 1\n")
            .editPort(Endpoint.SMTP, port -> port.replaceAll("<greeting .*?/>", "")
                .replace("<mode>enforce</mode>", "<mode>enforce</mode><rule id=\"SEQ-BARE-LF\" mode=\"observe\"/>")
                .replace("</mechanisms>", "</mechanisms><backend class=\"AppPasswordBackend\" name=\"devices\">"
                    + "<file>file://conf/app-passwords</file></backend>"
                    + String.format(Locale.ROOT, backend, "cached directory", "<cache/>")))
            .editPort(Endpoint.SUBMISSION, port -> port.replace("<requireSSL>true</requireSSL>", "<requireSSL>false</requireSSL>")
                .replaceAll("(?s)<backend .*?</backend>", Matcher.quoteReplacement(String.format(Locale.ROOT, backend, "directory", ""))))
            .start();
        webAdmin = new WebAdmin(server.webAdmin());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
            directory.close();
        }
    }

    @Test
    void refusalsAreCountedByDiagnosisAndWhatIsOnlyObservedApart() {
        Map<String, Double> before = metrics();
        try (WireScript wire = greeted(Endpoint.SMTP)) {
            wire.send("DATA").expect("503").send("DATA").expect("503").sendRaw("NOOP\n").expect("250");
        }

        assertThat(grown(before)).containsEntry("smtpGuard_refused_SEQ_MAIL_MISSING_total", 2.0)
            .containsEntry("smtpGuard_observed_SEQ_BARE_LF_total", 1.0)
            .doesNotContainKey("smtpGuard_refused_SEQ_BARE_LF_total");
    }

    @Test
    void authsAreCountedByMechanismBackendAndOutcomeAndTheVerdictsOfBackendsTimed() {
        Map<String, Double> before = metrics();
        try (WireScript wire = greeted(Endpoint.SMTP)) {
            wire.send("AUTH PLAIN " + plain("alice@localhost", "wrong")).expect("535")
                .send("AUTH PLAIN").expect("334").send("*").expect("501")
                .send("AUTH LOGIN " + WireScript.base64("alice@localhost")).expect("334").send(WireScript.base64("secret")).expect("235");
        }

        Map<String, Double> grown = grown(before);
        assertThat(grown).containsEntry("smtpGuard_auth_LOGIN_by_apps_accepted_total", 1.0)
            .containsEntry("smtpGuard_auth_PLAIN_by_none_cancelled_total", 1.0)
            .containsEntry("smtpGuard_backend_apps_verdict_count", 2.0);
        assertThat(grown.keySet()).anyMatch(name -> name.matches("smtpGuard_auth_PLAIN_by_.+_refused_total"));
        assertThat(metrics().get("smtpGuard_backend_apps_verdict{quantile=\"0.99\",}")).as("seconds").isPositive().isLessThan(60);
    }

    @Test
    void whatTheCacheDoesIsSeen() {
        Map<String, Double> before = metrics();
        for (int times = 0; times < 3; times++) {
            try (WireScript wire = greeted(Endpoint.SMTP)) {
                wire.send("AUTH PLAIN " + plain(CAROL, PASSWORD)).expect("235");
            }
        }

        assertThat(grown(before)).containsEntry("smtpGuard_backend_cached_directory_cache_hits", 2.0)
            .containsEntry("smtpGuard_backend_cached_directory_verdict_count", 1.0)
            .containsEntry("smtpGuard_auth_PLAIN_by_cached_directory_accepted_total", 3.0);
        assertThat(metrics().get("smtpGuard_backend_cached_directory_cache_misses")).isPositive();
        assertThat(metrics().get("smtpGuard_backend_cached_directory_cache_entries")).isPositive();
    }

    @Test
    void whoWaitsIsSeenAndWhatBecomesOfTheBreaker() {
        assertThat(metrics()).containsEntry("smtpGuard_auth_pending", 0.0).containsEntry("smtpGuard_backend_directory_circuit", 0.0);
        directory.is(Health.HANGS);
        try (WireScript wire = greeted(Endpoint.SUBMISSION)) {
            wire.send("AUTH PLAIN " + plain(CAROL, PASSWORD));
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(metrics()).containsEntry("smtpGuard_auth_pending", 1.0)
                .containsEntry("smtpGuard_backend_directory_pending", 1.0));
            wire.expect("454");
        }
        assertThat(metrics()).containsEntry("smtpGuard_auth_pending", 0.0).containsEntry("smtpGuard_backend_directory_pending", 0.0)
            .containsEntry("smtpGuard_backend_directory_circuit", 2.0).containsEntry("smtpGuard_backend_directory_health", 2.0);

        directory.is(Health.WELL);
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            try (WireScript wire = greeted(Endpoint.SUBMISSION)) {
                wire.send("AUTH PLAIN " + plain(CAROL, PASSWORD)).expect("235");
            }
        });
        assertThat(metrics()).containsEntry("smtpGuard_backend_directory_circuit", 0.0)
            .containsEntry("smtpGuard_backend_directory_health", 0.0);
    }

    @Test
    void theRoomThatTranscriptsTakeIsSeen() {
        try (WireScript wire = greeted(Endpoint.SMTP)) {
            wire.send("DATA").expect("503");
            assertThat(metrics().get("smtpGuard_transcripts_sessions")).isPositive();
            assertThat(metrics().get("smtpGuard_transcripts_octets")).isPositive();
        }
    }

    @Test
    void theDashboardCanBeImportedAndFitsOneScreen() throws IOException {
        JsonNode dashboard = dashboard();

        assertThat(dashboard.path("uid").asText()).isEqualTo("james-smtp-guard");
        assertThat(dashboard.path("title").asText()).isEqualTo("James SMTP Guard");
        assertThat(dashboard.path("schemaVersion").asInt()).isPositive();
        assertThat(dashboard.has("id")).as("of some Grafana's own").isFalse();
        JsonNode variable = dashboard.path("templating").path("list").path(0);
        assertThat(variable.path("type").asText()).isEqualTo("datasource");
        assertThat(variable.path("query").asText()).isEqualTo("prometheus");
        Set<String> places = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt())).isTrue();
            assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${" + variable.path("name").asText() + "}");
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(panel.path("description").asText()).isNotBlank();
            JsonNode place = panel.path("gridPos");
            for (int x = place.path("x").asInt(); x < place.path("x").asInt() + place.path("w").asInt(); x++) {
                for (int y = place.path("y").asInt(); y < place.path("y").asInt() + place.path("h").asInt(); y++) {
                    assertThat(x).isLessThan(GRID);
                    assertThat(y).isLessThan(SCREENFUL);
                    assertThat(places.add(x + " " + y)).as("panels do not overlap").isTrue();
                }
            }
        }
    }

    @Test
    void everyNameInTheDashboardIsReallyThere() throws IOException {
        Set<String> there = metrics().keySet().stream().map(name -> name.replaceAll("\\{.*", "")).collect(Collectors.toSet());

        Set<String> asked = new HashSet<>();
        for (String query : queries()) {
            List<String> names = names(query);
            assertThat(names).as(query).isNotEmpty()
                .allSatisfy(name -> assertThat(there).as(query).anyMatch(metric -> metric.matches(name)));
            asked.addAll(names);
        }
        assertThat(there).filteredOn(name -> name.startsWith("smtpGuard_") && !UNSEEN.matcher(name).matches())
            .as("nothing else goes unseen").isNotEmpty().allMatch(name -> asked.stream().anyMatch(name::matches));
    }

    /** What a query reads, as regular expressions. */
    private static List<String> names(String query) {
        return Stream.concat(NAMES.matcher(query).results().map(found -> found.group(1)),
            NAME.matcher(QUOTED.matcher(query).replaceAll("")).results().map(MatchResult::group)).collect(Collectors.toList());
    }

    /** In words that Prometheus understands, with an answer as soon as there have been refusals of both kinds, and log-ins. */
    @Test
    void everyQueryOfTheDashboardHasAnAnswer() throws IOException {
        try (Prometheus prometheus = Prometheus.reading(server.webAdmin(), work)) {
            List<String> unanswered = queries();
            Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                refusalsAreCountedByDiagnosisAndWhatIsOnlyObservedApart();
                unanswered.removeIf(query -> !prometheus.query(query.replace("[$__rate_interval:15s]", "[10s:1s]")
                    .replace("$__rate_interval", "10s")).isEmpty());
                assertThat(unanswered).isEmpty();
            });
        }
    }

    /** Each is valid for Prometheus and reads metrics that there are. */
    @Test
    void everyAlertOfTheSampleReadsWhatThereIs() throws IOException {
        String rules = Files.readString(rules());
        List<String> read = names(rules.lines().filter(line -> line.contains("smtpGuard_")).collect(Collectors.joining("\n")));

        assertThat(InstalledProgram.of("promtool").run(work, "check", "rules", rules().toString())).contains("SUCCESS: 6 rules found");
        assertThat(read).hasSizeGreaterThan(6).allSatisfy(name -> assertThat(metrics().keySet()).anyMatch(metric ->
            metric.replaceAll("\\{.*", "").matches(name)));
    }

    private static Path rules() {
        return Path.of(System.getProperty("smtpguard.it.project", "."), "conf/prometheus/james-smtp-guard.rules.yml").toAbsolutePath();
    }

    private static List<String> queries() throws IOException {
        List<String> queries = new ArrayList<>();
        dashboard().path("panels").forEach(panel -> panel.path("targets").forEach(target -> queries.add(target.path("expr").asText())));
        assertThat(queries).hasSizeGreaterThan(10);
        return queries;
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper().readTree(Files.readString(Path.of(System.getProperty("smtpguard.it.project", "."),
            "conf/grafana/james-smtp-guard.json")));
    }

    /** By how much each of ours has grown since then. */
    private static Map<String, Double> grown(Map<String, Double> before) {
        Map<String, Double> grown = new TreeMap<>();
        metrics().forEach((name, now) -> {
            double growth = now - before.getOrDefault(name, 0.0);
            if (name.startsWith("smtpGuard") && growth != 0) {
                grown.put(name, growth);
            }
        });
        return grown;
    }

    /** Each line has to be one that Prometheus can read, and no name may be there twice. */
    private static Map<String, Double> metrics() {
        Map<String, Double> metrics = new TreeMap<>();
        webAdmin.get("/metrics", "*/*").body().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as(line).isTrue();
            assertThat(metrics.put(sample.group(1), Double.valueOf(sample.group(2)))).as(line).isNull();
        });
        assertThat(metrics).isNotEmpty();
        return metrics;
    }

    private static WireScript greeted(Endpoint endpoint) {
        return wire(endpoint == Endpoint.SMTP ? server.smtp() : server.submission()).expect("220")
            .send("EHLO client.example").expect("250");
    }
}

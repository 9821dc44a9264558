package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;
import org.smtpguard.it.fault.Ailment;
import org.smtpguard.it.fault.Column;
import org.smtpguard.it.fault.Login;
import org.smtpguard.it.fault.Login.Claim;
import org.smtpguard.it.fault.Peer;
import org.smtpguard.it.fault.Peers;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Postgres;
import org.smtpguard.it.web.WebAdmin;

/**
 * Before, during and after an outage of each backend, whoever tells an operator how it is tells the same: the page, the JSON, the health
 * check, the metrics and the log.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutageIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration TOO_LATE = Duration.ofSeconds(6);
    /** Long enough for a machine that is busy. */
    private static final String SAFEGUARDS =
        "<timeout>4s</timeout><concurrency max=\"4\" queue=\"8\"/><circuitBreaker failures=\"3\" retryAfter=\"1s\"/>";
    /** As many as open the circuit, and one. */
    private static final int ATTEMPTS = 4;
    private static final String BACKENDS = "/smtp-guard/backends";
    private static final String CHECK = "/healthcheck/checks/smtp-guard";
    private static final List<String> STATES = List.of("healthy", "degraded", "down");
    private static final Pattern LINE = Pattern.compile("(healthy|degraded|down) backend=(\\w+) since=(\\S+) reason=\"");

    private static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private static final List<Column> COLUMNS = new ArrayList<>();
    private static JamesServer server;
    private static WebAdmin webAdmin;
    @TempDir
    private static Path files;

    @BeforeAll
    static void start() throws Exception {
        assumeThat(System.getProperty("smtpguard.it.engine")).as("the server reaches loopback").isNotEqualTo("docker");
        Peers peers = new Peers(files, TOO_LATE, 1);
        COLUMNS.add(new Column(peers.ldap()));
        COLUMNS.add(new Column(peers.http()));
        COLUMNS.add(new Column(peers.imap()));
        ifInstalled(peers::jdbc);
        ifInstalled(peers::dovecot);
        JamesServer.Builder builder = JamesServer.guarded().withJar(Postgres.driver());
        COLUMNS.forEach(column -> builder.withPort(column.port(), "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
            + "<handler class=\"org.smtpguard.james.SequenceGuard\"/>"
            + "<handler class=\"org.smtpguard.james.Authentication\"><mechanisms>PLAIN</mechanisms>" + backend(column.peer()) + "</handler>"
            + "</handlerchain>"));
        server = builder.start();
        webAdmin = new WebAdmin(server.webAdmin());
    }

    private static String backend(Peer peer) {
        return "<backend class=\"" + peer.backend() + "\" name=\"" + peer.backend() + "\">" + SAFEGUARDS + peer.elements() + "</backend>";
    }

    private static void ifInstalled(Callable<Peer> peer) throws Exception {
        try {
            COLUMNS.add(new Column(peer.call()));
        } catch (TestAbortedException e) {
            System.err.println("outage: " + e.getMessage());
        }
    }

    @AfterAll
    static void stop() {
        THREADS.shutdownNow();
        COLUMNS.forEach(Column::close);
        if (server != null) {
            server.close();
        }
    }

    @Test
    @Order(1)
    void beforeTheFirstLoginNothingIsKnownAndThatIsSaid() {
        assertThat(seen().values()).hasSize(COLUMNS.size()).allSatisfy(backend -> {
            assertThat(backend.path("health").asText()).isEqualTo("healthy");
            assertThat(backend.path("reason").asText()).isEqualTo("not queried yet");
        });
        assertThat(banner()).startsWith("OK: no problem is known. No request was answered yet by ");
        allAgree();
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSES", "SILENT", "CUTS", "RUBBISH"})
    @Order(2)
    void allTellTheSame(Ailment ailment) {
        all(OutageIT::logIn);
        seen().values().forEach(backend -> {
            assertThat(backend.path("health").asText()).as(backend.toString()).isEqualTo("healthy");
            assertThat(backend.path("reason").asText()).isEqualTo("it answers");
        });
        allAgree();

        Instant before = Instant.now();
        all(column -> column.peer().suffer(ailment));
        all(column -> {
            for (int i = 0; i < ATTEMPTS; i++) {
                assertThat(Login.attempt(column.port(), Claim.values()[i % 2]).isUnavailable()).as(column.toString()).isTrue();
            }
        });
        seen().values().forEach(backend -> {
            assertThat(backend.path("health").asText()).as(backend.toString()).isEqualTo("down");
            assertThat(Instant.parse(backend.path("since").asText())).isBetween(before, Instant.now());
            if (ailment == Ailment.REFUSES) {
                assertThat(backend.path("reason").asText()).as("host and port").contains(backend.path("address").asText()
                    .replaceFirst(".*//", ""));
            }
        });
        assertThat(banner()).startsWith("Down: ");
        allAgree();

        all(column -> column.peer().suffer(Ailment.NONE));
        if (ailment == Ailment.REFUSES) {
            // A check that succeeds ends an outage that a check can see: no user has to be the first.
            await().atMost(PATIENCE).until(() -> webAdmin.get(CHECK, "application/json").body().contains("\"healthy\""));
        }
        all(OutageIT::logIn);
        assertThat(seen().values()).allSatisfy(backend -> assertThat(backend.path("health").asText()).isEqualTo("healthy"));
        assertThat(banner()).startsWith("OK: ");
        allAgree();
    }

    @Test
    @Order(3)
    void theCardsNameWhatAnOperatorLooksFor() {
        assertThat(cards()).allSatisfy((name, card) -> assertThat(card.text()).contains(name, " at ", "localhost:", "yes, ", " no ",
            "failures ", "latency p50 ", ", p99 ", "circuit closed", "pending 0 of at most 4", "waiting 0 of at most 8", "last answer 20"));
        assertThat(seen().values()).allSatisfy(backend -> {
            assertThat(backend.path("class").asText()).isEqualTo(backend.path("name").asText());
            assertThat(backend.path("requests").path("accepted").asLong()).isPositive();
            assertThat(backend.path("requests").path("failed").asLong()).isPositive();
            JsonNode latency = backend.path("latency");
            assertThat(latency.path("p99").asDouble()).isGreaterThanOrEqualTo(latency.path("p50").asDouble());
            assertThat(backend.toString()).doesNotContain(Peer.PASSWORD, "sslrootcert");
        });
    }

    /** All at the same time, each on a port of its own. */
    private static void all(Consumer<Column> action) {
        CompletableFuture.allOf(COLUMNS.stream().map(column -> CompletableFuture.runAsync(() -> action.accept(column), THREADS))
            .toArray(CompletableFuture<?>[]::new)).join();
    }

    private static void logIn(Column column) {
        await().atMost(PATIENCE).until(() -> Login.attempt(column.port(), Claim.ALICE).isTrue());
    }

    /** Reads all; then once more after the health check, which connects to the servers and may learn something. */
    private static void allAgree() {
        agree();
        JsonNode check = webAdmin.read(webAdmin.get(CHECK, "application/json"));
        List<JsonNode> ill = new ArrayList<>();
        every().forEach(backend -> {
            if (!backend.path("health").asText().equals("healthy")) {
                ill.add(backend);
            }
        });
        boolean isAny = every().size() > ill.size() || ill.stream().anyMatch(backend -> backend.path("health").asText().equals("degraded"));
        assertThat(check.path("status").asText()).as("health check")
            .isEqualTo(ill.isEmpty() ? "healthy" : isAny ? "degraded" : "unhealthy");
        assertThat(ill).allSatisfy(backend -> assertThat(check.path("cause").asText()).as("health check").contains("backend "
            + backend.path("name").asText() + " is " + backend.path("health").asText() + " since " + seconds(backend) + ": "
            + backend.path("reason").asText()));
        agree();
    }

    private static void agree() {
        Map<String, Element> cards = cards();
        Map<String, String> logged = logged();
        String metrics = webAdmin.get("/metrics", "*/*").body();
        seen().forEach((name, backend) -> {
            String health = backend.path("health").asText();
            assertThat(cards.get(name).text()).as("page").contains(" " + health.substring(0, 1).toUpperCase(Locale.ROOT)
                + health.substring(1) + " for ", backend.path("reason").asText());
            assertThat(metrics).as("metrics").contains("smtpGuard_backend_" + name + "_health " + STATES.indexOf(health) + ".0\n");
            if (logged.containsKey(name)) {
                assertThat(logged.get(name)).as("log").isEqualTo(health + " " + seconds(backend));
            } else {
                assertThat(health).as("without a line in the log").isEqualTo("healthy");
            }
        });
    }

    private static String seconds(JsonNode backend) {
        return Instant.parse(backend.path("since").asText()).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Map<String, JsonNode> seen() {
        Map<String, JsonNode> seen = new TreeMap<>();
        every().forEach(backend -> {
            if (COLUMNS.stream().anyMatch(column -> column.peer().backend().equals(backend.path("name").asText()))) {
                seen.put(backend.path("name").asText(), backend);
            }
        });
        return seen;
    }

    private static JsonNode every() {
        return webAdmin.json(BACKENDS).path("backends");
    }

    private static Map<String, Element> cards() {
        Map<String, Element> cards = new TreeMap<>();
        Jsoup.parse(webAdmin.get(BACKENDS, "text/html").body()).select("article")
            .forEach(card -> cards.put(card.select("h3").text(), card));
        cards.keySet().retainAll(seen().keySet());
        return cards;
    }

    private static String banner() {
        return Jsoup.parse(webAdmin.get("/smtp-guard", "text/html").body()).select(".banner").text();
    }

    /** The last line on each backend: its state, and since when. */
    private static Map<String, String> logged() {
        Map<String, String> logged = new TreeMap<>();
        Matcher line = LINE.matcher(server.log());
        while (line.find()) {
            logged.put(line.group(2), line.group(1) + " " + line.group(3));
        }
        return logged;
    }
}

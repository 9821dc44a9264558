package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.Footprint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.LoggedErrors;
import org.smtpguard.it.storm.StormClient;
import org.smtpguard.it.storm.StormClient.Security;
import org.smtpguard.it.storm.Tally;
import org.smtpguard.it.wire.WireScript;

/**
 * Many log in at once, on all ports, and a third of them hangs up meanwhile. Whoever stays gets the one answer that is theirs,
 * nothing of the others stays behind, and no session is ever touched by a thread that is not its own.
 *
 * <p>{@code -Dsmtpguard.storm.auths} says how many AUTHs, {@code -Dsmtpguard.storm.seed} repeats a run as far as the threads
 * let it.
 */
class AuthStormIT {
    private static final long AUTHS = Long.getLong("smtpguard.storm.auths", 2_000);
    private static final long SEED = Long.getLong("smtpguard.storm.seed", RandomSeed.ofTheBuild());
    private static final Duration PATIENCE = Duration.ofSeconds(300 + AUTHS / 100);
    private static final int CLIENTS = 64;
    /** One in so many comes by STARTTLS, and one by TLS: a handshake costs as much as ten AUTHs. */
    private static final int SECURED = 40;
    private static final int WARM_UP = 1_000;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;
    private static final int TOLD = 10;
    /** Far fewer than an AUTH takes: a probe that sees less sees nothing. */
    private static final int TOUCHES = 10;

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .addJvm("-Dio.netty.leakDetection.level=simple")
            // Some hundred thousand lines that say nothing new.
            .editConf("logback.xml", xml -> xml.replace("level=\"INFO\"", "level=\"WARN\"")
                .replace("</configuration>", "<logger name=\"org.apache.james.GuiceJamesServer\" level=\"INFO\"/>"
                    + "<logger name=\"org.smtpguard.credential\" level=\"ERROR\"/></configuration>"))
            .editConf("smtpserver.xml", xml -> xml.replace("waitMillis=\"100\"", "waitMillis=\"2\"")
                .replaceAll("<limits .*?/>", "<limits errors=\"0\" authFailures=\"0\"/>")
                .replaceAll("(?s)<backend .*?</backend>", "<backend class=\"org.smtpguard.fixture.StormBackend\" name=\"storm\">"
                    // What happens to a user is a matter of its name alone: five faults in a row are an accident here.
                    + "<circuitBreaker failures=\"0\"/></backend>")
                .replaceAll("(<handlerchain .*?>)", "$1<handler class=\"org.smtpguard.fixture.SessionProbe\"/>")
                .replace("</handlerchain>", "<handler class=\"org.smtpguard.fixture.WhoCommand\"/></handlerchain>"))
            .editPort(Endpoint.SMTPS, port -> port.replaceAll("(<backend .*?</backend>)",
                "$1<backend class=\"org.smtpguard.fixture.DownBackend\" name=\"down\"/>"))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void eachAuthIsAnsweredOnceOrItsClientHasGone() throws Exception {
        assumeTrue(Footprint.canBeTaken(server), "needs to see the server's process (Linux, not in a container)");
        storm(new Tally(WARM_UP), SEED - 1);
        Footprint before = Footprint.settled(server);

        Tally tally = new Tally(AUTHS);
        long start = System.nanoTime();
        storm(tally, SEED);
        double seconds = (System.nanoTime() - start) / 1e9;
        Footprint after = Footprint.backAt(before, server);

        long answered = sum(tally.answered().values().stream());
        long hungUp = sum(tally.hungUp().values().stream());
        Probed probed = Probed.of(wire(server.smtp())).and(Probed.of(wire(server.submission()))).and(Probed.of(tlsWire(server.smtps())));
        System.out.printf(Locale.ROOT, "storm: %d AUTHs, %d answered %s, %d hung up %s, %d neither, in %.1f s, seed %d; %s;"
            + " before %s, after %s%n", tally.auths(), answered, tally.answered(), hungUp, tally.hungUp(), tally.lost(), seconds, SEED,
            probed, before, after);
        LoggedErrors errors = LoggedErrors.of(server);
        errors.counts().forEach((error, count) -> System.out.printf(Locale.ROOT, "storm: %d x %s%n", count, error));

        assertThat(probed.strays).as(probed.told).isZero();
        assertThat(tally.faults().stream().limit(TOLD)).isEmpty();
        assertThat(tally.lost()).isZero();
        assertThat(answered + hungUp).isEqualTo(AUTHS);
        assertThat(tally.answered()).containsOnlyKeys("235", "454", "535");
        assertThat(hungUp).isGreaterThan(AUTHS / 4);
        assertThat(errors.ofOurs()).isEmpty();
        assertThat(probed.touches).isGreaterThan(TOUCHES * AUTHS);
        assertThat(secretsInTheLog()).isZero();
        authenticates();
    }

    private static void storm(Tally tally, long seed) throws InterruptedException {
        Crowd.of(CLIENTS, client -> !tally.isOver(), PATIENCE, client -> {
            Random random = new Random(seed + client * SPREAD);
            int kind = random.nextInt(SECURED);
            Security security = kind == 0 ? Security.STARTTLS : kind == 1 ? Security.TLS : Security.NONE;
            new StormClient(client, random.nextLong(), security == Security.TLS, tally).talk(
                security == Security.TLS ? server.smtps() : security == Security.STARTTLS ? server.submission() : server.smtp(), security);
        });
    }

    private static void authenticates() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("slow-after@localhost", "wrong")).expect("535 5.7.8 ")
                .send("AUTH PLAIN " + plain("slow-after@localhost", "hush-slow-after@localhost")).expectLine("235 2.7.0 ")
                .send("QUIT").expect("221").expectClosed();
        }
    }

    private static long secretsInTheLog() throws IOException {
        try (Stream<String> lines = Files.lines(LoggedErrors.logFile(server), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.contains("hush-")).count();
        }
    }

    private static long sum(Stream<Long> counts) {
        return counts.mapToLong(Long::longValue).sum();
    }

    /** What the probes in the server have seen. */
    private static final class Probed {
        private final long touches;
        private final long strays;
        private final String told;

        private Probed(long touches, long strays, String told) {
            this.touches = touches;
            this.strays = strays;
            this.told = told;
        }

        static Probed of(WireScript dialogue) {
            try (WireScript wire = dialogue) {
                String told = wire.expect("220").send("XPROBE").expect("250").reply().text();
                return new Probed(number(told, "touches"), number(told, "strays"), told);
            }
        }

        Probed and(Probed other) {
            return new Probed(touches + other.touches, strays + other.strays, told + "\n" + other.told);
        }

        private static long number(String told, String what) {
            return Long.parseLong(told.replaceFirst("(?s).*" + what + "=(\\d+).*", "$1"));
        }

        @Override
        public String toString() {
            return touches + " touches of sessions, " + strays + " on a thread that is not theirs";
        }
    }
}

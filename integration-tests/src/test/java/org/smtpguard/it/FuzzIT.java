package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.fuzz.NoisyClient;
import org.smtpguard.it.server.Footprint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.LoggedErrors;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/**
 * Noise on all ports at once: whatever a client sends, the server answers in SMTP, lets go of it, and keeps nothing.
 *
 * <p>{@code -Dsmtpguard.fuzz.seconds} says for how long, {@code -Dsmtpguard.fuzz.seed} repeats a run as far as the
 * network lets it.
 */
class FuzzIT {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("smtpguard.fuzz.seconds", 5));
    private static final long SEED = Long.getLong("smtpguard.fuzz.seed", RandomSeed.ofTheBuild());
    private static final Duration PATIENCE = TIME.plusSeconds(300);
    private static final int CLIENTS = 48;
    /** How many connections come and go without doing wrong. */
    private static final long VISITS = Long.getLong("smtpguard.fuzz.visits", 2_000);
    private static final int FEW_CLIENTS = 4;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;
    private static final int WARM_UP = 500;
    private static final int TOLD = 10;

    private static JamesServer server;

    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong replies = new AtomicLong();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .withJvm("-Dio.netty.leakDetection.level=paranoid")
            // Some hundred thousand lines that say nothing new.
            .editConf("logback.xml", xml -> xml.replace("level=\"INFO\"", "level=\"WARN\"")
                .replace("</configuration>", "<logger name=\"org.apache.james.GuiceJamesServer\" level=\"INFO\"/></configuration>"))
            .editConf("smtpserver.xml", xml -> xml.replace("waitMillis=\"100\"", "waitMillis=\"20\""))
            .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void answersNoiseInSmtpAndKeepsNothingOfIt() throws Exception {
        assumeTrue(Footprint.canBeTaken(server), "needs to see the server's process (Linux, not in a container)");
        talk(SEED - 1, connection -> connection < WARM_UP);
        Footprint before = Footprint.settled(server);
        connections.set(0);
        octets.set(0);
        replies.set(0);

        long start = System.nanoTime();
        talk(SEED, connection -> System.nanoTime() - start < TIME.toNanos());
        double seconds = (System.nanoTime() - start) / 1e9;
        Footprint after = Footprint.backAt(before, server);
        // Buffers that nobody released are noticed when others are asked for after a collection, which a footprint makes.
        talk(SEED + 1, connection -> connection < WARM_UP);

        System.out.printf(Locale.ROOT, "fuzz: %d connections, %d octets, %d replies in %.0f s, seed %d; before %s, after %s%n",
            connections.get(), octets.get(), replies.get(), seconds, SEED, before, after);
        LoggedErrors errors = LoggedErrors.of(server);
        errors.counts().forEach((error, count) -> System.out.printf(Locale.ROOT, "fuzz: %d x %s%n", count, error));
        assertThat(faults.stream().limit(TOLD)).isEmpty();
        assertThat(errors.ofOurs()).isEmpty();
        delivers();
    }

    @Test
    void keepsNothingOfClientsThatComeAndGo() throws InterruptedException {
        assumeTrue(Footprint.canBeTaken(server), "needs to see the server's process (Linux, not in a container)");
        Crowd.of(FEW_CLIENTS, connection -> connection < WARM_UP, PATIENCE, connection -> comeAndGo());
        Footprint before = Footprint.settled(server);

        long start = System.nanoTime();
        Crowd.of(FEW_CLIENTS, connection -> connection < VISITS, PATIENCE, connection -> comeAndGo());
        double seconds = (System.nanoTime() - start) / 1e9;
        Footprint after = Footprint.backAt(before, server);

        System.out.printf(Locale.ROOT, "come and go: %d connections in %.0f s; before %s, after %s%n", VISITS, seconds, before, after);
        assertThat(faults.stream().limit(TOLD)).isEmpty();
    }

    private void comeAndGo() {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220").send("EHLO client.example").expect("250").send("QUIT").expect("221").expectClosed();
        } catch (AssertionError | RuntimeException e) {
            faults.add(e.toString());
        }
    }

    private void talk(long seed, LongPredicate goesOn) throws InterruptedException {
        Crowd.of(CLIENTS, goesOn, PATIENCE, connection -> talk(new Random(seed + connection * SPREAD).nextLong()));
    }

    private void talk(long seed) {
        int kind = (int) Math.floorMod(seed, 20L);
        InetSocketAddress port = kind == 0 ? server.smtps() : kind < 6 ? server.submission() : server.smtp();
        NoisyClient client = new NoisyClient(seed);
        try {
            client.talk(port, kind == 0).ifPresent(fault -> faults.add(fault + " (port " + port + ", client " + seed + ")"));
        } catch (IOException | RuntimeException e) {
            faults.add(e + " (port " + port + ", client " + seed + ")");
        }
        connections.incrementAndGet();
        octets.addAndGet(client.octets());
        replies.addAndGet(client.replies());
    }

    private static void delivers() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250")
                .send("MAIL FROM:<bob@localhost>").expect("250")
                .send("RCPT TO:<alice@localhost>").expect("250")
                .send("DATA").expect("354")
                .message("Subject: after the noise", "", "body").expect("250")
                .send("QUIT").expect("221").expectClosed();
        }
        Mailbox.of("alice", server.imap()).awaitMessageWith("Subject: after the noise");
    }
}

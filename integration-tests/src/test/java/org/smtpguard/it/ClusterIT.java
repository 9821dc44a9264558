package org.smtpguard.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Redis;
import org.smtpguard.it.server.StartFailure;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.WireScript;

/** Two servers and one Redis count failed log-ins together. Each test has client networks of its own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final String ALICE = "alice@localhost";
    private static final String PASSWORD = "secret";
    private static final String SECRET = Base64.getEncoder().encodeToString("a secret of both, of 32 octets...".getBytes(UTF_8));
    private static final String LOGGER = "org.smtpguard.bruteforce.redis.RedisEventLog - ";
    private static final int FAILURES = 4;
    private static Redis redis;
    private static JamesServer first;
    private static JamesServer second;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the server sees this machine's loopback");
        redis = Redis.start();
        first = server(SECRET).start();
        second = server(SECRET).start();
    }

    @AfterAll
    static void stop() {
        Stream.<AutoCloseable>of(second, first, redis).filter(Objects::nonNull).forEach(server -> assertThatCode(server::close)
            .doesNotThrowAnyException());
    }

    private static JamesServer.Builder server(String secret) {
        return JamesServer.guarded()
            .withConf("redis.properties", "redisURL=" + redis.url() + "\nredis.topology=standalone\n")
            .withConf("smtp-guard.secret", secret + "\n")
            .editConf("smtpserver.xml", conf -> conf.replace("</mechanisms>", "</mechanisms><bruteForce><perNetwork failures=\"" + FAILURES
                + "\"/><exempt>127.0.0.1</exempt><store>redis</store><failureDelay>0s</failureDelay></bruteForce>"));
    }

    @Test
    @Order(1)
    void failuresAtBothServersAreOneCountAndABlockHoldsAtBothUntilItIsLiftedAtOne() {
        for (int i = 0; i < FAILURES; i++) {
            guess(i % 2 == 0 ? first : second, "127.31.0.1", i);
        }

        awaitBlocked(first, "127.31.0.1");
        awaitBlocked(second, "127.31.0.1");
        logsIn(second, "127.31.0.2");

        WebAdmin webAdmin = new WebAdmin(first.webAdmin());
        assertThat(webAdmin.send(HttpRequest.newBuilder(webAdmin.uri("/smtp-guard/blocks/127.31.0.1")).DELETE()).statusCode())
            .isBetween(200, 299);

        await().until(() -> second.log().contains("unblocked network=127.31.0.1/32"));
        logsIn(first, "127.31.0.1");
        logsIn(second, "127.31.0.1");
    }

    @Test
    @Order(2)
    void aNetworkThatIsKnownAtOneServerIsKnownAtTheOther() {
        logsIn(first, "127.32.0.1");
        for (int i = 0; i < FAILURES; i++) {
            guess(second, "127.32.0.1", i);
        }
        awaitBlocked(first, "127.32.0.1");
        awaitBlocked(second, "127.32.0.1");

        logsIn(first, "127.32.0.1");
        logsIn(second, "127.32.0.1");
    }

    @Test
    @Order(3)
    void noLogInIsLostOrLateAndNothingIsUnblockedWhileRedisIsKilledAndComesBack() throws InterruptedException {
        for (int i = 0; i < FAILURES; i++) {
            guess(first, "127.33.0.1", i);
        }
        awaitBlocked(second, "127.33.0.1");
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger logIns = new AtomicInteger();
        Queue<Long> millis = new ConcurrentLinkedQueue<>();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        ExecutorService clients = Executors.newFixedThreadPool(4);
        for (int client = 0; client < 4; client++) {
            JamesServer server = client % 2 == 0 ? first : second;
            String source = "127.33.1." + (client + 1);
            clients.execute(() -> {
                while (!isOver.get()) {
                    try (WireScript wire = greeted(server, source)) {
                        long begin = System.nanoTime();
                        wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect("235");
                        millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
                        logIns.incrementAndGet();
                    } catch (RuntimeException | AssertionError e) {
                        failures.add(e);
                    }
                }
            });
        }

        await().until(() -> logIns.get() >= 20);
        redis.kill();
        await().until(() -> health(first).contains("not available") && health(second).contains("not available"));
        isBlocked(first, "127.33.0.1");
        isBlocked(second, "127.33.0.1");
        for (int i = 0; i < FAILURES - 1; i++) {
            guess(first, "127.33.0.2", i);
        }
        int before = logIns.get();
        await().until(() -> logIns.get() >= before + 20);
        redis.startAgain();
        await().until(() -> !health(first).contains("not available") && !health(second).contains("not available"));
        int after = logIns.get();
        await().until(() -> logIns.get() >= after + 20);
        isOver.set(true);
        clients.shutdown();
        assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        assertThat(failures).isEmpty();
        assertThat(millis).allMatch(time -> time < Duration.ofSeconds(2).toMillis());
        isBlocked(first, "127.33.0.1");
        isBlocked(second, "127.33.0.1");
        // What was counted while Redis was away counts at the other server now.
        guess(second, "127.33.0.2", FAILURES);
        awaitBlocked(first, "127.33.0.2");
        awaitBlocked(second, "127.33.0.2");
        for (JamesServer server : List.of(first, second)) {
            assertThat(server.log()).containsOnlyOnce(LOGGER + "Redis (127.0.0.1:" + redis.port() + ") is not available")
                .containsOnlyOnce(LOGGER + "Redis (127.0.0.1:" + redis.port() + ") is available again");
        }
    }

    @Test
    @Order(4)
    void aServerThatStartsLaterKnowsWhatHappenedAndOneWithAnotherSecretSaysSo() {
        for (int i = 0; i < FAILURES; i++) {
            guess(first, "127.34.0.1", i);
        }
        second.close();
        second = server(SECRET).start();
        isBlocked(second, "127.34.0.1");

        second.close();
        second = server(Base64.getEncoder().encodeToString("another secret, of 32 octets too".getBytes(UTF_8))).start();
        assertThat(second.log()).containsOnlyOnce("has another conf/smtp-guard.secret");
        logsIn(second, "127.34.0.2");
    }

    @Test
    @Order(5)
    void aMistakeInTheFileStopsTheStartAndNamesTheKey() {
        StartFailure failure = server(SECRET).withConf("redis.properties", "redisURL=redis://a\nredis.topology=ring\n").failToStart();

        assertThat(failure.log()).contains("conf/redis.properties has redis.topology=ring; it can be standalone");
    }

    private static void guess(JamesServer server, String source, int number) {
        try (WireScript wire = greeted(server, source)) {
            wire.send("AUTH PLAIN " + plain("guessed" + number + "@localhost", "guess-" + source + "-" + number)).expect("535")
                .send("QUIT").expect("221");
        }
    }

    private static void logsIn(JamesServer server, String source) {
        try (WireScript wire = greeted(server, source)) {
            wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect("235").send("QUIT").expect("221");
        }
    }

    /** By a user who is not known there. */
    private static void isBlocked(JamesServer server, String source) {
        try (WireScript wire = greeted(server, source)) {
            wire.send("AUTH PLAIN " + plain("bob@localhost", PASSWORD)).expect("454").expectInReply("AUTH-BLOCKED")
                .send("QUIT").expect("221");
        }
    }

    /** Reads the log: a log-in that is not blocked would change the counts. */
    private static void awaitBlocked(JamesServer server, String source) {
        await().until(() -> server.log().contains("blocked network=" + source + "/32"));
        isBlocked(server, source);
    }

    private static String health(JamesServer server) {
        return new WebAdmin(server.webAdmin()).json("/healthcheck/checks/smtp-guard").toString();
    }

    private static WireScript greeted(JamesServer server, String source) {
        return wireFrom(source, server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }
}

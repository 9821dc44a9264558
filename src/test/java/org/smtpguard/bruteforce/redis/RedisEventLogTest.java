package org.smtpguard.bruteforce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.smtpguard.bruteforce.EventLog;
import org.smtpguard.bruteforce.EventLogContract;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.it.server.Redis;

/** What servers share through a real Redis. */
class RedisEventLogTest extends EventLogContract {
    private static Redis redis;

    private final List<EventLog> opened = new ArrayList<>();

    @BeforeAll
    static void start() {
        redis = Redis.start();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @BeforeEach
    void empty() {
        redis.ask("FLUSHALL");
        redis.ask("BGREWRITEAOF");
    }

    @AfterEach
    void close() {
        opened.forEach(EventLog::close);
    }

    @Override
    protected EventLog log(int limit) {
        return log(redis.url(), "standalone", limit);
    }

    @Override
    protected boolean isShared() {
        return true;
    }

    @Override
    protected String content() {
        return redis.content();
    }

    @Test
    void linesOfOtherServersArriveAsTheyAreWritten() {
        Heard heard = new Heard();
        EventLog here = log(100);
        EventLog there = log(100);
        here.open(heard);
        there.open((line, isReplay) -> { });

        there.append("1 of another server", false);
        here.append("2 of this server", false);
        there.append("3 of another server", true);

        await().until(() -> heard.lines.size() == 2);
        assertThat(heard.lines).containsExactly("1 of another server", "3 of another server");
        assertThat(heard.replayed).isEmpty();
    }

    @Test
    void thatNothingHappensIsNoProblem() {
        EventLog log = log(100);
        log.open((line, isReplay) -> { });

        await().during(RedisSettings.TIMEOUT.plusSeconds(1)).until(() -> log.problem().isEmpty());
    }

    @Test
    void aStreamExpiresWithItsLastLine() {
        EventLog log = log(100);
        log.open((line, isReplay) -> { });
        log.append("1 a failure", false);
        log.append("2 a log-in", true);

        await().until(() -> ttl(RedisEventLog.FAILURES) > 0 && ttl(RedisEventLog.LOGINS) > 0);
        assertThat(ttl(RedisEventLog.FAILURES)).isBetween(3_590L, 3_600L);
        assertThat(ttl(RedisEventLog.LOGINS)).isBetween(7_190L, 7_200L);
    }

    @Test
    void manyLinesComeBackInOrder() {
        EventLog log = log(10_000);
        log.open((line, isReplay) -> { });
        List<String> lines = IntStream.range(0, 5_000).mapToObj(i -> i + " line").collect(Collectors.toList());
        for (int i = 0; i < lines.size(); i++) {
            log.append(lines.get(i), i % 3 == 0);
        }
        await().until(() -> redis.ask("XLEN " + RedisEventLog.FAILURES).equals(":3333"));
        Heard heard = new Heard();

        log(10_000).open(heard);

        assertThat(new ArrayList<>(heard.replayed)).isEqualTo(lines);
    }

    @Test
    void whatHappensWhileRedisIsAwayIsDeliveredWhenItIsBack() {
        try (Redis own = Redis.start(); LogCapture log = new LogCapture()) {
            Heard heard = new Heard();
            EventLog here = log(own.url(), "standalone", 100);
            EventLog there = log(own.url(), "standalone", 100);
            here.open((line, isReplay) -> { });
            there.open(heard);
            own.kill();
            await().until(() -> here.problem().isPresent() && there.problem().isPresent());

            here.append("1 while Redis is away", false);
            here.append("2 while Redis is away", true);
            assertThat(here.problem()).hasValueSatisfying(problem -> assertThat(problem)
                .startsWith("Redis (127.0.0.1:" + own.port() + ") is not available").contains("by itself"));
            own.startAgain();

            await().until(() -> heard.lines.size() == 2);
            await().until(() -> here.problem().isEmpty() && there.problem().isEmpty());
            assertThat(heard.lines).containsExactly("1 while Redis is away", "2 while Redis is away");
            assertThat(log.text()).containsPattern("(?s)WARN .*is not available.*INFO.*is available again");
        }
    }

    @Test
    void aServerStartsWithoutRedisAndFollowsItWhenItComes() {
        try (Redis own = Redis.start()) {
            EventLog other = log(own.url(), "standalone", 100);
            other.open((line, isReplay) -> { });
            other.append("1 before", true);
            other.close();
            own.kill();
            Heard heard = new Heard();
            EventLog late = log(own.url(), "standalone", 100);

            late.open(heard);

            assertThat(late.problem()).isPresent();
            own.startAgain();
            await().until(() -> heard.replayed.size() == 1);
            await().until(() -> late.problem().isEmpty());
        }
    }

    @Test
    void aSlowRedisIsAProblemUntilItIsQuickAgain() {
        try (Redis own = Redis.start()) {
            EventLog log = log(own.url(), "standalone", 100);
            log.open((line, isReplay) -> { });
            own.ask("CLIENT PAUSE 1000 WRITE");

            log.append("1 a line", true);

            await().until(() -> log.problem().isPresent());
            assertThat(log.problem()).hasValueSatisfying(problem -> assertThat(problem).contains("takes more than 100 ms"));
            await().until(() -> {
                log.append("2 another line", true);
                return log.problem().isEmpty();
            });
        }
    }

    /** Lettuce itself logs all that it sends at TRACE (docs/cluster.md). */
    @Test
    void noPasswordIsShown() {
        ((Logger) LoggerFactory.getLogger("io.lettuce")).setLevel(Level.INFO);
        try (Redis own = Redis.start("--requirepass", Redis.PASSWORD); LogCapture log = new LogCapture()) {
            EventLog with = log("redis://:" + Redis.PASSWORD + "@127.0.0.1:" + own.port(), "standalone", 100);
            EventLog without = log("redis://:wrong-" + Redis.PASSWORD + "@127.0.0.1:" + own.port(), "standalone", 100);

            with.open((line, isReplay) -> { });
            without.open((line, isReplay) -> { });

            assertThat(with.problem()).isEmpty();
            assertThat(without.problem()).hasValueSatisfying(problem -> assertThat(problem).contains("it says WRONGPASS"));
            assertThat(log.text() + without.problem()).contains("WRONGPASS").doesNotContain(Redis.PASSWORD);
        }
    }

    @Test
    void aClusterOfRedisServersSharesToo() {
        try (Redis own = Redis.start("--cluster-enabled", "yes")) {
            for (int slot = 0; slot < 16_384; slot += 1_024) {
                own.ask("CLUSTER ADDSLOTS " + IntStream.range(slot, slot + 1_024).mapToObj(Integer::toString)
                    .collect(Collectors.joining(" ")));
            }
            await().until(() -> own.ask("SET ready yes").equals("+OK"));

            shares(own.url(), "cluster");
        }
    }

    @Test
    void aMasterIsFoundAmongItsReplicas() {
        try (Redis master = Redis.start(); Redis replica = Redis.start("--replicaof", "127.0.0.1", Integer.toString(master.port()))) {
            shares(replica.url() + "," + master.url(), "master-replica");
        }
    }

    @Test
    void sentinelsTellTheMasterAndTheNextOne() {
        try (Redis master = Redis.start(); Redis replica = Redis.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
             Redis sentinel = Redis.startSentinel(master)) {
            String url = "redis-sentinel://127.0.0.1:" + sentinel.port() + "#mymaster";
            shares(url, "sentinel");
            Heard heard = new Heard();
            EventLog here = log(url, "sentinel", 100);
            EventLog there = log(url, "sentinel", 100);
            here.open((line, isReplay) -> { });
            there.open(heard);
            await().until(() -> heard.lines.size() == 2);

            master.kill();
            here.append("3 while there is no master", true);

            await().atMost(Duration.ofSeconds(60)).until(() -> heard.lines.contains("3 while there is no master"));
            assertThat(replica.ask("ROLE")).isEqualTo("*3");
        }
    }

    private void shares(String url, String topology) {
        Heard heard = new Heard();
        EventLog here = log(url, topology, 100);
        EventLog there = log(url, topology, 100);
        here.open((line, isReplay) -> { });
        there.open(heard);

        here.append("1 a failure", false);
        here.append("2 a log-in", true);

        await().until(() -> heard.lines.size() == 2);
        assertThat(here.problem()).isEmpty();
        here.close();
        there.close();
    }

    private EventLog log(String url, String topology, int limit) {
        Map<String, String> values = Map.of("redisURL", url, "redis.topology", topology);
        RedisSettings settings = RedisSettings.of("conf/redis.properties", key -> Optional.ofNullable(values.get(key))
            .map(value -> Arrays.asList(value.split(","))).orElse(List.of()), Path::of);
        EventLog log = new RedisEventLog(settings, limit, Duration.ofHours(1), Duration.ofHours(2));
        opened.add(log);
        return log;
    }

    private static long ttl(String key) {
        return Long.parseLong(redis.ask("TTL " + key).substring(1));
    }

    /** What a server is told. */
    private static final class Heard implements EventLog.Follower {
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();
        private final Queue<String> replayed = new ConcurrentLinkedQueue<>();

        @Override
        public void appended(String line, boolean isReplay) {
            lines.add(line);
            if (isReplay) {
                replayed.add(line);
            }
        }
    }
}

package org.smtpguard.bruteforce.redis;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.bruteforce.EventLog;
import org.smtpguard.bruteforce.redis.PendingLines.Line;

/**
 * An {@link EventLog} in two streams of Redis, which the servers of a cluster share: failures, and what is kept longer. Each line is one
 * request; what others append is read on a second connection as it comes.
 *
 * <p>While Redis is away, lines wait, and are delivered when it is back; a line whose delivery is not certain is sent again, which changes
 * no count. Reading goes on where it ended.
 *
 * <p>Threads: all happens on one daemon thread; Lettuce has some more ({@link RedisConnector}).
 */
public final class RedisEventLog implements EventLog {
    /** The braces put both into one slot of a Redis cluster. */
    static final String FAILURES = "{smtpguard}:failures";
    static final String LOGINS = "{smtpguard}:logins";

    private static final Logger LOGGER = LoggerFactory.getLogger(RedisEventLog.class);
    private static final String APPEND = "redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 's', ARGV[2], 'l', ARGV[3])"
        + " redis.call('PEXPIRE', KEYS[1], ARGV[4])";
    private static final String SERVER = "s";
    private static final String BEFORE_ALL = "0-0";
    private static final int PENDING_LIMIT = 10_000;
    private static final int IN_FLIGHT_LIMIT = 256;
    private static final int PAGE = 1_000;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration BLOCK = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration SLOW = Duration.ofMillis(100);
    /** A server whose Redis is slow every now and then does not fill its log with that. */
    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);
    private static final long NONE = -1;

    private final RedisSettings settings;
    private final int limit;
    private final Duration keepFailures;
    private final Duration keepLasting;
    private final String server = Long.toHexString(new SecureRandom().nextLong());
    private final RedisConnector connector;
    private final ScheduledThreadPoolExecutor worker;
    private final PendingLines pending = new PendingLines(PENDING_LIMIT);
    private final AtomicBoolean isSendDue = new AtomicBoolean();
    private final CompletableFuture<Void> firstReplay = new CompletableFuture<>();
    private final CompletableFuture<Void> lastDelivery = new CompletableFuture<>();
    private volatile Follower follower = (line, isReplay) -> { };
    private volatile Optional<String> problem = Optional.empty();
    /** When the oldest line that Redis has not confirmed was sent, by {@link System#nanoTime}. */
    private volatile long waitingSince = NONE;
    // Used by the worker alone.
    private final Map<String, String> places = new HashMap<>(Map.of(FAILURES, BEFORE_ALL, LOGINS, BEFORE_ALL));
    private Optional<Session> session = Optional.empty();
    private boolean isClosing;
    private Condition warned = Condition.WELL;
    private long warnedAt = NONE;

    /**
     * @param limit of the lines of each kind
     * @param keepFailures how long failures are kept after the last
     * @param keepLasting the same of all others
     */
    public RedisEventLog(RedisSettings settings, int limit, Duration keepFailures, Duration keepLasting) {
        this.settings = settings;
        this.limit = limit;
        this.keepFailures = keepFailures;
        this.keepLasting = keepLasting;
        this.connector = new RedisConnector(settings);
        this.worker = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "smtp-guard-redis-log");
            thread.setDaemon(true);
            return thread;
        }, new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Waits until all lines are read, Redis is found to be away, or 5 seconds are over. */
    @Override
    public void open(Follower told) {
        follower = told;
        worker.execute(this::connect);
        try {
            firstReplay.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            worker.execute(() -> warn(Condition.AWAY, "Redis (" + settings + ") does not tell within " + START_TIMEOUT.toSeconds()
                + " s what happened before; this server starts without it"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void append(String line, boolean isLasting) {
        pending.add(line, isLasting);
        sendSoon();
    }

    @Override
    public Optional<String> problem() {
        long since = waitingSince;
        boolean isSlow = since != NONE && System.nanoTime() - since > SLOW.toNanos();
        return isSlow ? problem.or(() -> Optional.of(slow())) : problem;
    }

    private String slow() {
        return "Redis (" + settings + ") takes more than " + SLOW.toMillis() + " ms to reply; failed log-ins at the servers are counted"
            + " together late";
    }

    /** Delivers what waits; waits a second at most. */
    @Override
    public void close() {
        worker.execute(() -> {
            isClosing = true;
            noteDelivery();
        });
        try {
            lastDelivery.get(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.info("Redis ({}) did not take the last events of this server", settings);
        }
        worker.shutdownNow();
        connector.close();
    }

    private void noteDelivery() {
        boolean isDelivered = pending.isEmpty() && session.map(open -> open.inFlight.isEmpty()).orElse(true);
        if (isClosing && (isDelivered || session.isEmpty())) {
            lastDelivery.complete(null);
        }
    }

    private void connect() {
        CompletableFuture<RedisLink> writing = connector.connect();
        CompletableFuture<RedisLink> reading = connector.connect();
        writing.thenCombine(reading, Session::new).orTimeout(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .whenCompleteAsync((opened, failure) -> {
                if (failure == null) {
                    begin(opened);
                } else {
                    writing.thenAccept(RedisLink::close);
                    reading.thenAccept(RedisLink::close);
                    away(reason(failure));
                }
            }, worker);
    }

    private void begin(Session opened) {
        session = Optional.of(opened);
        opened.writing.onEnd(() -> worker.execute(() -> end(opened, "the connection was lost")));
        opened.reading.onEnd(() -> worker.execute(() -> end(opened, "the connection was lost")));
        read(opened);
        send();
    }

    private void end(Session ended, String reason) {
        if (session.filter(ended::equals).isEmpty()) {
            return;
        }
        session = Optional.empty();
        ended.writing.close();
        ended.reading.close();
        pending.putBack(ended.inFlight.keySet());
        waitingSince = NONE;
        away(reason);
    }

    private void away(String reason) {
        report(Condition.AWAY, "Redis (" + settings + ") is not available (" + reason + "); this server counts failed log-ins by itself"
            + " until it is back");
        firstReplay.complete(null);
        noteDelivery();
        worker.schedule(this::connect, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void sendSoon() {
        if (isSendDue.compareAndSet(false, true)) {
            worker.execute(this::send);
        }
    }

    private void send() {
        isSendDue.set(false);
        while (session.filter(open -> open.inFlight.size() < IN_FLIGHT_LIMIT).isPresent()) {
            Optional<Line> line = pending.poll();
            if (line.isEmpty()) {
                return;
            }
            send(session.get(), line.get());
        }
    }

    private void send(Session open, Line line) {
        long sent = System.nanoTime();
        if (open.inFlight.isEmpty()) {
            waitingSince = sent;
        }
        open.inFlight.put(line, sent);
        open.append(line).thenApply(done -> System.nanoTime() - sent)
            .orTimeout(RedisSettings.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .whenCompleteAsync((took, failure) -> {
                if (failure == null) {
                    confirm(open, line, took);
                } else {
                    end(open, reason(failure));
                }
            }, worker);
    }

    private void confirm(Session open, Line line, long took) {
        if (session.filter(open::equals).isEmpty()) {
            return;
        }
        open.inFlight.remove(line);
        waitingSince = open.inFlight.values().stream().findFirst().orElse(NONE);
        if (open.isCaughtUp) {
            report(took > SLOW.toNanos() ? Condition.SLOW : Condition.WELL, slow());
        }
        send();
        noteDelivery();
    }

    private void read(Session open) {
        XReadArgs args = XReadArgs.Builder.count(PAGE);
        open.read(open.isCaughtUp ? args.block(BLOCK) : args).orTimeout(BLOCK.plus(RedisSettings.TIMEOUT).toMillis(), TimeUnit.MILLISECONDS)
            .whenCompleteAsync((messages, failure) -> {
                if (failure == null) {
                    tell(open, StreamPage.of(messages, PAGE));
                } else {
                    end(open, reason(failure));
                }
            }, worker);
    }

    private void tell(Session open, StreamPage page) {
        if (session.filter(open::equals).isEmpty()) {
            return;
        }
        for (StreamMessage<String, String> message : page.messages()) {
            places.put(message.getStream(), message.getId());
            String line = message.getBody().get(StreamPage.LINE);
            if (line != null && !server.equals(message.getBody().get(SERVER))) {
                tell(line, !open.isCaughtUp);
            }
        }
        if (page.isLast() && !open.isCaughtUp) {
            open.isCaughtUp = true;
            report(Condition.WELL, "");
            firstReplay.complete(null);
        }
        read(open);
    }

    /** A line that cannot be counted must not end the reading. */
    private void tell(String line, boolean isReplay) {
        try {
            follower.appended(line, isReplay);
        } catch (RuntimeException e) {
            LOGGER.error("An event of another server cannot be counted", e);
        }
    }

    private void report(Condition condition, String text) {
        problem = Optional.of(text).filter(words -> condition != Condition.WELL);
        if (condition == Condition.WELL) {
            if (warned != Condition.WELL) {
                long dropped = pending.takeDropped();
                LOGGER.info("Redis ({}) is {} again: failed log-ins at the servers are counted together{}", settings,
                    warned == Condition.SLOW ? "quick" : "available",
                    dropped == 0 ? "" : "; " + dropped + " events of this server were too many to be kept for it");
            }
            warned = Condition.WELL;
        } else {
            warn(condition, text);
        }
    }

    private void warn(Condition condition, String text) {
        boolean isDue = condition == Condition.AWAY || warnedAt == NONE || System.nanoTime() - warnedAt > BETWEEN_WARNINGS.toNanos();
        if (condition.compareTo(warned) > 0 && isDue) {
            warned = condition;
            warnedAt = System.nanoTime();
            LOGGER.warn("{}", text);
        }
    }

    /** Without the words of Redis after its first, which may quote what was sent, and those of Lettuce, which may quote the URL. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof RedisCommandExecutionException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RedisCommandExecutionException && cause.getMessage() != null) {
            return "it says " + cause.getMessage().split(" ", 2)[0];
        }
        return cause.getClass().getSimpleName();
    }

    /** The worse the later. */
    private enum Condition {
        WELL, SLOW, AWAY
    }

    /** Two connections, of which one reads: a request that waits holds up all others on its connection. */
    private final class Session {
        private final RedisLink writing;
        private final RedisLink reading;
        /** With the time at which each was sent; the oldest first. */
        private final Map<Line, Long> inFlight = new LinkedHashMap<>();
        private boolean isCaughtUp;

        private Session(RedisLink writing, RedisLink reading) {
            this.writing = writing;
            this.reading = reading;
        }

        private CompletableFuture<String> append(Line line) {
            String[] key = {line.isLasting ? LOGINS : FAILURES};
            Duration keep = line.isLasting ? keepLasting : keepFailures;
            return writing.commands.<String>eval(APPEND, ScriptOutputType.STATUS, key, Integer.toString(limit), server, line.text,
                Long.toString(keep.toMillis())).toCompletableFuture();
        }

        // Lettuce takes an array of a generic type, and only reads it.
        @SuppressWarnings("unchecked")
        private CompletableFuture<List<StreamMessage<String, String>>> read(XReadArgs args) {
            return reading.commands.xread(args, XReadArgs.StreamOffset.from(FAILURES, places.get(FAILURES)),
                XReadArgs.StreamOffset.from(LOGINS, places.get(LOGINS))).toCompletableFuture();
        }
    }
}

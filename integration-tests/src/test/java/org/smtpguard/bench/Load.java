package org.smtpguard.bench;

import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.smtpguard.it.wire.WireScript;

/**
 * Clients that log in one time after the other, and bystanders that only want a NOOP answered now and then.
 *
 * <p>Each is a thread that reads and writes a blocking socket. That suffices: nearly all of its time a client waits for the
 * backend's 300 ms, and what is left is some hundreds of short dialogues a second, a few per cent of one core. Only behind a
 * backend that answers a thousand at once are they thousands, and take what the server could use on the same machine.
 */
final class Load {
    private static final int BYSTANDERS = 4;
    private static final Duration NOOP_INTERVAL = Duration.ofMillis(20);
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    /** How long the clients that wait at the end may still take to get their answer, and be counted as answered. */
    private static final Duration GRACE = Duration.ofSeconds(10);
    /** Longer than all of that: what is slow is to be counted, not to break off. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Octets. What a client needs, and not the megabyte that a thousand of them would reserve each. */
    private static final long STACK = 256 * 1024;

    private final InetSocketAddress address;
    private final int clients;
    private final Queue<Sent> logins = new ConcurrentLinkedQueue<>();
    private final Queue<Sent> noops = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean over;
    private volatile boolean ended;

    private Load(InetSocketAddress address, int clients) {
        this.address = address;
        this.clients = clients;
    }

    /** @param clients how many are logging in at any time */
    static Round on(InetSocketAddress address, int clients) {
        return new Load(address, clients).run();
    }

    private Round run() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < BYSTANDERS; i++) {
            // Connected before the load begins: behind it a greeting alone may take as long as all of the measurement.
            WireScript wire = wire(address).patience(PATIENCE).expect("220").send("EHLO client.example").expect("250");
            threads.add(thread("bystander-" + i, () -> standBy(wire)));
        }
        for (int i = 0; i < clients; i++) {
            threads.add(thread("client-" + i, this::logIn));
        }
        threads.forEach(Thread::start);
        long from = System.nanoTime() + WARM_UP.toNanos();
        long to = from + MEASURED.toNanos();
        await(() -> failure.get() != null, to);
        over = true;
        await(() -> failure.get() != null || threads.stream().noneMatch(Thread::isAlive), to + GRACE.toNanos());
        ended = true;
        if (failure.get() != null) {
            throw new IllegalStateException("the load broke off", failure.get());
        }
        return new Round(
            logins.stream().filter(login -> login.wasAcceptedWithin(from, to)).count() / (MEASURED.toNanos() / 1e9),
            millis(logins, from, to),
            millis(noops, from, to),
            logins.stream().filter(Sent::wasAnsweredOtherwise).count(),
            logins.stream().filter(Sent::isUnanswered).count());
    }

    private static void await(Condition condition, long deadline) {
        while (System.nanoTime() < deadline && !condition.holds()) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** What was still unanswered when the time was up is among those that came later than that: it counts, as far as it went. */
    private static double[] millis(Queue<Sent> sent, long from, long to) {
        return sent.stream().filter(one -> one.at < to && one.at + one.latency(to) >= from)
            .mapToDouble(one -> one.latency(to) / 1e6).sorted().toArray();
    }

    private Thread thread(String name, Runnable role) {
        Thread thread = new Thread(null, () -> untilOver(role), name, STACK);
        thread.setDaemon(true);
        return thread;
    }

    private void untilOver(Runnable role) {
        try {
            while (!over) {
                role.run();
            }
        } catch (Throwable e) {
            if (!ended) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private void logIn() {
        Sent login = new Sent();
        logins.add(login);
        try (WireScript wire = connect()) {
            wire.patience(PATIENCE).expect("220").send("EHLO client.example").expect("250");
            login.answered(wire.send("AUTH PLAIN " + plain("alice@localhost", AuthBenchmark.PASSWORD)).read().code());
            wire.send("QUIT").expect("221");
        }
    }

    /** A server that accepts no connection for so long is slow, too. */
    private WireScript connect() {
        while (true) {
            try {
                return wire(address);
            } catch (UncheckedIOException e) {
                if (ended || !(e.getCause() instanceof SocketTimeoutException)) {
                    throw e;
                }
            }
        }
    }

    private void standBy(WireScript wire) {
        Sent noop = new Sent();
        noops.add(noop);
        wire.send("NOOP").expect("250");
        noop.answered(wire.reply().code());
        LockSupport.parkNanos(noop.at + NOOP_INTERVAL.toNanos() - System.nanoTime());
    }

    private interface Condition {
        boolean holds();
    }

    /** A command (of a log-in all of them, from the connection on), and the reply as soon as that is there. */
    private static final class Sent {
        private static final int ACCEPTED = 235;

        private final long at = System.nanoTime();
        private volatile long answeredAt = Long.MAX_VALUE;
        /** Written last: whoever sees it sees the time, too. 0 while there is none. */
        private volatile int code;

        private void answered(int reply) {
            answeredAt = System.nanoTime();
            code = reply;
        }

        private boolean wasAcceptedWithin(long from, long to) {
            return code == ACCEPTED && answeredAt >= from && answeredAt < to;
        }

        private boolean wasAnsweredOtherwise() {
            return code != 0 && code != ACCEPTED;
        }

        private boolean isUnanswered() {
            return code == 0;
        }

        private long latency(long end) {
            return Math.min(answeredAt, end) - at;
        }
    }
}

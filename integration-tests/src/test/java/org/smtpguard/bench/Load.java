package org.smtpguard.bench;

import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetSocketAddress;
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
 * backend's 300 ms, and what is left is some 300 short dialogues a second, a few per cent of one core.
 */
final class Load {
    private static final int CLIENTS = 100;
    private static final int BYSTANDERS = 4;
    private static final Duration NOOP_INTERVAL = Duration.ofMillis(20);
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    /** Longer than the slowest of the two takes to serve all clients once. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final InetSocketAddress address;
    private final Queue<Long> logins = new ConcurrentLinkedQueue<>();
    private final Queue<Noop> noops = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean over;

    private Load(InetSocketAddress address) {
        this.address = address;
    }

    static Round on(InetSocketAddress address) {
        return new Load(address).run();
    }

    private Round run() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < BYSTANDERS; i++) {
            // Connected before the load begins: behind it a greeting alone may take as long as all of the measurement.
            WireScript wire = wire(address).patience(PATIENCE).expect("220").send("EHLO client.example").expect("250");
            threads.add(thread("bystander-" + i, () -> standBy(wire)));
        }
        for (int i = 0; i < CLIENTS; i++) {
            threads.add(thread("client-" + i, this::logIn));
        }
        threads.forEach(Thread::start);
        long from = System.nanoTime() + WARM_UP.toNanos();
        long to = from + MEASURED.toNanos();
        while (System.nanoTime() < to && failure.get() == null) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        over = true;
        if (failure.get() != null) {
            throw new IllegalStateException("the load broke off", failure.get());
        }
        double seconds = MEASURED.toNanos() / 1e9;
        // A NOOP still unanswered when the time was up is among those that came later than that: it counts, as far as it went.
        return new Round(
            logins.stream().filter(at -> at >= from && at < to).count() / seconds,
            noops.stream().filter(noop -> noop.sent < to && noop.sent + noop.latency(to) >= from)
                .mapToDouble(noop -> noop.latency(to) / 1e6).sorted().toArray());
    }

    private Thread thread(String name, Runnable role) {
        Thread thread = new Thread(() -> untilOver(role), name);
        thread.setDaemon(true);
        return thread;
    }

    private void untilOver(Runnable role) {
        try {
            while (!over) {
                role.run();
            }
        } catch (Throwable e) {
            if (!over) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private void logIn() {
        try (WireScript wire = wire(address).patience(PATIENCE)) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", AuthBenchmark.PASSWORD)).expect("235");
            logins.add(System.nanoTime());
            wire.send("QUIT").expect("221");
        }
    }

    private void standBy(WireScript wire) {
        Noop noop = new Noop(System.nanoTime());
        noops.add(noop);
        wire.send("NOOP").expect("250");
        noop.answered = System.nanoTime();
        LockSupport.parkNanos(noop.sent + NOOP_INTERVAL.toNanos() - System.nanoTime());
    }

    private static final class Noop {
        private final long sent;
        private volatile long answered = Long.MAX_VALUE;

        private Noop(long sent) {
            this.sent = sent;
        }

        private long latency(long end) {
            return Math.min(answered, end) - sent;
        }
    }
}

package org.smtpguard.it.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.smtpguard.it.server.Ports;

/**
 * Stands on a port of loopback before a real server and passes octets on, both ways, until it is told to {@link #suffer} from
 * something. What it suffers from befalls the connections that there are as well as those to come.
 *
 * <p>Threads of its own for every connection, two; they end with it.
 */
public final class FaultProxy implements AutoCloseable {
    /** The name of all its threads. */
    public static final String THREAD = "fault-proxy";

    /** As many as would come at once. */
    private static final int BACKLOG = 256;
    private static final int BUFFER = 16 * 1024;
    private static final int TIME_TO_CONNECT_MILLIS = 5_000;
    private static final Duration BUSY = Duration.ofMillis(80);
    private static final int SHORT_RUBBISH = 400;
    /** More than any line, header or packet should have. */
    private static final int LONG_RUBBISH = 64 * 1024;

    private final InetSocketAddress peer;
    private final Security security;
    private final Duration tooLate;
    private final Random random;
    private final InetSocketAddress address;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, THREAD);
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final LongAdder answers = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Ailment ailment = Ailment.NONE;
    private ServerSocket listener;
    private Future<?> accepting;

    /**
     * Listens, on a port that stays its own.
     *
     * @param peer where the server is, or will be
     * @param tooLate how much later than it should an answer of a {@link Ailment#SLOW} server comes
     * @param seed of rubbish, and of the ways to break off
     */
    public FaultProxy(InetSocketAddress peer, Security security, Duration tooLate, long seed) {
        this.peer = peer;
        this.security = security;
        this.tooLate = tooLate;
        this.random = new Random(seed);
        this.address = Ports.one();
        listen();
    }

    /** Where the backend finds it. */
    public int port() {
        return address.getPort();
    }

    /** How often the server has said something. */
    public long answers() {
        return answers.sum();
    }

    /** How many connections of the backend are open. */
    public int connections() {
        return links.size();
    }

    /** From now on, until told otherwise. */
    public synchronized void suffer(Ailment next) {
        lock.lock();
        try {
            ailment = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (next == Ailment.REFUSES) {
            listenNoMore();
        } else if (listener.isClosed()) {
            listen();
        }
        if (next.isOfCertificate()) {
            // Whoever is connected has seen the right one.
            links.forEach(Link::reset);
        }
    }

    private void listen() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(address, BACKLOG);
            listener = socket;
            accepting = threads.submit(() -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException("no proxy at " + address, e);
        }
    }

    private void listenNoMore() {
        closeQuietly(listener);
        // The port is open until the thread that waits at it has noticed.
        closeQuietly(accepting::get);
        links.forEach(Link::reset);
    }

    private void accept(ServerSocket socket) {
        try {
            while (true) {
                Link link = new Link(socket.accept());
                links.add(link);
                threads.execute(link::serve);
            }
        } catch (IOException e) {
            // Nobody listens any more.
        }
    }

    /** Waits as long as nothing may be said; returns what to do then. */
    private Ailment hold(Link link) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long delay = delay();
            while (!link.closed && (ailment == Ailment.SILENT || (delay > 0 && delay() > 0))) {
                if (ailment == Ailment.SILENT) {
                    changed.await();
                } else {
                    delay = changed.awaitNanos(delay);
                }
            }
            return ailment;
        } finally {
            lock.unlock();
        }
    }

    private long delay() {
        return ailment == Ailment.SLOW ? tooLate.toNanos() : ailment == Ailment.BUSY ? BUSY.toNanos() : 0;
    }

    private byte[] rubbish() {
        byte[] octets = new byte[random.nextInt(4) == 0 ? LONG_RUBBISH : 1 + random.nextInt(SHORT_RUBBISH)];
        if (random.nextBoolean()) {
            random.nextBytes(octets);
        } else {
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) (' ' + random.nextInt(95));
            }
        }
        if (random.nextBoolean() && octets.length > 1) {
            octets[octets.length - 2] = '\r';
            octets[octets.length - 1] = '\n';
        }
        return octets;
    }

    @Override
    public synchronized void close() {
        listenNoMore();
        threads.shutdownNow();
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // It is closed, or as good as that.
        }
    }

    /** One connection of the backend, and the one that it has for it to the server. */
    private final class Link {
        private final Socket accepted;
        private final Socket behind = new Socket();
        private volatile boolean closed;

        private Link(Socket accepted) {
            this.accepted = accepted;
        }

        private void serve() {
            try {
                accepted.setTcpNoDelay(true);
                behind.setTcpNoDelay(true);
                // Who does not answer shakes no hands either. Where no hands are shaken, the question is taken.
                Ailment now = security == Security.NONE ? Ailment.NONE : hold(this);
                if (now == Ailment.REFUSES) {
                    return;
                }
                Socket before = security.secure(accepted, now);
                behind.connect(peer, TIME_TO_CONNECT_MILLIS);
                threads.execute(() -> ask(before));
                answer(before.getOutputStream());
            } catch (IOException e) {
                // Either side has gone.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                close();
            }
        }

        private void ask(Socket before) {
            try {
                before.getInputStream().transferTo(behind.getOutputStream());
            } catch (IOException e) {
                // Either side has gone.
            } finally {
                close();
            }
        }

        private void answer(OutputStream out) throws IOException, InterruptedException {
            InputStream in = behind.getInputStream();
            byte[] buffer = new byte[BUFFER];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                answers.increment();
                switch (hold(this)) {
                    case RUBBISH:
                        out.write(rubbish());
                        break;
                    case CUTS:
                        out.write(buffer, 0, beginning(buffer, length));
                        out.flush();
                        if (random.nextBoolean()) {
                            reset();
                        }
                        return;
                    default:
                        out.write(buffer, 0, length);
                        break;
                }
                out.flush();
            }
        }

        /** Half of an answer, and less where that would be a whole line: which may be all of the answer that counts. */
        private int beginning(byte[] answer, int length) {
            int half = length / 2;
            for (int i = 0; i < half; i++) {
                if (answer[i] == '\n') {
                    return i;
                }
            }
            return half;
        }

        /** Without an orderly end. */
        private void reset() {
            try {
                accepted.setSoLinger(true, 0);
            } catch (IOException e) {
                // It is closed already.
            }
            close();
        }

        private void close() {
            links.remove(this);
            closeQuietly(accepted);
            closeQuietly(behind);
            lock.lock();
            try {
                closed = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}

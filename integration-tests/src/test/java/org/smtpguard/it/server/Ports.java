package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * The port of each endpoint of one server.
 */
public final class Ports {
    /** Below the range from which systems take the ports of outgoing connections, so none of those gets in between. */
    private static final int LOWEST = 15_000;
    /** How many each JVM that runs tests has to itself: no other can take one between our look and our use of it. */
    private static final int SHARE = 4_000;
    private static final int SHARES = 4;
    private static final int OURS = LOWEST + SHARE * (Integer.getInteger("smtpguard.fork", 1) % SHARES);
    /** Counts on, so that none is given twice, and begins anywhere, so that builds beside each other seldom meet. */
    private static final AtomicInteger NEXT = new AtomicInteger(ThreadLocalRandom.current().nextInt(SHARE));

    private static final int PATIENCE_MILLIS = 1_000;

    private final Map<Endpoint, Integer> ports;

    private Ports(Map<Endpoint, Integer> ports) {
        this.ports = Collections.unmodifiableMap(ports);
    }

    static Ports of(ToIntFunction<Endpoint> port) {
        Map<Endpoint, Integer> ports = new EnumMap<>(Endpoint.class);
        Arrays.stream(Endpoint.values()).forEach(endpoint -> ports.put(endpoint, port.applyAsInt(endpoint)));
        return new Ports(ports);
    }

    static Ports asConfigured() {
        return of(Endpoint::configuredPort);
    }

    static Ports free() {
        return of(endpoint -> freePort());
    }

    int of(Endpoint endpoint) {
        return ports.get(endpoint);
    }

    /** One that is free, on loopback, for whatever a test wants to listen there. */
    public static InetSocketAddress one() {
        return Endpoint.onLoopback(freePort());
    }

    /** By listening there for a moment: nobody else can meanwhile, so never ask this of a port that a server is about to take. */
    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(Endpoint.LOOPBACK))) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether somebody listens there. */
    public static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(Endpoint.onLoopback(port), PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** One that nobody listens on now, and that has not been given before. */
    public static int freePort() {
        return IntStream.generate(() -> OURS + Math.floorMod(NEXT.getAndIncrement(), SHARE))
            .limit(SHARE)
            .filter(Ports::isFree)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no free port found on " + Endpoint.LOOPBACK));
    }
}

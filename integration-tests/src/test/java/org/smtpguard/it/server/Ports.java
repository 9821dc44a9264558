package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToIntFunction;

/**
 * The port of each endpoint of one server.
 */
public final class Ports {
    /** Below the range from which systems take the ports of outgoing connections, so none of those gets in between. */
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;

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

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(Endpoint.LOOPBACK))) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that nobody listens on now. */
    static int freePort() {
        return ThreadLocalRandom.current().ints(LOWEST, HIGHEST)
            .limit(1_000)
            .filter(Ports::isFree)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no free port found on " + Endpoint.LOOPBACK));
    }
}

package org.smtpguard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.Ports;

/** {@link BareServer} in a process of its own, with the JVM's own defaults and the threads of the James that it is compared with. */
final class BareUnderLoad implements Server {
    /** James' own default. It has them before 3.9 as well, but there the guard lets the event loop handle lines. */
    private static final int SESSION_THREADS = 16;

    private final int authMillis;
    private final boolean refuses;
    private InetSocketAddress address;
    private Process process;

    /** @param authMillis how long AUTH takes */
    BareUnderLoad(int authMillis) {
        this(authMillis, false);
    }

    private BareUnderLoad(int authMillis, boolean refuses) {
        this.authMillis = authMillis;
        this.refuses = refuses;
    }

    /** One that refuses what follows the greeting. */
    static BareUnderLoad refusing() {
        return new BareUnderLoad(0, true);
    }

    @Override
    public void start() {
        address = Ports.one();
        try {
            process = Java.start(BareServer.class, String.valueOf(address.getPort()), String.valueOf(authMillis),
                String.valueOf(JamesHome.current().isBefore(3, 9) ? 0 : SESSION_THREADS), String.valueOf(refuses));
            BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            if (!"listening".equals(output.readLine())) {
                throw new IllegalStateException("the bare server did not start");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InetSocketAddress address(int port) {
        return address;
    }

    @Override
    public List<ProcessHandle> processes() {
        return List.of(process.toHandle());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

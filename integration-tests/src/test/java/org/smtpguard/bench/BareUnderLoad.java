package org.smtpguard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.smtpguard.it.server.Ports;

/** {@link BareServer} in a process of its own, with the JVM's own defaults. */
final class BareUnderLoad implements Server {
    private final int authMillis;
    private InetSocketAddress address;
    private Process process;

    /** @param authMillis how long AUTH takes */
    BareUnderLoad(int authMillis) {
        this.authMillis = authMillis;
    }

    @Override
    public void start() {
        address = Ports.one();
        try {
            process = Java.start(BareServer.class, String.valueOf(address.getPort()), String.valueOf(authMillis));
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

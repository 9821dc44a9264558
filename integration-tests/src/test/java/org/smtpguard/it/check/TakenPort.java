package org.smtpguard.it.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import org.smtpguard.it.server.JamesServer;

/** A port that another program has: the tests themselves, as long as they run. */
final class TakenPort {
    private static final ServerSocket SOCKET = open();

    private TakenPort() {
    }

    private static ServerSocket open() {
        try {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JamesServer.Builder on(JamesServer.Builder builder) {
        return builder.editConf("smtpserver.xml", xml -> xml.replace("127.0.0.1:2525", "127.0.0.1:" + SOCKET.getLocalPort()));
    }
}

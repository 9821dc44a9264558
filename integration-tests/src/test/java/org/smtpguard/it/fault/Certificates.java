package org.smtpguard.it.fault;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.smtpguard.it.server.SelfSigned;

/** TLS from the first octet, by the certificate that belongs there, or by one of two that do not. */
public final class Certificates implements Security {
    private final SelfSigned right = SelfSigned.naming("localhost", "127.0.0.1");
    private final SelfSigned foreign = SelfSigned.naming("elsewhere.example");
    private final SSLContext byRight = right.context();
    private final SSLContext byForeign = foreign.context();
    private final SSLContext byUntrusted = SelfSigned.naming("localhost", "127.0.0.1").context();

    public Certificates() throws Exception {
    }

    /** Writes what the backend is to trust, as PEM: the right one, and the one that is another server's. */
    public Path trustedTo(Path file) throws Exception {
        String one = Files.readString(right.certificateTo(file));
        return Files.writeString(file, Files.readString(foreign.certificateTo(file)) + one);
    }

    @Override
    public Socket secure(Socket accepted, Ailment ailment) throws IOException {
        SSLContext context = ailment == Ailment.UNTRUSTED_CERTIFICATE ? byUntrusted
            : ailment == Ailment.FOREIGN_CERTIFICATE ? byForeign : byRight;
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(accepted, "localhost", accepted.getPort(), true);
        secured.setUseClientMode(false);
        secured.startHandshake();
        return secured;
    }
}

package org.smtpguard.it.fault;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import org.smtpguard.it.server.ClientCertificate;

/** TLS from the first octet, by the certificate that belongs there, or by one of two that do not. */
public final class Certificates implements Security {
    private static final String NAMES = "dns:localhost,ip:127.0.0.1";

    private final ClientCertificate right = ClientCertificate.of("CN=localhost", NAMES);
    private final ClientCertificate foreign = ClientCertificate.of("CN=elsewhere.example", "dns:elsewhere.example");
    private final SSLContext byRight = context(right);
    private final SSLContext byForeign = context(foreign);
    private final SSLContext byUntrusted = context(ClientCertificate.of("CN=localhost", NAMES));

    /** Makes three, which takes some seconds. */
    public Certificates() {
    }

    /** For the backend: the right one, and the one that is another server's. */
    public Path writeTrusted(Path pem) throws IOException {
        return ClientCertificate.writeTrusted(pem, right, foreign);
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

    private static SSLContext context(ClientCertificate certificate) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(certificate.keyManagers(), new TrustManager[0], new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

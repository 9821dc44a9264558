package org.smtpguard.it.wire;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** TLS that asks nobody who they are: the certificate of a server under test is made by its run and signed by itself. */
public final class Trusting implements X509TrustManager {
    private Trusting() {
    }

    /** Of clients that have no certificate. Each call with a context of its own: no session is resumed from one factory to the next. */
    public static SSLSocketFactory sockets() {
        return sockets(new KeyManager[0]);
    }

    /** Of clients that show what these have to a server that asks for a certificate. */
    static SSLSocketFactory sockets(KeyManager[] own) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own, new TrustManager[] {new Trusting()}, new SecureRandom());
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
        // Everybody is welcome.
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        // Everybody is welcome.
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}

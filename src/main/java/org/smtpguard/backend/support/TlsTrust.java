package org.smtpguard.backend.support;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.smtpguard.credential.BackendSettings;

/**
 * The certificates that a backend trusts: those in {@code <trustStore>}, by default those that the JVM trusts. The file is PEM
 * or a key store (PKCS #12, JKS) with its password in {@code <trustStorePassword>}.
 */
public final class TlsTrust {
    /** The elements that this class reads. */
    public static final String STORE = "trustStore";
    public static final String PASSWORD = "trustStorePassword";

    private static final String PEM = "-----BEGIN";
    private static final int SESSIONS = 100;

    private TlsTrust() {
    }

    /**
     * @throws org.smtpguard.credential.InvalidConfigurationException if the file is missing or contains no readable certificate
     */
    public static SSLContext context(BackendSettings settings) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            Optional<KeyStore> store = settings.text(STORE).map(any -> store(settings));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store.orElse(null));
            context.init(null, trust.getTrustManagers(), null);
            // The JDK's default is 20,000; no more sessions can be resumed than a backend has connections.
            context.getClientSessionContext().setSessionCacheSize(SESSIONS);
            return context;
        } catch (GeneralSecurityException e) {
            throw settings.fault("cannot set TLS up on this JVM (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static KeyStore store(BackendSettings settings) {
        Path file = settings.file(STORE);
        try {
            byte[] content = Files.readAllBytes(file);
            KeyStore store = new String(content, StandardCharsets.ISO_8859_1).contains(PEM) ? pem(content)
                : KeyStore.getInstance(file.toFile(), settings.text(PASSWORD).orElse("").toCharArray());
            if (store.size() == 0) {
                throw settings.fault("has in <" + STORE + "> the file " + file + ", which contains no certificate");
            }
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw settings.fault("cannot read the certificates in " + file + " (" + e.getClass().getSimpleName() + "); name a PEM file or a"
                + " key store in <" + STORE + ">, and the key store's password in <" + PASSWORD + ">");
        }
    }

    private static KeyStore pem(byte[] content) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = new ByteArrayInputStream(content)) {
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
        }
        return store;
    }
}

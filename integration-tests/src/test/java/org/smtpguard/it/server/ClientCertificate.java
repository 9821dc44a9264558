package org.smtpguard.it.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** A key and a self-signed certificate that a client shows to a server under test. */
public final class ClientCertificate {
    private static final String TYPE = "PKCS12";
    /** The name that {@link Keystore} gives to the key. */
    private static final String ALIAS = "james";

    private final KeyStore keystore;

    private ClientCertificate(KeyStore keystore) {
        this.keystore = keystore;
    }

    /**
     * Makes one, which takes a second.
     *
     * @param subject {@code CN=alice}
     * @param alternativeNames as keytool takes them, {@code email:alice@localhost}; empty for none
     */
    public static ClientCertificate of(String subject, String alternativeNames) {
        try {
            KeyStore keystore = KeyStore.getInstance(TYPE);
            keystore.load(new ByteArrayInputStream(Keystore.make(subject, alternativeNames)), Keystore.SECRET.toCharArray());
            return new ClientCertificate(keystore);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The truststore of a server that trusts these clients, under the password of the server's own keystore. */
    static byte[] trusting(ClientCertificate... clients) {
        try {
            KeyStore truststore = KeyStore.getInstance(TYPE);
            truststore.load(null, null);
            for (ClientCertificate client : clients) {
                truststore.setCertificateEntry("client-" + Arrays.asList(clients).indexOf(client), client.keystore.getCertificate(ALIAS));
            }
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            truststore.store(octets, Keystore.SECRET.toCharArray());
            return octets.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For the client's side of the handshake. */
    public KeyManager[] keyManagers() {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keystore, Keystore.SECRET.toCharArray());
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

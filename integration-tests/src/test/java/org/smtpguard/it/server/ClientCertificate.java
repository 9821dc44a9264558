package org.smtpguard.it.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** A key and a self-signed certificate that a client shows to a server under test. */
public final class ClientCertificate {
    /** Of each file made here: PKCS12 wants one. */
    public static final String PASSWORD = Keystore.SECRET;

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
            keystore.load(new ByteArrayInputStream(Keystore.make(subject, alternativeNames)), PASSWORD.toCharArray());
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
            truststore.store(octets, PASSWORD.toCharArray());
            return octets.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For clients in Java: a PKCS12 file with key and certificate. */
    public Path writeKeystore(Path file) throws IOException {
        try (OutputStream octets = Files.newOutputStream(file)) {
            keystore.store(octets, PASSWORD.toCharArray());
            return file;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For all others: key and certificate, one after the other. */
    public Path writePem(Path file) throws IOException {
        try {
            return Files.writeString(file, pem("PRIVATE KEY", keystore.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded())
                + pem("CERTIFICATE", keystore.getCertificate(ALIAS).getEncoded()), StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String label, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    /** For the client's side of the handshake. */
    public KeyManager[] keyManagers() {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keystore, PASSWORD.toCharArray());
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

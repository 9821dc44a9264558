package org.smtpguard.it.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A key and the self-signed certificate of a client, which a server takes when that certificate lies in its trust store.
 */
public final class ClientCertificate {
    /** Of each file made here: PKCS12 wants one. */
    public static final String PASSWORD = "client-certificate";

    private static final String ALIAS = "client";
    private static final String TYPE = "PKCS12";

    private final byte[] keystore;

    private ClientCertificate(byte[] keystore) {
        this.keystore = keystore;
    }

    /** Its alternative name is that address. */
    public static ClientCertificate of(String email) {
        try {
            return new ClientCertificate(Keystore.make(ALIAS, PASSWORD, "CN=client", "san=email:" + email));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a server trusts: a PKCS12 file with this certificate and without its key. */
    public byte[] trustStore() {
        try {
            KeyStore trust = KeyStore.getInstance(TYPE);
            trust.load(null, null);
            trust.setCertificateEntry(ALIAS, load().getCertificate(ALIAS));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            trust.store(bytes, PASSWORD.toCharArray());
            return bytes.toByteArray();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For clients in Java: a PKCS12 file with key and certificate. */
    public Path writeKeystore(Path file) throws IOException {
        return Files.write(file, keystore);
    }

    /** For all others: key and certificate, one after the other. */
    public Path writePem(Path file) throws IOException {
        try {
            KeyStore own = load();
            return Files.writeString(file, pem("PRIVATE KEY", own.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded())
                + pem("CERTIFICATE", own.getCertificate(ALIAS).getEncoded()), StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore own = KeyStore.getInstance(TYPE);
        own.load(new ByteArrayInputStream(keystore), PASSWORD.toCharArray());
        return own;
    }

    private static String pem(String label, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }
}

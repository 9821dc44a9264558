package org.smtpguard.it.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.google.common.net.InetAddresses;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key of a server of a test, with a certificate that it has signed itself. */
public final class SelfSigned {
    private static final char[] NO_PASSWORD = new char[0];

    private final KeyPair keys;
    private final Certificate certificate;

    private SelfSigned(KeyPair keys, Certificate certificate) {
        this.keys = keys;
        this.certificate = certificate;
    }

    /** @param names of the server: host names and IP addresses */
    public static SelfSigned naming(String... names) throws Exception {
        return valid(Instant.now().minus(Duration.ofHours(1)), Instant.now().plus(Duration.ofDays(1)), names);
    }

    /** One that had its time a year ago. */
    public static SelfSigned expired(String... names) throws Exception {
        return valid(Instant.now().minus(Duration.ofDays(400)), Instant.now().minus(Duration.ofDays(365)), names);
    }

    private static SelfSigned valid(Instant from, Instant until, String... names) throws Exception {
        // RSA: GnuTLS, which Debian's slapd is built with, cannot read the EC keys that Java writes.
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        X500Name name = new X500Name("CN=a server of a test");
        GeneralNames alternatives = new GeneralNames(Arrays.stream(names)
            .map(each -> new GeneralName(InetAddresses.isInetAddress(each) ? GeneralName.iPAddress : GeneralName.dNSName, each))
            .toArray(GeneralName[]::new));
        Certificate certificate = new JcaX509CertificateConverter().getCertificate(
            new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(System.nanoTime()),
                Date.from(from), Date.from(until), name, keys.getPublic())
                .addExtension(Extension.subjectAlternativeName, false, alternatives)
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
        return new SelfSigned(keys, certificate);
    }

    /** As a server needs it. */
    public SSLContext context() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("server", keys.getPrivate(), NO_PASSWORD, new Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        // What is kept of sessions that are over is not to be taken for a leak.
        context.getServerSessionContext().setSessionCacheSize(100);
        return context;
    }

    /** Writes the certificate, as PEM: for those who are to trust it, too. */
    public Path certificateTo(Path file) throws Exception {
        return pem(file, "CERTIFICATE", certificate.getEncoded());
    }

    /** Writes the key, as PEM. */
    public Path keyTo(Path file) throws Exception {
        return pem(file, "PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    private static Path pem(Path file, String what, byte[] encoded) throws IOException {
        return Files.writeString(file, "-----BEGIN " + what + "-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(encoded) + "\n-----END " + what + "-----\n");
    }
}

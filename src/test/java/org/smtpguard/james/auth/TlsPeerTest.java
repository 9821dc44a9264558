package org.smtpguard.james.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Optional;
import javax.net.ssl.SSLSession;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.james.config.CertificateName;

/** Whose certificate it is. */
class TlsPeerTest {
    @Test
    void theMostSpecificCommonNameIsTheUsers() throws Exception {
        assertThat(commonName(subject("DC", "org", "DC", "example", "CN", "Users", "CN", "alice"))).contains("alice");
        assertThat(commonName(subject("CN", "Users", "CN", "alice", "E", "alice@example.org"))).contains("alice");
        assertThat(commonName(subject("CN", "alice, the \"first\" + only"))).contains("alice, the \"first\" + only");
        assertThat(commonName(subject("O", "example"))).isEmpty();
    }

    @Test
    void twoAtTheMostSpecificLevelAreNobody() throws Exception {
        X500Name two = new X500NameBuilder().addRDN(BCStyle.CN, "root")
            .addMultiValuedRDN(new ASN1ObjectIdentifier[] {BCStyle.CN, BCStyle.CN}, new String[] {"alice", "bob"}).build();
        X500Name withUid = new X500NameBuilder()
            .addMultiValuedRDN(new ASN1ObjectIdentifier[] {BCStyle.UID, BCStyle.CN}, new String[] {"4711", "alice"}).build();

        assertThat(commonName(two)).isEmpty();
        assertThat(commonName(withUid)).contains("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "alice\0", "alice\0.example.org", "alice\n", "al\u202eice", "alice\u200b", "\u0007"})
    void aCommonNameThatIsNoVisibleTextIsNobody(String name) throws Exception {
        assertThat(commonName(new X500NameBuilder().addRDN(BCStyle.CN, new DERUTF8String(name)).build())).isEmpty();
    }

    @Test
    void aCommonNameThatIsNoTextAtAllIsNobody() throws Exception {
        assertThat(commonName(new X500NameBuilder().addRDN(BCStyle.CN, new DEROctetString(new byte[] {'a'})).build())).isEmpty();
        assertThat(commonName(subject("CN", "alice", "CN", "\\#61"))).as("text that looks like hexadecimal").contains("#61");
    }

    @Test
    void oneAddressIsTheUsersAndSeveralAreNobody() throws Exception {
        X500Name subject = subject("CN", "somebody else");

        assertThat(address(subject, "alice@example.org")).contains("alice@example.org");
        assertThat(address(subject, "alice@example.org", "alice@example.org")).contains("alice@example.org");
        assertThat(address(subject, "alice@example.org", "boss@example.org")).isEmpty();
        assertThat(address(subject, "alice@example.org\0")).isEmpty();
        assertThat(address(subject)).isEmpty();
    }

    private static X500Name subject(String... parts) {
        X500NameBuilder name = new X500NameBuilder();
        for (int i = 0; i < parts.length; i += 2) {
            name.addRDN(BCStyle.INSTANCE.attrNameToOID(parts[i]), parts[i + 1]);
        }
        return name.build();
    }

    private static Optional<String> commonName(X500Name subject) throws Exception {
        return TlsPeer.of(session(subject), CertificateName.CN).certifiedName();
    }

    private static Optional<String> address(X500Name subject, String... addresses) throws Exception {
        return TlsPeer.of(session(subject, addresses), CertificateName.EMAIL).certifiedName();
    }

    private static SSLSession session(X500Name subject, String... addresses) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(new X500Name("CN=an authority of a test"),
            BigInteger.valueOf(System.nanoTime()), Date.from(Instant.now().minus(Duration.ofHours(1))),
            Date.from(Instant.now().plus(Duration.ofDays(1))), subject, keys.getPublic());
        if (addresses.length > 0) {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(
                Arrays.stream(addresses).map(each -> new GeneralName(GeneralName.rfc822Name, each)).toArray(GeneralName[]::new)));
        }
        Certificate certificate = new JcaX509CertificateConverter().getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        SSLSession session = mock(SSLSession.class);
        when(session.getPeerCertificates()).thenReturn(new Certificate[] {certificate});
        return session;
    }
}

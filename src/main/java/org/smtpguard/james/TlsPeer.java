package org.smtpguard.james;

import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import com.ongres.scram.common.util.TlsServerEndpoint;
import org.smtpguard.sasl.Peer;

/** What a TLS session tells the mechanisms: the server's certificate binds SCRAM to the channel, the client's names a user. */
final class TlsPeer {
    private static final Integer RFC822_NAME = 1;

    private TlsPeer() {
    }

    static Peer of(SSLSession session, CertificateName where) {
        return Peer.underTls(serverEndPoint(session), clientCertificate(session).flatMap(certificate -> name(certificate, where)));
    }

    private static Optional<byte[]> serverEndPoint(SSLSession session) {
        Certificate[] local = session.getLocalCertificates();
        if (local == null || local.length == 0 || !(local[0] instanceof X509Certificate)) {
            return Optional.empty();
        }
        try {
            byte[] hash = TlsServerEndpoint.getChannelBindingData((X509Certificate) local[0]);
            return Optional.of(hash).filter(octets -> octets.length > 0);
        } catch (CertificateEncodingException e) {
            // A certificate whose signature names no hash has no such binding (RFC 5929 §4.1).
            return Optional.empty();
        }
    }

    private static Optional<X509Certificate> clientCertificate(SSLSession session) {
        try {
            Certificate[] peer = session.getPeerCertificates();
            return Optional.of(peer[0]).filter(X509Certificate.class::isInstance).map(X509Certificate.class::cast);
        } catch (SSLPeerUnverifiedException e) {
            // No certificate, or none that is trusted: the client is nobody yet.
            return Optional.empty();
        }
    }

    private static Optional<String> name(X509Certificate certificate, CertificateName where) {
        return where == CertificateName.EMAIL ? email(certificate) : commonName(certificate);
    }

    private static Optional<String> email(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? Optional.empty()
                : names.stream().filter(name -> RFC822_NAME.equals(name.get(0))).map(name -> (String) name.get(1)).findFirst();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName()).getRdns().stream()
                .filter(rdn -> rdn.getType().equalsIgnoreCase("CN")).map(Rdn::getValue).map(Object::toString).findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
